"""Why two texts are united, linked or apart, in words for a person: the reasons of docs/duplicates.md, by their names.

The names are those of the rules in `archive.dedup.verify`. Nothing that compares texts is loaded here.
"""

from typing import Final

LINKED: Final[dict[str, str]] = {
    "whole": "most of each text stands in the other",
    "cut": "both texts begin alike, and one of them ends early",
    "part of it": "one text, or most of it, stands in the other, which has much more",
}
"""Why two texts are united or linked."""
APART: Final[dict[str, str]] = {
    "no text": "one of the texts is empty once it is folded",
    "nothing in common": "the texts have no passage in common",
    "other names": "the texts have other people or places where they are else the same",
    "another company": (
        "the texts are one short template, in which one long word is replaced each time: a company, a product, a place"
    ),
    "other numbers far apart": (
        "the texts have other numbers, and more than a month lies between them, or one has no date: no correction"
    ),
    "moved day": "the texts are short, and the day moved along with the day of publication: another day's notice",
    "many other numbers": "the texts differ in more than a third of their numbers",
    "other numbers in a short text": "the texts differ in numbers, and have little else in common",
    "too little in common": "the texts share less than a copy of their length would",
    "too far apart in time": (
        "the texts share less than a text that is printed again a month later would, or one has no date"
    ),
    "unlike headlines": (
        "the texts are very short and stand under different headlines: pages without a text of their own share notices"
    ),
}
"""Why two texts that were compared are not related."""


def in_words(reason: str | None) -> str | None:
    """What a reason says; its name where a rule of another version gave it, None for a link older than reasons."""
    return None if reason is None else LINKED.get(reason) or APART.get(reason, reason)
