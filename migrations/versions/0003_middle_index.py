"""A middle table between the newest shingle hashes and all others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "dedup_middle",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "article_id", name="pk_dedup_middle"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Give its rows to the large table."""
    op.execute(
        "INSERT INTO dedup_sealed (hash, article_id) SELECT hash, article_id FROM dedup_middle WHERE true "
        "ON CONFLICT DO NOTHING"
    )
    op.drop_table("dedup_middle")
    op.execute(
        "UPDATE dedup_state SET value = value + COALESCE((SELECT value FROM dedup_state WHERE name = 'middle'), 0) "
        "WHERE name = 'sealed'"
    )
    op.execute("DELETE FROM dedup_state WHERE name IN ('middle', 'unforgotten')")
