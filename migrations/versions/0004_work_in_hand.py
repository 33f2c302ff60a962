"""The frontier is found by the work in hand: indexes of what is due and of what is leased, of each site."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them; nothing asks for a state of all sites at once."""
    op.drop_index("ix_frontier_state_due_at", table_name="frontier")
    for name, columns, where in (
        ("ix_frontier_due", ["site", "due_at", "id"], sa.text("state = 'due'")),
        ("ix_frontier_leased", ["site", "leased_until"], sa.text("state = 'leased'")),
    ):
        op.create_index(name, "frontier", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back to one index of all states."""
    op.drop_index("ix_frontier_leased", table_name="frontier")
    op.drop_index("ix_frontier_due", table_name="frontier")
    op.create_index("ix_frontier_state_due_at", "frontier", ["state", "due_at"], unique=False)
