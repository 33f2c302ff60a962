"""Captures that show no article are found by the article that they are of: its other pages, and what its address gave
while it was gone. Without it all captures that show none were read for each article that is packed or withdrawn."""

from alembic import op
from sqlalchemy import text

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_NONE = text("article_id IS NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_capture_apart", "capture", ["site", "native_id"], sqlite_where=_NONE, postgresql_where=_NONE)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_capture_apart", table_name="capture")
