"""Politeness is kept in the database, a row a host; addresses that robots.txt forbids wait instead of being given up;
a run says that it lives."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_BATCH = 5000


def upgrade() -> None:
    """Make the table and the columns, and fill in the hosts. What robots.txt forbade is no longer `failed`."""
    op.create_table(
        "host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("turn_of", sa.Text(), nullable=True),
        sa.Column("turn_until", _TIME, nullable=True),
        sa.Column("rest_until", _TIME, nullable=True),
        sa.Column("rest_reason", sa.Text(), nullable=True),
        sa.Column("crawl_delay", sa.Float(), nullable=True),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("vain", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
    op.add_column("crawl_run", sa.Column("token", sa.Text(), nullable=True))
    op.add_column("crawl_run", sa.Column("beat_at", _TIME, nullable=True))
    op.add_column("frontier", sa.Column("host", sa.Text(), nullable=False, server_default=""))
    _fill_hosts()
    op.execute("UPDATE frontier SET state = 'barred' WHERE state = 'failed' AND outcome = 'robots'")
    where = sa.text("state = 'barred'")
    columns = ["site", "host", "due_at", "id"]
    op.create_index("ix_frontier_barred", "frontier", columns, sqlite_where=where, postgresql_where=where)


def _fill_hosts() -> None:
    connection = op.get_bind()
    some = sa.text("SELECT id, url FROM frontier WHERE id > :last ORDER BY id LIMIT :batch")
    write = sa.text("UPDATE frontier SET host = :host WHERE id = :id")
    last = 0
    while rows := connection.execute(some, {"last": last, "batch": _BATCH}).all():
        connection.execute(write, [{"id": row.id, "host": _host(row.url)} for row in rows])
        last = rows[-1].id


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def downgrade() -> None:
    """Take them away; what robots.txt forbids is given up again."""
    op.drop_index("ix_frontier_barred", table_name="frontier")
    op.execute("UPDATE frontier SET state = 'failed' WHERE state = 'barred'")
    for table, columns in (("frontier", ("host",)), ("crawl_run", ("beat_at", "token"))):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("host")
