"""What who has the token decides of stories: one or several, which article stands for it; and the way back."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from archive.dedup.clusters import decisions
from archive.dedup.clusters.doubts import open_doubts
from archive.errors import UsageError
from archive.people.words import line
from archive.query.lookup import find_article
from archive.query.stories.copies import copies, story_of
from archive.store.changes import log_clustered
from archive.web.parts import rows
from archive.web.visit import Page, Visit

MEMBERS: Final = 40
"""So many copies can be chosen from; of more, `jianbao cluster split` takes any."""
NAMED: Final = 20
DOUBTS: Final = 20
FILED: Final = 500
"""So many doubts a file has; `jianbao cluster doubts` lists any number."""
_COLUMNS: Final = (
    *("articles", "pairs", "reason", "because", "marks", "similarity", "coverage", "other_coverage", "confidence"),
    *("evidence", "differences", "more_differences", "at", "same", "other"),
)


def told(visit: Visit, number: int) -> dict[str, Any]:
    """What the desk shows of the story that an article is in."""
    cluster = story_of(visit.connection, number)
    every = copies(visit.connection, cluster)
    return {
        "cluster": cluster,
        "members": every[:MEMBERS],
        "size": len(every),
        "decisions": decisions.decided(visit.connection, number),
    }


def doubts(visit: Visit) -> Response:
    """The stories that are neither clearly one nor clearly two; who has the token decides."""
    found = open_doubts(visit.connection, sites=visit.args("site")[:NAMED], limit=FILED if visit.arg("as") else DOUBTS)
    if form := visit.arg("as"):
        return rows.file(found.shown, _COLUMNS, form, "doubts")
    shown = [{**one, "places": list(map(parts, one["differences"]))} for one in found.shown]
    return visit.render("desk/doubts.html", doubts=shown, total=found.total)


def parts(place: str) -> list[tuple[str, str]]:
    """A differing place, `…[-before-]{+after+}…` as `archive.dedup.verify.differences` marks it, in its parts: each
    `""`, `del` or `ins`, and what stands there."""
    found, at = [], 0
    for mark in _MARKED.finditer(place):
        found += [("", place[at : mark.start()]), ("del", mark[1] or ""), ("ins", mark[2] or "")]
        at = mark.end()
    return [(kind, text) for kind, text in (*found, ("", place[at:])) if text]


_MARKED: Final = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}", re.DOTALL)


def decide(visit: Visit, number: int, by: str, now: datetime) -> None:
    """What a form of the desk asks for. Raises `UsageError` for what is none."""
    note = line(visit.form["note"], "the note") if visit.form.get("note", "").strip() else None
    said: Mapping[str, Any] = {"by": by, "note": note, "now": now}
    log_clustered(visit.connection, sorted(_DECIDED[visit.form["do"]](visit, number, said)), now)


Decide = Callable[[Visit, int, Mapping[str, Any]], set[int]]


def _merge(visit: Visit, number: int, said: Mapping[str, Any]) -> set[int]:
    return decisions.merge(visit.connection, [number, *_named(visit)], **said)


def _apart(visit: Visit, number: int, said: Mapping[str, Any]) -> set[int]:
    decisions.apart(visit.connection, [number, *_named(visit)], **said)
    return set()


def _split(visit: Visit, number: int, said: Mapping[str, Any]) -> set[int]:
    chosen = [int(name[len("member-") :]) for name in visit.form if re.fullmatch(r"member-[0-9]{1,18}", name)]
    if not chosen:
        raise UsageError("choose the articles that carry another story")
    return decisions.split(visit.connection, chosen, **said)


def _undo(visit: Visit, number: int, said: Mapping[str, Any]) -> set[int]:
    which = visit.form_number("number")
    _, changed = decisions.undo(visit.connection, number, which, by=said["by"], now=said["now"])
    return changed


def _named(visit: Visit) -> list[int]:
    """The other articles that a form names: numbers, `site:native_id`, addresses."""
    names = re.split(r"[\s,，、;；]+", visit.form.get("articles", "").strip())[: NAMED + 1]
    if not names[0] or len(names) > NAMED:
        raise UsageError(f"name one other article or more, {NAMED} at most: by number, site:native_id or address")
    return [find_article(visit.connection, name, visit.room.portals.resolve) for name in names]


_DECIDED: Final[Mapping[str, Decide]] = {
    "merge": _merge,
    "apart": _apart,
    "split": _split,
    "pin": lambda visit, number, said: decisions.pin(visit.connection, number, **said),
    "unpin": lambda visit, number, said: decisions.unpin(visit.connection, number, **said),
    "undecide": _undo,
}
DEEDS: Final = dict.fromkeys(_DECIDED, decide)
"""What is decided, by the name of its button."""


PAGES: Final = (Page(path="/doubts", name="doubts", view=doubts, nav="more", costly=True),)
