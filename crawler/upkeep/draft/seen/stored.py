"""The stored captures of a template that stopped fitting: pages of now, and what the archive knows of their articles.

The same article, read soundly before its page changed, is the best guide to where its text stands now.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from archive.errors import NotFound, UsageError
from archive.raw import Place
from archive.settings import Home
from archive.store.models import Article, Capture
from crawler.capture.stored import stored_raw
from crawler.pages.page import Outcome
from crawler.pages.template.site import Site
from crawler.upkeep.draft.seen.study import Guide
from crawler.upkeep.trial.samples import Sample
from crawler.warc.encodings import BodyError, decoded_body

_NOW: Final = 12
_BEFORE: Final = 6
_LOOKED_AT: Final = 200
_NO_TEXT: Final = (Outcome.EMPTY, Outcome.GALLERY, Outcome.VIDEO, Outcome.NOT_ARTICLE)
_FIELDS: Final = (
    "headline",
    "original_title",
    "published_at",
    "published_precision",
    "source_name",
    "account_name",
    "authors",
    "editor",
    "keywords",
    "location",
)


@frozen(kw_only=True)
class Stored:
    """`now`: pages that the template does not read soundly, the newest first, each with its guide where the archive has
    the article from before; `before`: pages that it read; `filled`: by field, the share of its articles that have it,
    0 to 1."""

    now: tuple[tuple[Sample, Guide | None], ...]
    before: tuple[Sample, ...]
    filled: dict[str, float]


def stored_pages(home: Home, connection: Connection, site: Site, template: str) -> Stored:
    """What the archive has of a template. Raises `NotFound` where it has no page that the template read, or none that
    it does not."""
    usual = max((one.agreement for one in site.templates if one.name == template), default=0.0)
    good = and_(Capture.template == template, Capture.outcome == Outcome.ARTICLE)
    sound = and_(good, or_(Capture.agreement.is_(None), Capture.agreement >= usual))
    before = _captures(connection, site, sound)
    if not before:
        raise NotFound(f"the archive has no page that {template} of {site.name} reads")
    hosts = {_host(row.url) for row in before}
    doubtful = or_(
        Capture.outcome == Outcome.UNKNOWN_TEMPLATE,
        and_(Capture.template == template, Capture.outcome.in_(_NO_TEXT)),
        and_(good, Capture.agreement < usual),
    )
    now = [row for row in _captures(connection, site, doubtful) if _host(row.url) in hosts]
    newest = {row.native_id: row for row in reversed(now)}
    pages: list[tuple[Sample, Guide | None]] = []
    for native_id, row in sorted(newest.items(), key=lambda pair: pair[1].captured_at, reverse=True):
        sample = _sample(home, row) if len(pages) < _NOW else None
        if sample is not None:
            pages.append((sample, _guide(connection, site, native_id, template)))
    if not pages:
        raise NotFound(f"the archive has no page that {template} of {site.name} stopped fitting")
    old = [sample for row in before[:_BEFORE] if (sample := _sample(home, row)) is not None]
    return Stored(now=tuple(pages), before=tuple(old), filled=_filled(connection, site, template))


def _captures(connection: Connection, site: Site, which: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    statement = (
        select(
            Capture.url,
            Capture.native_id,
            Capture.captured_at,
            Capture.content_type,
            Capture.warc_file,
            Capture.warc_offset,
            Capture.warc_length,
            Capture.digest,
        )
        .where(Capture.site == site.name, Capture.native_id.is_not(None), which)
        .where(Capture.warc_file.is_not(None), Capture.warc_offset.is_not(None), Capture.repeats_id.is_(None))
        .order_by(Capture.captured_at.desc(), Capture.id.desc())
        .limit(_LOOKED_AT)
    )
    return connection.execute(statement).all()


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _sample(home: Home, row: Row[*tuple[Any, ...]]) -> Sample | None:
    """The page behind a capture; None where it is not to be had any more."""
    place = Place(row.warc_file or "", row.warc_offset or 0, row.warc_length, row.url, row.digest)
    try:
        raw = stored_raw(home, place)
        body = decoded_body(raw).content
    except (UsageError, BodyError):
        return None
    return Sample(
        name=row.native_id or row.url,
        url=row.url,
        data=body,
        content_type=raw.content_type,
        captured_at=raw.captured_at,
    )


def _guide(connection: Connection, site: Site, native_id: str | None, template: str) -> Guide | None:
    """What the archive knows of an article from before, where the template read it."""
    columns = [getattr(Article, name) for name in _FIELDS]
    statement = select(Article.body, *columns).where(
        Article.site == site.name, Article.native_id == native_id, Article.template == template
    )
    row = connection.execute(statement).first()
    if row is None or not row.body:
        return None
    fields = {name: getattr(row, name) for name in _FIELDS}
    fields |= {name: tuple(fields[name] or ()) for name in ("authors", "keywords")}
    return Guide(lines=tuple(row.body.split("\n")), fields=fields)


def _filled(connection: Connection, site: Site, template: str) -> dict[str, float]:
    names = [name for name in _FIELDS if name != "published_precision"]
    statement = (
        select(*[getattr(Article, name) for name in names])
        .where(Article.site == site.name, Article.template == template)
        .order_by(Article.id.desc())
        .limit(_LOOKED_AT)
    )
    rows = connection.execute(statement).all()
    return {name: sum(bool(getattr(row, name)) for row in rows) / max(1, len(rows)) for name in names}
