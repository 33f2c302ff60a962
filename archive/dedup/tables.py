"""The duplicate index, the links, and the history of clusters. docs/data.md describes every column.

An article's cluster stands in `article.cluster_id`: the lowest article id among its members, so that the same grouping
always has the same numbers. Only clusters of two members or more have a row here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnClause, ForeignKey, Index, LargeBinary, SmallInteger

from archive.store.table import Base, Key, partial


class DedupText(Base):
    """One article's folded text, as far as it counts: digest, length, MinHash signature (128 numbers of 32 bits,
    little-endian). `left_out`: the spans of the body that do not count, as lists of start and end; None: all counts."""

    __tablename__ = "dedup_text"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    digest: ColumnClause[int] = Column(BigInteger)  # 64 bits of the folded text's BLAKE2b
    length: ColumnClause[int]  # folded characters; 0: no text to compare
    sampled: ColumnClause[int]  # how many shingle hashes are sampled
    last: ColumnClause[int] = Column(BigInteger)  # the greatest of them
    version: ColumnClause[int] = Column(SmallInteger)
    signature: ColumnClause[bytes] = Column(LargeBinary)
    left_out: ColumnClause[list[Any] | None] = Column(JSON(none_as_null=True))
    __table_args__ = (Index(None, "digest"), partial("ix_dedup_text_nothing", "article_id", where="length = 0"))


class DedupFresh(Base):
    """Sampled shingle hashes of the newest articles, of which now and then a run is made."""

    __tablename__ = "dedup_fresh"
    hash: ColumnClause[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    article_id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class DedupRun(Base):
    """A run of sampled shingle hashes of older articles, sorted and packed (`archive.dedup.propose.runs`). `token`:
    drawn by chance. `level`: how often it was merged. `bits`: it has at most 2^`bits` blocks. `size`: rows that it was
    made of. `words`: its filter, numbers of 64 bits, little-endian."""

    __tablename__ = "dedup_run"
    id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    token: ColumnClause[int] = Column(BigInteger)
    level: ColumnClause[int]
    bits: ColumnClause[int]
    size: ColumnClause[int] = Column(BigInteger)
    words: ColumnClause[bytes] = Column(LargeBinary)


class DedupBlock(Base):
    """Some rows of a run, 12 bytes each (`archive.dedup.propose.packed`). `id`: the run's and, in the 32 lower bits,
    which one it is in the run."""

    __tablename__ = "dedup_block"
    id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    packed: ColumnClause[bytes] = Column(LargeBinary)


class DedupState(Base):
    """Numbers that would be costly to count: the rows of `dedup_fresh` (`fresh`), and the last article whose passages
    were forgotten (`forgotten`)."""

    __tablename__ = "dedup_state"
    name: ColumnClause[str] = Column(primary_key=True)
    value: ColumnClause[int] = Column(BigInteger)


class DedupPassage(Base):
    """Which articles hold a passage, as far as that tells whether it is furniture, which does not count as text.

    `story`: the first article that carries the same story, negative where its headline does not tell it apart. In place
    of articles stands 0 where the passage is furniture for good, -1 where it is text for good.
    """

    __tablename__ = "dedup_passage"
    hash: ColumnClause[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    article_id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    story: ColumnClause[int] = Column(Key)
    __table_args__ = (Index(None, "article_id"), {"sqlite_with_rowid": False})


class Link(Base):
    """How one article's text relates to that of another: `article_id` is the one that came in later.

    `relation` and `marks` as seen from `article_id`; `coverage` is the share of its text that the other covers.
    """

    __tablename__ = "link"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    other_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    relation: ColumnClause[str]
    marks: ColumnClause[list[Any]]
    similarity: ColumnClause[float]
    coverage: ColumnClause[float]
    other_coverage: ColumnClause[float]
    confidence: ColumnClause[float]
    evidence: ColumnClause[dict[str, Any]]
    at: ColumnClause[datetime]
    __table_args__ = (
        Index(None, "other_id"),
        partial("ix_link_doubtful", "article_id", where="relation = 'doubtful'"),
    )


class Cluster(Base):
    """Articles that carry the same text, two or more. `pinned`: a person chose the representative."""

    __tablename__ = "cluster"
    id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    representative_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"))
    size: ColumnClause[int]
    pinned: ColumnClause[bool] = Column(default=False)


class ClusterSame(Base):
    """A person joined two articles. `article_id` is the lower one."""

    __tablename__ = "cluster_same"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    other_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    at: ColumnClause[datetime]


class ClusterSide(Base):
    """A person split a cluster: where each of the sides stands. No machine brings two sides of one split together.

    On the side are the cluster's articles up to `last_id`; later ones came in after the decision.
    """

    __tablename__ = "cluster_side"
    split_id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False)
    side: ColumnClause[int] = Column(primary_key=True, autoincrement=False)
    cluster_id: ColumnClause[int] = Column(Key, primary_key=True, autoincrement=False, index=True)
    last_id: ColumnClause[int] = Column(Key)
    at: ColumnClause[datetime]


class ClusterPin(Base):
    """A person chose this article to stand for its cluster, whichever that is; of several the latest choice counts."""

    __tablename__ = "cluster_pin"
    article_id: ColumnClause[int] = Column(Key, ForeignKey("article.id"), primary_key=True, autoincrement=False)
    at: ColumnClause[datetime]


class ClusterEvent(Base):
    """The history of clusters: `kind` is join, merge, split, kept_apart, represent, decided_same, decided_apart, pin,
    unpin or undone.

    `reason`: why texts are apart, as `link` and `jianbao match` name it."""

    __tablename__ = "cluster_event"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    cluster_id: ColumnClause[int] = Column(Key, index=True)
    article_id: ColumnClause[int] = Column(Key)
    kind: ColumnClause[str]
    other_id: ColumnClause[int | None] = Column(Key)  # the article that it replaced, or was joined with
    by_person: ColumnClause[bool] = Column(default=False)
    at: ColumnClause[datetime]
    other_cluster_id: ColumnClause[int | None] = Column(Key, index=True)  # where it comes from, or is apart from
    reason: ColumnClause[str | None]
    decision_id: ColumnClause[int | None] = Column(Key)
    __table_args__ = (partial("ix_cluster_event_decided", "article_id", where="decision_id IS NOT NULL"),)


class Decision(Base):
    """What a person decided of stories: `kind` is merge, split, apart, pin or unpin. `before`: what it takes to undo
    it (`archive.dedup.clusters.undo`)."""

    __tablename__ = "decision"
    id: ColumnClause[int] = Column(Key, primary_key=True)
    kind: ColumnClause[str]
    articles: ColumnClause[list[Any]]
    by: ColumnClause[str]
    note: ColumnClause[str | None]
    at: ColumnClause[datetime]
    before: ColumnClause[dict[str, Any]]
    undone_at: ColumnClause[datetime | None]
    undone_by: ColumnClause[str | None]
