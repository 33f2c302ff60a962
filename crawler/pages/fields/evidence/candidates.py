"""What a page may mean by a field, how strong the evidence is, and the choice among all of it.

A value is one field's: a source is no author, an account neither, and a place none of them. So nothing is chosen field
by field, where an early wrong hit would block the right one, but over all fields from the strongest candidate down.
"""

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from crawler.pages.page import Candidate

_ONE_OF_A_KIND: Final = ("source_name", "authors", "account_name", "location")
"""Fields whose values exclude one another. An editor may be the author as well."""


@frozen
class Found:
    """`values`: a field's value, several for authors. `rank`: 0 to 100, what the evidence weighs: a label that says
    what stands behind it more than a class, a class more than a place in a line. `why`: a few words for a person."""

    field: str
    values: tuple[str, ...]
    rank: int
    why: str


def choose(candidates: Iterable[Found]) -> tuple[dict[str, tuple[str, ...]], tuple[Candidate, ...]]:
    """The value of each field that has one, and all candidates, those of a field together and the strongest first."""
    chosen: dict[str, Found] = {}
    taken: set[str] = set()
    ordered = sorted(candidates, key=lambda found: -found.rank)
    for found in ordered:
        exclusive = found.field in _ONE_OF_A_KIND
        if found.field in chosen or (exclusive and not taken.isdisjoint(found.values)):
            continue
        chosen[found.field] = found
        if exclusive:
            taken.update(found.values)
    shown: dict[tuple[str, str, str], bool] = {}
    for found in sorted(ordered, key=lambda one: one.field):
        key = (found.field, "、".join(found.values), found.why)
        shown[key] = shown.get(key, False) or chosen.get(found.field) is found
    told = [Candidate(field=field, value=value, why=why, won=won) for (field, value, why), won in shown.items()]
    return {field: found.values for field, found in chosen.items()}, tuple(told)
