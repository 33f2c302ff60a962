"""Why two texts are united, linked or apart, in words for a person: the reasons of docs/duplicates.md, by their names.

The names are those of the rules in `archive.dedup.verify`. Nothing that compares texts is loaded here.
"""

from typing import Final

LINKED: Final[dict[str, str]] = {
    "whole": "most of each text stands in the other",
    "cut": "both texts begin alike, and one of them ends early",
    "part of the other": "one text, or most of it, stands in the other, which has much more",
    "common passage": "the texts have a passage in common, which is most of neither",
    "half of both": (
        "both texts begin alike and have half in common, and each says other things between: a report and its echo"
    ),
    "short and retold": (
        "half of a short text stands in the other, and words were replaced: perhaps another speaker's statement"
    ),
    "under other headlines": "the texts are the same, and neither headline speaks of what they have in common",
    "cut days later": "the texts begin alike, and one that goes on otherwise came more than a week later",
    "changed much later": "the same text came again after more than a month, and a good part of it is another text",
}
"""Why two texts are united or linked."""
APART: Final[dict[str, str]] = {
    "no text": "of one of the texts nothing counts: it has no letters, or consists of notices and page furniture",
    "nothing in common": "the texts have no passage in common",
    "notice": (
        "neither headline speaks of what the texts have in common, and days lie between: a notice stands in their place"
    ),
    "another in the headline": (
        "the headlines are alike but for a word, and so are the texts: another person, place or work"
    ),
    "another of a series": "the texts tell of different ones of a series: the third meeting and the fourth",
    "announced and happened": "one text announces what the other, later one, says has happened",
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
    "another day": "the texts are short, and name days, and none in common",
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
