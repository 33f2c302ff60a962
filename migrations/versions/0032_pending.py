"""PostgreSQL's full-text index takes in what is new 4 MB at a time, so that no commit waits for more, and no search
reads through it."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take it in more often."""
    _at(4096)


def downgrade() -> None:
    """Take it in less often."""
    _at(16384)


def _at(kilobytes: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX ix_article_text_document SET (gin_pending_list_limit = {kilobytes})")
