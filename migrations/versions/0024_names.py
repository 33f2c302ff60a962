"""The index of names, one for the articles of which nothing counts as text, and on SQLite one that has what hits are
put in order and counted by."""

import sqlalchemy as sa
from alembic import op

from archive.store.finding import names

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NO_TEXT = sa.text("length = 0")
_SHOWN = [
    *("id", "site", "source_name", "account_name", "published_at", "cluster_id", "state", "withdrawn_at", "flags")
]


def upgrade() -> None:
    """Make them, and index the names of all articles."""
    names.create(op.get_bind())
    names.fill(op.get_bind())
    op.create_index(
        "ix_dedup_text_nothing", "dedup_text", ["article_id"], sqlite_where=_NO_TEXT, postgresql_where=_NO_TEXT
    )
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_article_shown", "article", _SHOWN)


def downgrade() -> None:
    """Take them away."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_article_shown", table_name="article")
    op.drop_index("ix_dedup_text_nothing", table_name="dedup_text")
    op.execute(f"DROP TABLE {names.TABLE}")
