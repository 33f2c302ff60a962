"""Links between articles as a person reads them: `jianbao cluster` and `jianbao show` print them alike."""

from typing import Any, Final

PASSAGE: Final = 120
"""Characters of a shared passage that are shown."""
MOST: Final = 20
"""The most links that are shown; --json has all."""


def related_lines(related: list[dict[str, Any]]) -> list[str]:
    """What articles are linked to outside their story, as `archive.dedup.clusters.related` tells it; what waits for a
    person first."""
    lines = []
    for other in sorted(related, key=lambda one: one["relation"] != "doubtful" or one["decided"] is not None)[:MOST]:
        covered = f"{other['coverage']:.0%}"
        if other["relation"] == "doubtful":
            when = other["decided_at"]
            covered += f", decided apart {when}" if when else ", undecided: jianbao cluster doubts"
        title = other["headline"] or other["url"]
        lines.append(f"{other['from']} {other['relation']} {other['id']} ({covered}): {title}")
        if other["because"]:
            lines.append(f"    {why(other)}")
        if other["passage"]:
            lines.append(f"    “{shortened(other['passage'])}”")
    return [*lines, f"and {len(related) - MOST} more: --json"] if len(related) > MOST else lines


def why(link: dict[str, Any]) -> str:
    """The reason of a verdict and what it means: `other names: the texts have …`."""
    reason, because = link["reason"], link["because"]
    return reason if because in (None, reason) else f"{reason}: {because}"


def shortened(passage: str, most: int = PASSAGE) -> str:
    """A passage in one line: its beginning and its end, and how long it is, where it is longer than `most`."""
    line = " ".join(passage.split())
    half = most // 2
    return line if len(line) <= most else f"{line[:half]}… ({len(line)} characters) …{line[-half:]}"
