"""What is known of the last walk over each list, which until now was guessed from its captures.

No row is made for the lists of an archive that is there: what `crawl --since` or a killed run once left out of them is
not to be told from what was never there, so the next run walks each of them to its end, once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "poll",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("since", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("site", "source", name="pk_poll"),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("poll")
