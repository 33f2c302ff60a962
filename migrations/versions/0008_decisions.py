"""What people decide of clusters in few rows: pairs that are joined, sides of splits, pins; two columns for the two
meanings of an event's other number."""

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and carry over what was decided."""
    # The programs write it with the article; it was empty before there was a duplicate finder.
    op.execute("UPDATE article SET cluster_id = id WHERE cluster_id IS NULL")
    op.create_table(
        "cluster_same",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("other_id", KEY, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_cluster_same_article_id_article"),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name="fk_cluster_same_other_id_article"),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_cluster_same"),
    )
    op.create_table(
        "cluster_side",
        sa.Column("split_id", KEY, autoincrement=False, nullable=False),
        sa.Column("side", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cluster_id", KEY, autoincrement=False, nullable=False),
        sa.Column("last_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("split_id", "side", "cluster_id", name="pk_cluster_side"),
    )
    op.create_index("ix_cluster_side_cluster_id", "cluster_side", ["cluster_id"], unique=False)
    op.create_table(
        "cluster_pin",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_cluster_pin_article_id_article"),
        sa.PrimaryKeyConstraint("article_id", name="pk_cluster_pin"),
    )
    op.execute(
        "INSERT INTO cluster_same (article_id, other_id, at) "
        "SELECT article_id, other_id, at FROM cluster_decision WHERE decision = 'same'"
    )
    _splits(op.get_bind())
    op.execute(
        "INSERT INTO cluster_pin (article_id, at) SELECT representative_id, COALESCE((SELECT MAX(cluster_event.at) "
        "FROM cluster_event WHERE cluster_event.kind = 'pin' AND cluster_event.article_id = representative_id), "
        "CURRENT_TIMESTAMP) FROM cluster WHERE pinned"
    )
    op.drop_index("ix_cluster_decision_other_id", table_name="cluster_decision")
    op.drop_table("cluster_decision")
    op.add_column("cluster_event", sa.Column("other_cluster_id", KEY, nullable=True))
    op.create_index("ix_cluster_event_other_cluster_id", "cluster_event", ["other_cluster_id"], unique=False)
    op.execute("UPDATE cluster_event SET other_cluster_id = other_id, other_id = NULL WHERE kind IN ('merge', 'split')")


def _splits(connection: sa.Connection) -> None:
    """The pairs that are apart, as sides of splits: clusters of which each two hold such a pair are one split."""
    apart: defaultdict[int, set[int]] = defaultdict(set)
    last: dict[int, int] = {}
    decided: dict[int, object] = {}
    rows = connection.execute(
        sa.text(
            "SELECT one.cluster_id, other.cluster_id, MAX(one.id), MAX(other.id), MAX(decision.at) "
            "FROM cluster_decision AS decision JOIN article AS one ON one.id = decision.article_id "
            "JOIN article AS other ON other.id = decision.other_id "
            "WHERE decision.decision = 'apart' AND one.cluster_id <> other.cluster_id "
            "GROUP BY one.cluster_id, other.cluster_id"
        )
    )
    for one, other, last_one, last_other, at in rows:
        for cluster, neighbour, article in ((one, other, last_one), (other, one, last_other)):
            apart[cluster].add(neighbour)
            last[cluster] = max(article, last.get(cluster, article))
            decided[cluster] = max(at, decided.get(cluster, at))
    for split, clusters in enumerate(_groups(apart), 1):
        for side, cluster in enumerate(clusters):
            connection.execute(
                sa.text(
                    "INSERT INTO cluster_side (split_id, side, cluster_id, last_id, at) VALUES (:a, :b, :c, :d, :e)"
                ),
                {"a": split, "b": side, "c": cluster, "d": last[cluster], "e": decided[cluster]},
            )


def _groups(apart: dict[int, set[int]]) -> Iterator[list[int]]:
    """Groups of clusters that are all apart from each other, so that each two that are so are in a group."""
    left = {(one, other) for one, others in apart.items() for other in others if one < other}
    while left:
        group = list(min(left))
        for cluster in sorted(apart[group[0]] & apart[group[1]]):
            if apart[cluster].issuperset(group):
                group.append(cluster)
        left.difference_update((min(one, other), max(one, other)) for one in group for other in group)
        yield group


def downgrade() -> None:
    """Back to pairs of articles."""
    op.execute("UPDATE cluster_event SET other_id = other_cluster_id WHERE kind IN ('merge', 'split')")
    op.drop_index("ix_cluster_event_other_cluster_id", table_name="cluster_event")
    with op.batch_alter_table("cluster_event") as batch:
        batch.drop_column("other_cluster_id")
    op.create_table(
        "cluster_decision",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("other_id", KEY, autoincrement=False, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_cluster_decision_article_id_article"),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name="fk_cluster_decision_other_id_article"),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_cluster_decision"),
    )
    op.create_index("ix_cluster_decision_other_id", "cluster_decision", ["other_id"], unique=False)
    op.execute(
        "INSERT INTO cluster_decision (article_id, other_id, decision, at) "
        "SELECT article_id, other_id, 'same', at FROM cluster_same"
    )
    op.execute(
        "INSERT INTO cluster_decision (article_id, other_id, decision, at) "
        "SELECT one.id, other.id, 'apart', MAX(mine.at) FROM cluster_side AS mine "
        "JOIN cluster_side AS theirs ON theirs.split_id = mine.split_id AND theirs.side <> mine.side "
        "JOIN article AS one ON one.cluster_id = mine.cluster_id AND one.id <= mine.last_id "
        "JOIN article AS other ON other.cluster_id = theirs.cluster_id AND other.id <= theirs.last_id "
        "AND one.id < other.id GROUP BY one.id, other.id"
    )
    op.drop_table("cluster_pin")
    op.drop_index("ix_cluster_side_cluster_id", table_name="cluster_side")
    op.drop_table("cluster_side")
    op.drop_table("cluster_same")
