"""Articles are looked at again: when, by whom, with which conditions; a capture may repeat another one's payload."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FREE = sa.text("leased_by IS NULL")
_LEASED = sa.text("leased_by IS NOT NULL")


def upgrade() -> None:
    """Make the table and the columns, and fill in what crawls have stored: each article is due when it is twice as old
    as it was when it was seen last, or after a year."""
    op.create_table(
        "recheck",
        sa.Column("article_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("missed_at", _TIME, nullable=True),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_recheck_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_recheck")),
    )
    columns = ["site", "host", "rank", "due_at", "article_id"]
    op.create_index("ix_recheck_free", "recheck", columns, sqlite_where=_FREE, postgresql_where=_FREE)
    op.create_index("ix_recheck_leased", "recheck", ["leased_by"], sqlite_where=_LEASED, postgresql_where=_LEASED)
    op.add_column("poll", sa.Column("named", sa.JSON(), nullable=True))
    op.add_column("capture", sa.Column("repeats_id", _KEY, nullable=True))
    op.add_column("capture", sa.Column("etag", sa.Text(), nullable=True))
    op.add_column("capture", sa.Column("last_modified", sa.Text(), nullable=True))
    op.add_column("host", sa.Column("recheck_at", _TIME, nullable=True))
    op.add_column("crawl_run", sa.Column("rechecked", sa.Integer(), nullable=False, server_default="0"))
    _fill()


_ARTICLE = sa.table(
    "article",
    *(sa.column(name) for name in ("id", "site", "native_id")),
    *(sa.column(name, _TIME) for name in ("published_at", "first_captured_at", "last_captured_at")),
)
_FRONTIER = sa.table("frontier", *(sa.column(name) for name in ("site", "native_id", "url", "host", "state")))
_RECHECK = sa.table(
    "recheck",
    *(sa.column(name) for name in ("article_id", "site", "host", "url", "rank", "pace")),
    *(sa.column(name, _TIME) for name in ("due_at", "since", "told_at")),
)
_LATE = 4
_BATCH = 5000
_YEAR = timedelta(days=365)


def _fill() -> None:
    connection = op.get_bind()
    same = sa.and_(_FRONTIER.c.site == _ARTICLE.c.site, _FRONTIER.c.native_id == _ARTICLE.c.native_id)
    query = (
        sa.select(_ARTICLE, _FRONTIER.c.url, _FRONTIER.c.host)
        .join(_FRONTIER, same)
        .where(_FRONTIER.c.state == "done", _FRONTIER.c.host != "")
        .order_by(_ARTICLE.c.id)
        .limit(_BATCH)
    )
    last = 0
    while found := connection.execute(query.where(_ARTICLE.c.id > last)).all():
        connection.execute(sa.insert(_RECHECK), [_row(one) for one in found])
        last = found[-1].id


def _row(one: sa.Row[Any]) -> dict[str, Any]:
    since = min(one.published_at or one.first_captured_at, one.first_captured_at)
    seen = one.last_captured_at
    wait = min(max(seen - since, timedelta(minutes=30)), _YEAR)
    times = {"due_at": seen + wait, "since": since, "told_at": seen}
    return {"article_id": one.id, "site": one.site, "host": one.host, "url": one.url, "rank": _LATE, "pace": 0, **times}


def downgrade() -> None:
    """Look at nothing again."""
    for table, columns in (
        ("crawl_run", ("rechecked",)),
        ("host", ("recheck_at",)),
        ("poll", ("named",)),
        ("capture", ("last_modified", "etag", "repeats_id")),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("recheck")
