"""The API's answers about articles, stories, changes and runs."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from attrs import asdict

from archive.cite.forms import csl
from archive.cite.styles import STYLES
from archive.dedup.clusters.describe import describe_cluster
from archive.errors import NotFound, UsageError
from archive.query.article import article_row, describe, revision_text
from archive.query.changes import CAUSES, KINDS, Wanted, changes, history
from archive.query.lookup import find_article
from archive.query.problems import grouped, run_report
from archive.query.statistics import runs
from archive.query.stories.copies import story_of
from archive.query.stories.edited import edits
from archive.query.stories.firsts import firsts
from archive.query.stories.flows import By, flows
from archive.query.stories.sentence import bisect
from archive.query.stories.survivors import survivors
from archive.watch.alarms import last_alarms, open_alarms
from archive.web.api.declared import Endpoint, Param
from archive.web.api.finding import LIST, OBJECT
from archive.web.parts.citing import source_of
from archive.web.parts.compared import compared as texts_compared
from archive.web.visit import Visit

_SPAN: Final = (Param("since", "time", "From then on."), Param("until", "end", "Until then, included."))
_SITES: Final = Param("site", "texts", "Only of this site; may be given again.")
_LIMIT: Final = Param("limit", "number", "The most rows.", default=100, least=1, most=1_000)
_ARTICLE: Final = Param("article", "text", "A number, site:native_id, or an address.", required=True)


def revision(visit: Visit) -> dict[str, Any]:
    """One version of an article's text."""
    number = visit.id("number")
    headline, body = revision_text(visit.connection, visit.id(), number)
    return {"article": visit.id(), "number": number, "headline": headline, "body": body}


def cited(visit: Visit, *, style: str, revision: int | None) -> dict[str, Any]:
    """An article as a reference."""
    its = source_of(visit, article_row(visit.connection, visit.id()), revision)
    return {"style": style, "text": STYLES[style](its), "item": csl(its)}


def changed(visit: Visit, *, since: datetime, limit: int, by_weight: bool, **wanted: Any) -> list[dict[str, Any]]:
    """What publishers changed."""
    names = {"site": "sites", "kind": "kinds", "cause": "causes"}
    asked = Wanted(since=since, **{names.get(name, name): value for name, value in wanted.items()})
    found = list(islice(changes(visit.connection, asked), limit))
    return sorted(found, key=lambda one: -one["weight"]) if by_weight else found


def lost(visit: Visit, *, site: tuple[str, ...], since: Any, until: Any, limit: int) -> list[dict[str, Any]]:
    """What is gone, and which copies live."""
    found = survivors(visit.connection, sites=site, since=since, until=until)
    return [one.as_json() for one in islice(found, limit)]


def flowing(visit: Visit, *, by: str, since: Any, until: Any) -> list[dict[str, Any]]:
    """Who reprints whom."""
    return [one.as_json() for one in flows(visit.connection, by=By(by), since=since, until=until)]


def followed(visit: Visit, *, article: str, sentence: str) -> dict[str, Any]:
    """Where a sentence stood."""
    return bisect(visit.connection, _named(visit, article), sentence).as_json()


def compared(visit: Visit, *, a: str, b: str) -> dict[str, Any]:
    """How two texts differ."""
    return texts_compared(visit, a, b).as_json()


def edited(visit: Visit, *, against: int | None) -> dict[str, Any]:
    """What each copy changed."""
    return edits(visit.connection, _story(visit), against=against).as_json()


def run(visit: Visit) -> dict[str, Any]:
    """A run, and what went wrong in it."""
    report = run_report(visit.connection, visit.id())
    return {
        "run": report.row,
        "groups": [group.as_json() for group in grouped(report.problems)],
        "problems": [asdict(one) for one in report.problems],
    }


def alarms(visit: Visit, *, all: bool, limit: int) -> list[dict[str, Any]]:  # noqa: A002 - the parameter's name
    """Alarms."""
    found = last_alarms(visit.connection, limit) if all else open_alarms(visit.connection)[:limit]
    return [one.as_json() for one in found]


def _story(visit: Visit) -> int:
    return story_of(visit.connection, visit.id())


def _named(visit: Visit, name: str) -> int:
    if not name.strip():
        raise UsageError("article is empty; give a number, site:native_id, or an address")
    return find_article(visit.connection, name, visit.room.portals.resolve)


def found(visit: Visit, *, article: str) -> dict[str, Any]:
    """The number of an article."""
    try:
        return {"id": _named(visit, article)}
    except ValueError as error:
        raise NotFound("no article has that address") from error


