"""Articles have states, revisions a cause, and the change log says between which captures something happened."""

from datetime import timedelta
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_GONE = sa.text("outcome = 'gone' AND part IS NULL")
_CHANGE = (
    ("cause", sa.Text()),
    ("after_at", _TIME),
    ("before_at", _TIME),
    ("after_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    ("before_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
)


def upgrade() -> None:
    """Make the columns. What a capture began, and what was joined out of several pages, is the publisher's; the rest an
    imported file said. What is known of articles that were no more becomes their state."""
    op.add_column("article", sa.Column("state", sa.Text(), nullable=False, server_default="live"))
    op.add_column("revision", sa.Column("cause", sa.Text(), nullable=False, server_default="publisher"))
    for name, kind in _CHANGE:
        op.add_column("change", sa.Column(name, kind, nullable=True))
    op.add_column("capture", sa.Column("part", sa.Integer(), nullable=True))
    op.create_index("ix_change_at", "change", ["at"])
    op.create_index("ix_capture_gone", "capture", ["site", "native_id"], sqlite_where=_GONE, postgresql_where=_GONE)
    op.execute(
        "UPDATE revision SET cause = 'import' WHERE capture_id IS NULL AND article_id NOT IN "
        "(SELECT id FROM article WHERE CAST(flags AS TEXT) LIKE '%\"paged\"%')"
    )
    _fill_states()


_CAPTURE = sa.table(
    "capture",
    sa.column("id"),
    sa.column("article_id"),
    sa.column("site"),
    sa.column("native_id"),
    sa.column("outcome"),
    sa.column("text_digest"),
    sa.column("captured_at", _TIME),
)
_ARTICLE = sa.table("article", sa.column("id"), sa.column("site"), sa.column("native_id"), sa.column("state"))


def _fill_states() -> None:
    """The states as of this revision: absent for a day is vanished, for 14 days removed."""
    connection = op.get_bind()
    gone = (
        sa.select(_ARTICLE.c.id, _CAPTURE.c.captured_at)
        .join(_CAPTURE, sa.and_(_CAPTURE.c.site == _ARTICLE.c.site, _CAPTURE.c.native_id == _ARTICLE.c.native_id))
        .where(_CAPTURE.c.outcome == "gone")
        .order_by(_ARTICLE.c.id, _CAPTURE.c.captured_at)
    )
    for article_id, rows in groupby(connection.execute(gone).all(), key=lambda row: row.id):
        missed = [row.captured_at for row in rows]
        its = sa.and_(_CAPTURE.c.article_id == article_id, _CAPTURE.c.text_digest.is_not(None))
        seen = list(connection.execute(sa.select(_CAPTURE.c.captured_at).where(its)).scalars())
        missed = [moment for moment in missed if seen and moment > min(seen)]
        last = [moment for moment in missed if moment > max(seen)]
        if not missed:
            continue
        state = "returned"
        if last:
            for_ = max(last) - min(last)
            state = "removed" if for_ >= timedelta(days=14) else "vanished" if for_ >= timedelta(days=1) else "missing"
        connection.execute(sa.update(_ARTICLE).where(_ARTICLE.c.id == article_id).values(state=state))


def downgrade() -> None:
    """Forget states, causes and captures of changes."""
    op.drop_index("ix_capture_gone", table_name="capture")
    op.drop_index("ix_change_at", table_name="change")
    for table, columns in (
        ("change", tuple(name for name, _ in _CHANGE)),
        ("revision", ("cause",)),
        ("article", ("state",)),
        ("capture", ("part",)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
