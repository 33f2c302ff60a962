"""Furniture is learnt by passages, of all sites together; what does not count of an article stands beside its index."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column, and note as version 0 what is there: `jianbao db upgrade` makes it anew, and so
    fills both."""
    op.create_table(
        "dedup_passage",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.Column("story", KEY, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_dedup_passage"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dedup_passage_article_id", "dedup_passage", ["article_id"], unique=False)
    op.add_column("dedup_text", sa.Column("left_out", sa.JSON(none_as_null=True), nullable=True))
    op.drop_table("dedup_line")
    op.execute("DELETE FROM dedup_state WHERE name = 'unforgotten'")
    op.execute("UPDATE dedup_scheme SET version = 0")


def downgrade() -> None:
    """Go back to lines by site, of which nothing is known then."""
    op.create_table(
        "dedup_line",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "site", "article_id", name="pk_dedup_line"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("dedup_text") as batch:
        batch.drop_column("left_out")
    op.drop_table("dedup_passage")
    op.execute("DELETE FROM dedup_state WHERE name = 'forgotten'")
