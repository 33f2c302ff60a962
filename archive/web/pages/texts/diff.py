"""How two texts differ: of articles, of their revisions, or of captured pages."""

from itertools import groupby
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from archive.errors import UsageError
from archive.query.diff.pieces import Piece
from archive.query.texts import NamedText
from archive.web.parts.compared import compared
from archive.web.visit import Page, Visit

VIEWS: Final = ("", "sides")
CONTEXT: Final = 1
"""So many paragraphs that stayed are shown beside one that did not; of more, that there are."""
LONGEST_NAME: Final = 2_000


def diff(visit: Visit) -> Response:
    """The page; without two names, the form alone."""
    first, second = visit.arg("a").strip(), visit.arg("b").strip()
    view = visit.arg("view")
    if view not in VIEWS:
        raise UsageError(f"view is {view[:40]!r}; it takes sides, or nothing")
    if not (first and second):
        return visit.render("texts/diff.html", texts=None, view=view)
    if max(len(first), len(second)) > LONGEST_NAME:
        raise UsageError("a text is named by a number, site:native_id, an address, 17@2 or capture:33")

    found = compared(visit, first, second)
    if visit.arg("as") == "json":
        return JSONResponse(found.as_json(), headers={"cache-control": "no-cache", "vary": "cookie"})
    kinds = [piece.kind for piece in found.pieces]
    return visit.render(
        "texts/diff.html",
        texts=[_told(visit, found.old), _told(visit, found.new)],
        parts=folded(found.pieces, bool(visit.arg("whole"))),
        counts={kind: kinds.count(kind) for kind in ("changed", "added", "removed", "moved")},
        view=view,
    )


def folded(pieces: tuple[Piece, ...], whole: bool) -> list[tuple[int, list[Piece]]]:
    """The pieces in runs: `(0, pieces)` to be shown, `(n, pieces)` for n paragraphs that stayed and are folded away.
    `whole`: nothing is folded."""
    if whole:
        return [(0, list(pieces))]
    parts: list[tuple[int, list[Piece]]] = []
    runs = [(same, list(its)) for same, its in groupby(pieces, lambda piece: piece.kind == "same")]
    for place, (same, its) in enumerate(runs):
        head = its[:CONTEXT] if place else []
        tail = its[len(head) :][-CONTEXT:] if place + 1 < len(runs) else []
        middle = its[len(head) : len(its) - len(tail)]
        if not same or len(middle) < 2:
            parts.append((0, its))
            continue
        parts += [(0, head), (len(middle), middle), (0, tail)]
    return [(number, its) for number, its in parts if its]


def _told(visit: Visit, text: NamedText) -> dict[str, Any]:
    """A text with the page where it stands here."""
    href = visit.url("article", id=text.article) if text.article is not None else ""
    if not href:
        href = visit.url("explain", id=text.name.removeprefix("capture:"))
    return {"name": text.name, "href": href, "url": text.url, "headline": text.headline}


PAGES: Final = (Page(path="/diff", name="diff", view=diff, nav="more", costly=True),)
