"""A capture keeps how far the witness read the same body as we did."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the figure; of what is captured already nobody knows it."""
    op.add_column("capture", sa.Column("agreement", sa.Float(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("capture") as batch:
        batch.drop_column("agreement")
