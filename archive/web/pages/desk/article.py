"""The desk of an article: what who has the token says of it, and takes back. Everybody reads it on the article's own
page."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from archive.errors import UsageError
from archive.people import correcting, corrections, notes, tags, withdrawals
from archive.people.corrections import shown
from archive.people.present import standing
from archive.query.article import article_row
from archive.store.people import COLUMNS
from archive.web.failures import NeedsToken
from archive.web.pages.desk import story
from archive.web.visit import Page, Visit


def desk(visit: Visit) -> Response:
    """The page. Of a withdrawn article only that it is, and the way back."""
    if not visit.may_write:
        raise NeedsToken
    number = visit.id()
    hidden = standing(visit.connection, number)
    if hidden is not None:
        told = withdrawals.of(visit.connection, number)[-1]
        return visit.render("desk/article.html", number=number, hidden=told, article=None)
    row = article_row(visit.connection, number)
    return visit.render(
        "desk/article.html",
        number=number,
        hidden=None,
        article=row,
        fields=[(field, shown(field, row)) for field in COLUMNS],
        corrections=corrections.on(visit.connection, number),
        story=story.told(visit, number),
        tags=tags.of(visit.connection, number),
        every_tag=tags.every(visit.connection)[:100],
        notes=notes.on(visit.connection, row),
        longest_tag=tags.LONGEST,
        longest_note=notes.MOST,
    )


def act(visit: Visit) -> Response:
    """One thing that is done, named by the button."""
    deed = DEEDS.get(visit.form.get("do", ""))
    if deed is None:
        raise UsageError(f"nothing is done that is called {visit.form.get('do', '')[:40]!r}")
    deed(visit, visit.id(), visit.room.home.settings.who, datetime.now(UTC))
    return visit.go("doubts") if visit.form.get("back") == "doubts" else visit.go("desk", id=visit.id())


Deed = Callable[[Visit, int, str, datetime], object]


def _text(visit: Visit, name: str) -> str:
    return visit.form.get(name, "").replace("\r\n", "\n")


DEEDS: Final[Mapping[str, Deed]] = {
    **story.DEEDS,
    "tag": lambda visit, of, by, now: tags.add(visit.connection, of, _text(visit, "tag"), by=by, now=now),
    "untag": lambda visit, of, by, now: tags.remove(visit.connection, of, _text(visit, "tag")),
    "note": lambda visit, of, by, now: notes.add(
        visit.connection, of, _text(visit, "text"), story=bool(visit.form.get("story")), by=by, now=now
    ),
    "unnote": lambda visit, of, by, now: notes.remove(visit.connection, of, visit.form_number("number")),
    "correct": lambda visit, of, by, now: correcting.correct(
        visit.connection, of, visit.form.get("field", ""), _text(visit, "value"), by=by, now=now
    ),
    "uncorrect": lambda visit, of, by, now: correcting.undo(
        visit.connection, of, visit.form_number("number"), by=by, now=now
    ),
    "withdraw": lambda visit, of, by, now: withdrawals.withdraw(
        visit.connection, of, _text(visit, "reason"), by=by, now=now
    ),
    "restore": lambda visit, of, by, now: withdrawals.restore(visit.connection, of, by=by, now=now),
}

PAGES: Final = (
    Page(path="/desk/{id:int}", name="desk", view=desk),
    Page(path="/desk/{id:int}", name="act", view=act, methods=("POST",), writes=True),
)
