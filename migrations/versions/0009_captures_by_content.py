"""A capture is what was fetched and when, and no longer a place in a file: files are written anew under an old name.

The captures that are there stay as they are.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Places may come twice; captures are found by address and digest."""
    op.drop_index("ix_capture_warc_file_warc_offset", "capture")
    op.create_index("ix_capture_warc_file_warc_offset", "capture", ["warc_file", "warc_offset"])
    op.drop_index("ix_capture_url", "capture")
    op.create_index("ix_capture_url_digest", "capture", ["url", "digest"])


def downgrade() -> None:
    """Fails where a file was written anew and both of its records are there."""
    op.drop_index("ix_capture_url_digest", "capture")
    op.create_index("ix_capture_url", "capture", ["url"])
    op.drop_index("ix_capture_warc_file_warc_offset", "capture")
    op.create_index("ix_capture_warc_file_warc_offset", "capture", ["warc_file", "warc_offset"], unique=True)
