"""Each capture says which version of our rules read it last."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; by which rules earlier captures were read, nobody knows."""
    op.add_column("capture", sa.Column("extractor", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("capture") as batch:
        batch.drop_column("extractor")
