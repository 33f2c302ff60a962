"""What an observation changes about an article that is there. Pure: rows in, a plan out; `archive.ingest.round`
writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from archive.flags import DISAGREES
from archive.ingest.observations import Observation, in_order_of_reading, latest, revisions
from archive.ingest.prepare import text_digest

# Fields whose change may move an article inside its cluster, though its text is the same.
FOR_CLUSTERS: Final = ("url", "published_at", "published_precision", "first_captured_at")


@frozen(kw_only=True)
class Plan:
    """What is to be written.

    `values`: columns of the article row to set, none if {}. `revisions`: every revision that there should be, or None
    where they stay. `text_changed`: the present text is another one. `relink`: its cluster must be looked at again.
    `change`: the kind for the change log, or None. `after`: what showed the text before the one that `seen` began, None
    where it began none.
    """

    values: dict[str, Any]
    revisions: list[Observation] | None
    text_changed: bool
    relink: bool
    change: str | None
    after: Observation | None = None


def as_heard(present: Mapping[str, Any], article: Mapping[str, Any], capture: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a capture showed of the article row `present`; with what the witness said before of the same text, where it
    was not asked again."""
    if not article or not capture or capture["agreement"] is not None or article["flags"] == present["flags"]:
        return article
    if _digest(article) != _digest(present):
        return article
    flags = [*article["flags"], *(flag for flag in present["flags"] if flag == DISAGREES)]
    return {**article, "flags": present["flags"] if sorted(flags) == sorted(present["flags"]) else flags}


def _digest(article: Mapping[str, Any]) -> str:
    return text_digest(article["headline"], article["body"], article["flags"])


def plan(
    present: Mapping[str, Any],
    article: Mapping[str, Any],
    seen: Observation,
    revision_rows: Sequence[Observation],
    captures: Sequence[Observation],
) -> Plan:
    """What `seen`, which showed `article`, changes about the article row `present`.

    `revision_rows`: the observations that began its revisions, in their order. `captures`: those of its captures.
    """
    if not seen.captured and any(other.digest == seen.digest for other in (*revision_rows, *captures)):
        return _told_again(present, article, seen, revision_rows)
    revision_rows, captures = in_order_of_reading(revision_rows, captures)
    same = [other for other in (*revision_rows, *captures) if other.page == seen.page]
    seen = latest(seen, max(same, default=None)) if seen.cause == "extractor" else seen
    observations = [*captures, *_still_shown(revision_rows, [*captures, seen]), seen]
    captured = {other.digest for other in observations if other.captured}
    # What we captured ourselves replaces what we were told, so that both orders end alike.
    observations = [other for other in observations if other.captured or other.digest not in captured]
    whole = [other for other in observations if other.whole]
    # A part that we were told of, while we have the whole, is not kept: told again, it must not count again either.
    seen_at = [other.at for other in observations if other.captured or other.whole or not whole]
    observations = whole or observations
    wanted = revisions(observations)

    values: dict[str, Any] = {}
    if seen in observations and all(other <= seen for other in observations):
        values.update(article)
    values["first_captured_at"] = min(seen_at)
    values["last_captured_at"] = max(seen_at)
    values["revision"] = len(wanted)
    values = {name: value for name, value in values.items() if present[name] != value}

    began = next((other for other in wanted if other == seen), None)
    before = [other for other in observations if other < seen] if began is not None else []
    digests = [other.digest for other in wanted]
    revised = digests != [other.digest for other in revision_rows]
    text_changed = digests[-1] != revision_rows[-1].digest
    moved = any(name in values for name in FOR_CLUSTERS)
    fields = values.keys() - {"last_captured_at"}
    return Plan(
        values=values,
        revisions=wanted if differ(wanted, revision_rows) else None,
        text_changed=text_changed,
        relink=text_changed or moved,
        change="revised" if revised else "updated" if fields else None,
        after=max(before, default=None),
    )


def _still_shown(rows: Sequence[Observation], captures: Sequence[Observation]) -> list[Observation]:
    """Of the observations that began revisions those that hold: a capture of a page of several may show another text,
    or none, when the others are known. What our rules read otherwise once, it was read so."""
    shown = {(other.page, other.digest) for other in captures}
    anew = {other.page for other in (*rows, *captures) if other.cause == "extractor"}
    return [row for row in rows if not row.captured or row.page in anew or (row.page, row.digest) in shown]


def _told_again(
    present: Mapping[str, Any], article: Mapping[str, Any], seen: Observation, revision_rows: Sequence[Observation]
) -> Plan:
    """A text that is known: nothing changes, but for the fields of the present one where our rules read them anew."""
    values: dict[str, Any] = {}
    if seen.cause == "extractor" and seen.digest == revision_rows[-1].digest:
        values = {name: value for name, value in article.items() if present[name] != value}
    moved = any(name in values for name in FOR_CLUSTERS)
    return Plan(values=values, revisions=None, text_changed=False, relink=moved, change="updated" if values else None)


def differ(wanted: Sequence[Observation], there: Sequence[Observation]) -> bool:
    """Whether revisions that these observations began are other rows than those that are there."""
    return _rows(wanted) != _rows(there)


def _rows(observations: Sequence[Observation]) -> list[tuple[datetime, str, int | None]]:
    return [(other.at, other.digest, other.capture_id) for other in observations]
