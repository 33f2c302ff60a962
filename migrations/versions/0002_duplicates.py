"""The duplicate index, the links between articles, and the history of clusters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make them, and say how the signatures of version 1 are made."""
    op.create_table(
        "cluster_event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("cluster_id", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("other_id", KEY, nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cluster_event"),
    )
    op.create_index("ix_cluster_event_cluster_id", "cluster_event", ["cluster_id"], unique=False)
    op.create_table(
        "dedup_fresh",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_dedup_fresh"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedup_line",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "site", "article_id", name="pk_dedup_line"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedup_scheme",
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("permutations", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("shingle", sa.Integer(), nullable=False),
        sa.Column("shingle_version", sa.Integer(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_dedup_scheme"),
    )
    op.create_table(
        "dedup_sealed",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_dedup_sealed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedup_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_dedup_state"),
    )
    op.create_table(
        "cluster",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("representative_id", KEY, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["representative_id"], ["article.id"], name="fk_cluster_representative_id_article"),
        sa.PrimaryKeyConstraint("id", name="pk_cluster"),
    )
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
    op.create_table(
        "dedup_text",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_dedup_text_article_id_article"),
        sa.PrimaryKeyConstraint("article_id", name="pk_dedup_text"),
    )
    op.create_index("ix_dedup_text_digest", "dedup_text", ["digest"], unique=False)
    op.create_table(
        "link",
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("other_id", KEY, autoincrement=False, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("other_coverage", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_link_article_id_article"),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name="fk_link_other_id_article"),
        sa.PrimaryKeyConstraint("article_id", "other_id", name="pk_link"),
    )
    op.create_index("ix_link_other_id", "link", ["other_id"], unique=False)
    op.execute(
        "INSERT INTO dedup_scheme (version, scheme, permutations, seed, hash, shingle, shingle_version, fold_version) "
        "VALUES (1, 'affine32', 128, 1, 'crc32-utf32le', 6, 1, 1)"
    )


def downgrade() -> None:
    """Remove them, with all that they hold."""
    op.drop_index("ix_link_other_id", table_name="link")
    op.drop_table("link")
    op.drop_index("ix_dedup_text_digest", table_name="dedup_text")
    op.drop_table("dedup_text")
    op.drop_index("ix_cluster_decision_other_id", table_name="cluster_decision")
    op.drop_table("cluster_decision")
    op.drop_table("cluster")
    op.drop_table("dedup_state")
    op.drop_table("dedup_sealed")
    op.drop_table("dedup_scheme")
    op.drop_table("dedup_line")
    op.drop_table("dedup_fresh")
    op.drop_index("ix_cluster_event_cluster_id", table_name="cluster_event")
    op.drop_table("cluster_event")
