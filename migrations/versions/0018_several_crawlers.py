"""Several crawlers on one archive: a queue per host, a number that each lease gets, lists that one of them walks, and a
robots.txt that all of them share."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_DUE = sa.text("state = 'due'")
_FAILED = sa.text("state = 'failed'")
_RUNNING = sa.text("state = 'running'")


def _due(*columns: str) -> None:
    op.drop_index("ix_frontier_due", "frontier")
    op.create_index("ix_frontier_due", "frontier", list(columns), sqlite_where=_DUE, postgresql_where=_DUE)


def upgrade() -> None:
    """Add the columns; the index of what is due gets the host."""
    op.add_column("frontier", sa.Column("lease", sa.Integer(), nullable=False, server_default="0"))
    _due("site", "host", "due_at", "id")
    op.create_index("ix_frontier_failed", "frontier", ["site"], sqlite_where=_FAILED, postgresql_where=_FAILED)
    with op.batch_alter_table("poll") as batch:
        batch.add_column(sa.Column("leased_by", sa.Text(), nullable=True))
        batch.add_column(sa.Column("crawler", sa.Text(), nullable=True))
        batch.alter_column("ended_at", existing_type=_TIME, nullable=True)
    for column in (
        sa.Column("rules", sa.Text(), nullable=True),
        sa.Column("rules_for", sa.Text(), nullable=True),
        sa.Column("rules_at", _TIME, nullable=True),
    ):
        op.add_column("host", column)
    op.add_column("crawl_run", sa.Column("crawler", sa.Text(), nullable=True))
    op.create_index("ix_crawl_run_running", "crawl_run", ["id"], sqlite_where=_RUNNING, postgresql_where=_RUNNING)


def downgrade() -> None:
    """One crawler alone. A list that was not walked to its end is one that was never walked."""
    op.drop_index("ix_crawl_run_running", "crawl_run")
    op.drop_index("ix_frontier_failed", "frontier")
    op.execute("DELETE FROM poll WHERE ended_at IS NULL")
    for table, columns in (
        ("crawl_run", ("crawler",)),
        ("host", ("rules_at", "rules_for", "rules")),
        ("frontier", ("lease",)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    with op.batch_alter_table("poll") as batch:
        batch.drop_column("crawler")
        batch.drop_column("leased_by")
        batch.alter_column("ended_at", existing_type=_TIME, nullable=False)
    _due("site", "due_at", "id")
