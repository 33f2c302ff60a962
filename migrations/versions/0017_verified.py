"""How far and when each part of the archive was verified."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was verified yet."""
    op.create_table(
        "verified",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_verified")),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("verified")
