"""A person's corrections stand on what extraction says: a row of `article` holds them, and `correction` holds both.

Extraction goes on below them as if there were none: what captures and files show makes the revisions, and each is one
of the publisher's, the import's or our rules'. What a person says comes as a revision of cause `person` behind them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import Connection, select, update

from archive.ingest.observations import Observation
from archive.ingest.prepare import text_digest
from archive.ingest.revising import FOR_CLUSTERS, Plan, differ
from archive.store.people import COLUMNS, Correction, as_json, from_json

_T: Any = Correction.__table__


@frozen(kw_only=True)
class Standing:
    """A correction that stands. `value`, `extracted`: columns of the article, as they are in its row."""

    id: int
    field: str
    value: Mapping[str, Any]
    extracted: Mapping[str, Any]


def standing(connection: Connection, article_ids: Collection[int]) -> dict[int, list[Standing]]:
    """The corrections that stand, by article; articles without any are left out."""
    query = select(_T.c.id, _T.c.article_id, _T.c.field, _T.c.value, _T.c.extracted)
    query = query.where(_T.c.article_id.in_(sorted(article_ids)), _T.c.ended_at.is_(None)).order_by(_T.c.id)
    found: defaultdict[int, list[Standing]] = defaultdict(list)
    for row in connection.execute(query) if article_ids else ():
        one = Standing(id=row.id, field=row.field, value=from_json(row.value), extracted=from_json(row.extracted))
        found[row.article_id].append(one)
    return dict(found)


def extracted(row: Mapping[str, Any], its: Sequence[Standing]) -> dict[str, Any]:
    """An article's row as extraction alone has it."""
    return {**row, **{name: value for one in its for name, value in one.extracted.items()}}


def corrected(row: Mapping[str, Any], its: Sequence[Standing]) -> dict[str, Any]:
    """An article's row as extraction has it, with what a person said of it."""
    return {**row, **{name: value for one in its for name, value in one.value.items()}}


def as_extracted(connection: Connection, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Rows of `article`, by number, as extraction alone has them."""
    found = standing(connection, rows)
    return {key: extracted(row, found.get(key, ())) for key, row in rows.items()}


def stand_on(
    base: Plan, below: Mapping[str, Any], row: Mapping[str, Any], its: Sequence[Standing], began: Sequence[Observation]
) -> Plan:
    """What is to be written of an article, some of whose fields a person corrected, or did once.

    `base`: what was to be written if nobody had. `below`: its row as extraction has it, `row`: as it is. `began`: all
    observations that began its revisions, in their order.
    """
    after = corrected({**below, **base.values}, its)
    digest = text_digest(after["headline"], after["body"], after["flags"])
    wanted = _together(
        base.revisions if base.revisions is not None else [one for one in began if one.cause != "person"],
        [one for one in began if one.cause == "person"],
    )
    if wanted[-1].digest != digest:
        wanted.append(Observation(True, wanted[-1].at, digest=digest, cause="person"))
    values = {name: value for name, value in after.items() if row[name] != value} | {"revision": len(wanted)}
    if values["revision"] == row["revision"]:
        del values["revision"]
    text_changed = digest != began[-1].digest
    return evolve(
        base,
        values=values,
        revisions=wanted if differ(wanted, began) else None,
        text_changed=text_changed,
        relink=text_changed or any(name in values for name in FOR_CLUSTERS),
    )


def _together(base: Sequence[Observation], said: Sequence[Observation]) -> list[Observation]:
    """A person's revisions, each behind the last of the others that was there when it was said; once where it is said
    again of what is there."""
    places: defaultdict[int, list[Observation]] = defaultdict(list)
    for one in said:
        before = [place for place, other in enumerate(base) if other.at <= one.at]
        places[before[-1] if before else 0].append(one)
    found: list[Observation] = []
    for place, other in enumerate(base):
        found.append(other)
        found += [one for one in places[place] if one.digest != found[-1].digest]
    return found


def keep_extracted(connection: Connection, row: Mapping[str, Any], its: Sequence[Standing], now: datetime) -> None:
    """Note what extraction says now of the corrected fields. `row`: as extraction has it. Where that is something new,
    and not what the person said, a person should look again."""
    for one in its:
        present = {name: row[name] for name in COLUMNS[one.field]}
        if present != dict(one.extracted):
            since = None if present == dict(one.value) else now
            values = {"extracted": as_json(present), "extracted_at": since}
            connection.execute(update(_T).where(_T.c.id == one.id).values(values))
