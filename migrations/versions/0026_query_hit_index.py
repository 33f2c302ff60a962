"""The hits of a frozen search are looked up by their article, too: it is in its order that they are paged."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_query_hit_query_id_article_id", "query_hit", ["query_id", "article_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_query_hit_query_id_article_id", table_name="query_hit")
