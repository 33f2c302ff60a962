"""Links that a person must decide are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index; no link is doubtful yet."""
    where = sa.text("relation = 'doubtful'")
    op.create_index("ix_link_doubtful", "link", ["article_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_link_doubtful", "link")
