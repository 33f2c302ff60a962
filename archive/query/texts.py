"""The texts that a person names to compare, of an article, of one of its revisions, of a capture; and how they
differ."""

import re
from collections.abc import Callable
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.query.article import revision_text
from archive.query.captures import capture_number, page_place
from archive.query.diff.pieces import Piece, diff
from archive.query.lookup import Resolve, find_article
from archive.raw import ExplainedPage, Place
from archive.store.models import Article

_REVISION: Final = re.compile(r"(?!https?://)(.+)@([0-9]{1,9})")

_PRESENT: Final = select(Article.url, Article.revision)

Read = Callable[[Place], ExplainedPage]
"""What reads a capture's page (`RawPages.explained`)."""


@frozen(kw_only=True)
class NamedText:
    """A text and what it is of: `name` as it can be named again (`17@2`, `capture:33`), `article` None of a capture."""

    name: str
    article: int | None
    url: str
    headline: str | None
    body: str

    def as_json(self) -> dict[str, Any]:
        """Without the text itself."""
        return {"name": self.name, "article": self.article, "url": self.url}


@frozen(kw_only=True)
class Comparison:
    """Two texts, and how they differ."""

    old: NamedText
    new: NamedText
    pieces: tuple[Piece, ...]

    def as_json(self) -> dict[str, Any]:
        """As `jianbao diff --json` prints it."""
        pieces = [piece.as_json() for piece in self.pieces]
        return {"before": self.old.as_json(), "after": self.new.as_json(), "pieces": pieces}


def compare(connection: Connection, first: str, second: str, resolve: Resolve, read: Read) -> Comparison:
    """How two texts differ that are named as `named_text` has it. Raises what that does."""
    old, new = (named_text(connection, named, resolve, read) for named in (first, second))
    return Comparison(old=old, new=new, pieces=diff((old.headline, old.body), (new.headline, new.body)))


def named_text(connection: Connection, named: str, resolve: Resolve, read: Read) -> NamedText:
    """The text that `named` names: `17`, `sohu:a:434365209` or an address for an article as it is now, `17@2` for its
    second revision, `capture:33` for what a stored page says by today's rules; `read` is asked for these alone.
    Raises `NotFound`, and of a capture what `RawPages` raises."""
    number = capture_number(named)
    if number is not None:
        page = read(page_place(connection, number))
        return NamedText(name=f"capture:{number}", article=None, url=page.url, headline=page.headline, body=page.body)
    found = _REVISION.fullmatch(named.strip())
    article = find_article(connection, found[1] if found else named, resolve)
    row = connection.execute(_PRESENT.where(Article.id == article)).one()
    revision = int(found[2]) if found else row.revision
    headline, body = revision_text(connection, article, revision)
    return NamedText(name=f"{article}@{revision}", article=article, url=row.url, headline=headline, body=body)
