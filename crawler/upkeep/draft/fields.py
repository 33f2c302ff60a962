"""Readers for a template's fields: of all that give on some page what the witnesses say, those that do so on all."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

from attrs import define, field, frozen

from crawler.pages.fields.clock import read_time
from crawler.pages.html.parse import Element
from crawler.sites.declared.readers import made_with
from crawler.upkeep.draft.candidates import FORMS, Made, candidates_of, is_same, short_texts
from crawler.upkeep.draft.guesses import find_guess, is_account
from crawler.upkeep.draft.seen.study import Study

ORDER: Final = (
    "headline",
    "original_title",
    "published_at",
    "modified_at",
    "source_name",
    "account_name",
    "authors",
    "editor",
    "location",
    "keywords",
)
_READERS: Final = 3
_QUOTED: Final = 12
_NAMES: Final = ("source_name", "account_name", "authors")
_GUESSED: Final = ("original_title", "source_name", "account_name", "editor", "location")
_WHY: Final = {"account_name": "a link to an account", "location": "the name of a place, or a label"}


@define
class Tried:
    """A reader on all pages: the numbers of those where it gives what the witness says, something else, something
    where the witness says nothing, and nothing."""

    made: Made
    right: set[int] = field(factory=set)
    wrong: set[int] = field(factory=set)
    more: set[int] = field(factory=set)
    fine: int = 0

    @property
    def filled(self) -> set[int]:
        return self.right | self.wrong | self.more


@frozen(kw_only=True)
class FieldDraft:
    """The readers of one field, in order. `seen`: on how many pages the first gives what the witness says.
    `unsure`: why a person should look, a line each."""

    name: str
    readers: tuple[Made, ...]
    seen: int = 0
    unsure: tuple[str, ...] = ()


def find_fields(
    studies: Sequence[Study], roots: Sequence[Element | None], skip: Iterable[str] = ()
) -> list[FieldDraft]:
    """The readers for each field that is known on some page. `roots`: where each page's text stands. `skip`: fields
    that rules read already."""
    skipped = set(skip)
    texts = [short_texts(one, root) for one, root in zip(studies, roots, strict=True)]
    found: dict[str, FieldDraft] = {}
    for name in ORDER:
        if name not in skipped and any(name in one.fields for one in studies):
            made = {
                m.code: m for one, short in zip(studies, texts, strict=True) for m in candidates_of(name, one, short)
            }
            tried = [_try(name, one, studies) for one in made.values()]
            found[name] = _choose(name, tried, studies)
    found = {name: one for name, one in found.items() if one.readers}
    _settle_names(found)
    _settle_account(found, studies)
    for name in _GUESSED:
        if name == "account_name" and "source_name" in found:
            continue
        if name not in found and name not in skipped and (guess := find_guess(name, studies, texts)):
            why = f"only {_WHY.get(name, 'a label')} tells of it, on {guess[1]} of {len(studies)} pages"
            found[name] = FieldDraft(name=name, readers=guess[:1], unsure=(why,))
    return [found[name] for name in ORDER if name in found]


def _settle_names(found: dict[str, FieldDraft]) -> None:
    """A name is one field's: of two that are read at one place, that which the witness takes it for on more pages."""
    for one, other in combinations(_NAMES, 2):
        first, second = found.get(one), found.get(other)
        if first is not None and second is not None and first.readers[0].code == second.readers[0].code:
            del found[other if first.seen >= second.seen else one]


def _settle_account(found: dict[str, FieldDraft], studies: Sequence[Study]) -> None:
    """A name that links to an account is an account's, not a medium's."""
    source = found.get("source_name")
    if source is None or "account_name" in found:
        return
    linked = 0
    for one in studies:
        for selector in made_with(source.readers[0].reader).selectors:
            element = one.document.select(selector)
            links = [] if element is None else [element, *element.iter("a"), *element.iterancestors("a")]
            linked += any(is_account(link.get("href") or "") for link in links)
    if 2 * linked > len(studies):
        why = f"it links to an account on {linked} of {len(studies)} pages; is it the source, too?"
        found["account_name"] = FieldDraft(name="account_name", readers=source.readers, unsure=(why,))
        del found["source_name"]


def _try(name: str, made: Made, studies: Sequence[Study]) -> Tried:
    tried = Tried(made)
    for number, one in enumerate(studies):
        value = made.reader(one.document)
        if not value or (name.endswith("_at") and read_time(value) is None):
            continue
        if name not in one.fields:
            tried.more.add(number)
        elif is_same(name, value, one):
            tried.right.add(number)
        else:
            tried.wrong.add(number)
        if name.endswith("_at"):
            found = read_time(value)
            tried.fine += len(FORMS[found.precision]) if found is not None else 0
    return tried


def _choose(name: str, tried: Sequence[Tried], studies: Sequence[Study]) -> FieldDraft:
    """The best reader, then what fills the pages that it leaves empty, then one for the day when it fails."""
    sound = [one for one in tried if len(one.right) > 2 * len(one.wrong)]
    sound.sort(
        key=lambda one: (len(one.wrong) - len(one.right), -one.fine, one.made.rank, one.made.less, len(one.made.code))
    )
    chosen: list[Tried] = []
    filled: set[int] = set()
    for one in sound:
        kinds = {other.made.code.partition("(")[0] for other in chosen}
        is_spare = name in ("headline", "published_at") and one.made.code.partition("(")[0] not in kinds
        if len(chosen) < _READERS and (one.right - filled or (is_spare and not one.wrong)):
            chosen.append(one)
            filled |= one.filled
    known = {number for number, one in enumerate(studies) if name in one.fields}
    unsure = []
    for one in chosen[:1]:
        for number in sorted(one.wrong):
            mine, theirs = one.made.reader(studies[number].document), studies[number].fields[name]
            said = f"gives {_short(mine)}, the general extraction {_short(theirs)}"
            unsure.append(f"{studies[number].sample.name}: {one.made.code} {said}")
    if known - filled and chosen:
        unsure.append(f"nothing drafted fills it on {len(known - filled)} of the {len(known)} pages where it was seen")
    if chosen and len(chosen[0].right) == 1 and len(studies) > 1:
        unsure.append("it was seen on one page only")
    readers = tuple(one.made for one in chosen)
    return FieldDraft(name=name, readers=readers, seen=len(chosen[0].right) if chosen else 0, unsure=tuple(unsure))


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…")
