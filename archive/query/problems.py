"""What went wrong in a run, grouped: how many pages of which template for which reason, and what to type next."""

import shlex
from collections.abc import Iterable
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, select

from archive.errors import NotFound
from archive.store.models import CrawlRun
from archive.store.models import Problem as Row
from archive.store.problems import Problem
from archive.times import show_times

EXAMPLES: Final = 3
_T: Any = Row.__table__
_RUN: Any = CrawlRun.__table__
_THINGS: Final = {
    "list": ("list", "lists"),
    "host": ("host", "hosts"),
    "robots": ("host", "hosts"),
    "looks": ("host", "hosts"),
    "bug": ("bug", "bugs"),
    "file": ("file", "files"),
    "record": ("record", "records"),
}
"""What problems of a cause are counted in; others are pages, and addresses where nothing came."""
_OF_A_CRAWL: Final = frozenset({"list", "host", "robots", "looks"})
"""Causes that the next crawl meets again, or does not."""


@define
class Group:
    """Problems of one kind, cause, site and template. `examples`: the first of them."""

    kind: str
    cause: str
    site: str | None
    template: str | None
    count: int = 0
    examples: list[Problem] = field(factory=list)

    @property
    def where(self) -> str:
        """The site and the template, as far as there are any: `sohu/sohu-mp`."""
        if not self.template or not self.site or self.template == "generic":
            return self.site or ""
        return self.template if self.template.startswith(f"{self.site}/") else f"{self.site}/{self.template}"

    def line(self) -> str:
        """`76 pages of sohu/sohu-mp: unknown_template, for instance https://…`."""
        one, many = _THINGS.get(self.cause, ("page", "pages") if self.kind == "doubtful" else ("address", "addresses"))
        of = f" of {self.where}" if self.where else ""
        first = self.examples[0]
        about = f", for instance {first.url}" if self.count > 1 and first.url else f": {first.url}" if first.url else ""
        detail = f" ({first.detail})" if first.detail and first.detail not in (self.cause, first.url) else ""
        words = f"{self.cause}" if self.cause not in _THINGS else self.kind
        return f"{self.count} {one if self.count == 1 else many}{of}: {words}{about}{detail}"

    def next_command(self) -> str:
        """What a person types to see why; "" where the line says all there is."""
        first = self.examples[0]
        if first.capture_id is not None:
            return f"jianbao explain capture:{first.capture_id}"
        if self.cause not in _THINGS and (first.url or "").startswith(("http://", "https://")):
            return f"jianbao fetch {shlex.quote(first.url or '')}"
        return (
            f"jianbao crawl {self.site} -v" if self.cause in ("list", "host", "robots", "looks") and self.site else ""
        )

    def as_json(self) -> dict[str, Any]:
        """As `jianbao runs show --json` prints it."""
        return {
            "kind": self.kind,
            "cause": self.cause,
            "site": self.site,
            "template": self.template,
            "count": self.count,
            "examples": [{"url": one.url, "detail": one.detail, "capture_id": one.capture_id} for one in self.examples],
            "next_command": self.next_command() or None,
        }


def grouped(problems: Iterable[Problem]) -> list[Group]:
    """The groups, the largest first."""
    groups: dict[tuple[Any, ...], Group] = {}
    for one in problems:
        key = (one.kind, one.cause, one.site, one.template)
        group = groups.setdefault(key, Group(*key))
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append(one)
    return sorted(groups.values(), key=lambda group: -group.count)


@frozen
class RunReport:
    """One run. `row`: as `jianbao runs --json` has it."""

    row: dict[str, Any]
    problems: list[Problem]


def run_report(connection: Connection, run_id: int) -> RunReport:
    """A run and all that went wrong in it. Raises `NotFound`."""
    row = connection.execute(select(_RUN).where(_RUN.c.id == run_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"no run {run_id}; `jianbao runs` lists them")
    names = ("kind", "cause", "site", "template", "url", "detail", "capture_id")
    query = select(*(_T.c[name] for name in names)).where(_T.c.run_id == run_id).order_by(_T.c.id)
    return RunReport(show_times(row), [Problem(**one) for one in connection.execute(query).mappings()])
