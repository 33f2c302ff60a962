"""The text of an article on several pages is shown by the capture of the last of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ARTICLE = sa.table("article", sa.column("id"), sa.column("site"), sa.column("native_id"))
_CAPTURE = sa.table(
    "capture",
    *(sa.column(name) for name in ("id", "article_id", "site", "native_id", "part", "outcome", "text_digest")),
    sa.column("captured_at", _TIME),
)
_REVISION = sa.table(
    "revision",
    *(sa.column(name) for name in ("id", "article_id", "capture_id", "digest", "cause")),
    sa.column("captured_at", _TIME),
)


def upgrade() -> None:
    """Such a text had no capture; it gets that of the further page that was captured last when it was put together."""
    connection = op.get_bind()
    pages: dict[tuple[str, str], list[sa.Row[Any]]] = {}
    further = sa.select(_CAPTURE).where(_CAPTURE.c.part > 1, _CAPTURE.c.outcome == "not_article")
    for row in connection.execute(further.order_by(_CAPTURE.c.captured_at, _CAPTURE.c.id)).all():
        pages.setdefault((row.site, row.native_id), []).append(row)
    told = (
        sa.select(_REVISION, _ARTICLE.c.site, _ARTICLE.c.native_id)
        .join(_ARTICLE, _ARTICLE.c.id == _REVISION.c.article_id)
        .where(_REVISION.c.capture_id.is_(None), _REVISION.c.cause == "publisher")
        .where(sa.not_(_REVISION.c.digest.startswith("part:")))
        .order_by(_REVISION.c.id)
    )
    taken: set[int] = set()
    for row in connection.execute(told).all():
        before = [one for one in pages.get((row.site, row.native_id), ()) if one.captured_at <= row.captured_at]
        if not before or before[-1].id in taken:
            continue
        last = before[-1]
        taken.add(last.id)
        connection.execute(
            sa.update(_CAPTURE)
            .where(_CAPTURE.c.id == last.id)
            .values(article_id=row.article_id, text_digest=row.digest)
        )
        connection.execute(
            sa.update(_REVISION)
            .where(_REVISION.c.id == row.id)
            .values(capture_id=last.id, captured_at=last.captured_at)
        )


def downgrade() -> None:
    """Such a text has no capture."""
    connection = op.get_bind()
    shown = sa.select(_CAPTURE.c.id).where(_CAPTURE.c.part > 1, _CAPTURE.c.text_digest.is_not(None))
    connection.execute(sa.update(_REVISION).where(_REVISION.c.capture_id.in_(shown)).values(capture_id=None))
    connection.execute(
        sa.update(_CAPTURE)
        .where(_CAPTURE.c.part > 1, _CAPTURE.c.text_digest.is_not(None))
        .values(article_id=None, text_digest=None)
    )
