"""The history of clusters says why a story was split, and why a link brought nothing together."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier events have no reason."""
    op.add_column("cluster_event", sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away, and the events that say nothing without it."""
    op.execute("DELETE FROM cluster_event WHERE kind = 'kept_apart'")
    with op.batch_alter_table("cluster_event") as batch:
        batch.drop_column("reason")