ENDPOINTS: Final = (
    Endpoint(
        path="/api/articles",
        name="find_article",
        says="The number of the article that a name or an address means.",
        answer=found,
        schema={"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
        params=(_ARTICLE,),
        tag="articles",
    ),
    Endpoint(
        path="/api/articles/{id:int}",
        name="article",
        says="Everything about an article, as `jianbao show --json` prints it.",
        answer=lambda visit: describe(visit.connection, visit.id()),
        schema=OBJECT,
        tag="articles",
    ),
    Endpoint(
        path="/api/articles/{id:int}/history",
        name="history",
        says="What happened to an article, as `jianbao history --json` prints it.",
        answer=lambda visit: history(visit.connection, visit.id()),
        schema=LIST,
        tag="articles",
    ),
    Endpoint(
        path="/api/articles/{id:int}/cite",
        name="cite",
        says="An article as a reference, as `jianbao cite` prints it: the text, and the item of CSL-JSON.",
        answer=cited,
        schema={
            "type": "object",
            "required": ["style", "text", "item"],
            "properties": {"style": {"type": "string"}, "text": {"type": "string"}, "item": OBJECT},
        },
        params=(
            Param("style", "one of", "The form of the text.", default="gbt7714", values=tuple(STYLES)),
            Param("revision", "number", "That version of the text; the present one without it.", least=1, most=10**9),
        ),
        tag="articles",
    ),
    Endpoint(
        path="/api/articles/{id:int}/revisions/{number:int}",
        name="revision",
        says="One version of an article's text.",
        answer=revision,
        schema=OBJECT,
        tag="articles",
    ),
    Endpoint(
        path="/api/diff",
        name="diff",
        says="How two texts differ, as `jianbao diff --json` prints it.",
        answer=compared,
        schema=OBJECT,
        params=tuple(
            Param(name, "text", f"The {which} text: 17, 17@2 or capture:33.", required=True)
            for name, which in (("a", "first"), ("b", "second"))
        ),
        costly=True,
        tag="articles",
    ),
    Endpoint(
        path="/api/bisect",
        name="bisect",
        says="Where a sentence first stood and when it vanished, as `jianbao bisect --json` prints it.",
        answer=followed,
        schema=OBJECT,
        params=(_ARTICLE, Param("sentence", "text", "A sentence, or a few words of it.", required=True)),
        costly=True,
        tag="articles",
    ),
    Endpoint(
        path="/api/stories/{id:int}",
        name="story",
        says="The story that an article is in, as `jianbao cluster --json` prints it.",
        answer=lambda visit: describe_cluster(visit.connection, visit.id()),
        schema=OBJECT,
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/stories/{id:int}/firsts",
        name="firsts",
        says="Who published it first, as `jianbao firsts --json` prints it.",
        answer=lambda visit: firsts(visit.connection, _story(visit)).as_json(),
        schema=OBJECT,
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/stories/{id:int}/edits",
        name="edits",
        says="What each copy changed, as `jianbao edits --json` prints it.",
        answer=edited,
        schema=OBJECT,
        params=(Param("against", "number", "The article that the copies are held against."),),
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/changes",
        name="changes",
        says="What publishers changed, the newest first, as `jianbao changes --json` prints it.",
        answer=changed,
        schema=LIST,
        params=(
            Param("since", "time", "What was noticed from then on.", required=True),
            Param("until", "end", "Until then, included."),
            Param("kind", "many of", "Only changes of this kind.", values=KINDS),
            _SITES,
            Param("cause", "many of", "Only revisions of this cause.", default=CAUSES[:-1], values=CAUSES),
            Param("added", "text", "Only texts that have this word more often than before.", default=""),
            Param("removed", "text", "Only texts that have it less often.", default=""),
            Param("by_weight", "flag", "What matters most comes first.", default=False),
            _LIMIT,
        ),
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/survivors",
        name="survivors",
        says="What is gone from its source, and which copies live, as `jianbao survivors --json` prints it.",
        answer=lost,
        schema=LIST,
        params=(_SITES, *_SPAN, _LIMIT),
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/flows",
        name="flows",
        says="Who reprints whom, how fast and how whole, as `jianbao flows --json` prints it.",
        answer=flowing,
        schema=LIST,
        params=(
            Param("by", "one of", "Between what.", default=str(By.SITE), values=tuple(map(str, By))),
            *_SPAN,
        ),
        costly=True,
        tag="stories",
    ),
    Endpoint(
        path="/api/runs",
        name="runs",
        says="The last runs, as `jianbao runs --json` prints them.",
        answer=lambda visit, *, limit: runs(visit.connection, limit),
        schema=LIST,
        params=(_LIMIT,),
        tag="operation",
    ),
    Endpoint(
        path="/api/runs/{id:int}",
        name="run",
        says="A run and what went wrong in it, as `jianbao runs show --json` prints it.",
        answer=run,
        schema=OBJECT,
        tag="operation",
    ),
    Endpoint(
        path="/api/alarms",
        name="alarms",
        says="The open alarms, as `jianbao alarms --json` prints them.",
        answer=alarms,
        schema=LIST,
        params=(Param("all", "flag", "Closed ones too.", default=False), _LIMIT),
        tag="operation",
    ),
    Endpoint(
        path="/api/health",
        name="health",
        says="How the archive is doing, as `jianbao health --json` prints it.",
        answer=lambda visit: visit.room.portals.health(visit.room.home, visit.connection, datetime.now(UTC)),
        schema=OBJECT,
        costly=True,
        tag="operation",
    ),
)
