"""The duplicate index, the links, and the history of clusters. docs/data.md describes every column.

An article's cluster stands in `article.cluster_id`: the lowest article id among its members, so that the same grouping
always has the same numbers. Only clusters of two members or more have a row here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from archive.store.models import Base, Key, partial


class DedupText(Base):
    """One article's folded text, as far as it counts: digest, length, MinHash signature (128 numbers of 32 bits,
    little-endian). `left_out`: the spans of the body that do not count, as lists of start and end; None: all counts."""

    __tablename__ = "dedup_text"
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    digest: Mapped[int] = mapped_column(BigInteger)  # 64 bits of the folded text's BLAKE2b
    length: Mapped[int]  # folded characters; 0: no text to compare
    sampled: Mapped[int]  # how many shingle hashes are sampled
    last: Mapped[int] = mapped_column(BigInteger)  # the greatest of them
    version: Mapped[int] = mapped_column(SmallInteger)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    left_out: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (Index(None, "digest"), partial("ix_dedup_text_nothing", "article_id", where="length = 0"))


class DedupFresh(Base):
    """Sampled shingle hashes of the newest articles, which `dedup_middle` takes over now and then in key order."""

    __tablename__ = "dedup_fresh"
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class DedupMiddle(Base):
    """Sampled shingle hashes of less new articles, which `dedup_sealed` takes over in the same way, less often."""

    __tablename__ = "dedup_middle"
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class DedupSealed(Base):
    """Sampled shingle hashes of all other articles."""

    __tablename__ = "dedup_sealed"
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class DedupState(Base):
    """Numbers that would be costly to count: `fresh`, `middle` and `sealed` rows of the tables above, and the last
    article whose passages were forgotten (`forgotten`)."""

    __tablename__ = "dedup_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class DedupPassage(Base):
    """Which articles hold a passage, as far as that tells whether it is furniture, which does not count as text.

    `story`: the first article that carries the same story, negative where its headline does not tell it apart. In place
    of articles stands 0 where the passage is furniture for good, -1 where it is text for good.
    """

    __tablename__ = "dedup_passage"
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    story: Mapped[int] = mapped_column(Key)
    __table_args__ = (Index(None, "article_id"), {"sqlite_with_rowid": False})


class Link(Base):
    """How one article's text relates to that of another: `article_id` is the one that came in later.

    `relation` and `marks` as seen from `article_id`; `coverage` is the share of its text that the other covers.
    """

    __tablename__ = "link"
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    relation: Mapped[str]
    marks: Mapped[list[Any]]
    similarity: Mapped[float]
    coverage: Mapped[float]
    other_coverage: Mapped[float]
    confidence: Mapped[float]
    evidence: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    __table_args__ = (
        Index(None, "other_id"),
        partial("ix_link_doubtful", "article_id", where="relation = 'doubtful'"),
    )


class Cluster(Base):
    """Articles that carry the same text, two or more. `pinned`: a person chose the representative."""

    __tablename__ = "cluster"
    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    representative_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"))
    size: Mapped[int]
    pinned: Mapped[bool] = mapped_column(default=False)


class ClusterSame(Base):
    """A person joined two articles. `article_id` is the lower one."""

    __tablename__ = "cluster_same"
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class ClusterSide(Base):
    """A person split a cluster: where each of the sides stands. No machine brings two sides of one split together.

    On the side are the cluster's articles up to `last_id`; later ones came in after the decision.
    """

    __tablename__ = "cluster_side"
    split_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    side: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cluster_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False, index=True)
    last_id: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime]


class ClusterPin(Base):
    """A person chose this article to stand for its cluster, whichever that is; of several the latest choice counts."""

    __tablename__ = "cluster_pin"
    article_id: Mapped[int] = mapped_column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class ClusterEvent(Base):
    """The history of clusters: `kind` is join, merge, split, kept_apart, represent, decided_same, decided_apart, pin,
    unpin or undone.

    `reason`: why texts are apart, as `link` and `jianbao match` name it."""

    __tablename__ = "cluster_event"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    cluster_id: Mapped[int] = mapped_column(Key, index=True)
    article_id: Mapped[int] = mapped_column(Key)
    kind: Mapped[str]
    other_id: Mapped[int | None] = mapped_column(Key)  # the article that it replaced, or was joined with
    by_person: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    other_cluster_id: Mapped[int | None] = mapped_column(Key, index=True)  # where it comes from, or is apart from
    reason: Mapped[str | None]
    decision_id: Mapped[int | None] = mapped_column(Key)
    __table_args__ = (partial("ix_cluster_event_decided", "article_id", where="decision_id IS NOT NULL"),)


class Decision(Base):
    """What a person decided of stories: `kind` is merge, split, apart, pin or unpin. `before`: what it takes to undo
    it (`archive.dedup.clusters.undo`)."""

    __tablename__ = "decision"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str]
    articles: Mapped[list[Any]]
    by: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[datetime]
    before: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
