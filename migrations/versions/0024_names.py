"""The index of names, and an index for the articles of which nothing counts as text."""

import sqlalchemy as sa
from alembic import op

from archive.store import names

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NO_TEXT = sa.text("length = 0")


def upgrade() -> None:
    """Make them, and index the names of all articles."""
    names.create(op.get_bind())
    names.fill(op.get_bind())
    op.create_index(
        "ix_dedup_text_nothing", "dedup_text", ["article_id"], sqlite_where=_NO_TEXT, postgresql_where=_NO_TEXT
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_dedup_text_nothing", table_name="dedup_text")
    op.execute(f"DROP TABLE {names.TABLE}")
