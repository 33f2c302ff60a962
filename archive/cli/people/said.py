"""What people said of an article as a person reads it: `jianbao show`, `note` and `correct` print it alike."""

_SHOWN = 60
"""Characters of a value that are shown in a line."""


def note_lines(one: dict[str, object]) -> list[str]:
    """A note as a person reads it."""
    about = " on the story" if one["story"] else ""
    first, *rest = str(one["text"]).split("\n")
    return [f"note {one['id']}{about}, {one['by']}, {one['at']}: {first}", *(f"    {line}" for line in rest)]


def correction_line(one: dict[str, object]) -> str:
    """A correction as a person reads it."""
    line = f"correction {one['id']}, {one['by']}, {one['at']}: {one['field']} is {_short(one['value'])}"
    if one["ended_at"] is not None:
        return f"{line}, until {one['ended_at']} ({one['ended_by']})"
    if one["extracted_at"] is not None:
        return f"{line}; look again: since {one['extracted_at']} extraction says {_short(one['extracted'])}"
    return f"{line}; extraction says {_short(one['extracted'])}"


def _short(value: object) -> str:
    line = " ".join(str(value).split())
    return f"“{line}”" if len(line) <= _SHOWN else f"“{line[:_SHOWN]}…” ({len(str(value))} characters)"
