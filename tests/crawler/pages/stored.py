"""The saved pages of these tests, written by us in the shape of real ones.

Of the pages in `PORTALS` and `OPEN`, beside each `NAME.html` stands `NAME.json` with what it says; a page without one
holds no article. In `REPORTS` stand situations that people report of tools of this kind, a folder each: `page.html`,
`url.txt`, sometimes `content_type.txt`, and `expected.json` with what is asked of the page (`faults`).
"""

import json
from pathlib import Path
from typing import Any

from attrs import frozen

ROOM = Path(__file__).parent
PORTALS = ROOM / "template" / "portals"
OPEN = ROOM / "general" / "open"
REPORTS = ROOM / "reports"
NOT_RIGHT = frozenset((REPORTS / "not_right.txt").read_text(encoding="utf-8").split())


def expected(folder: Path) -> dict[str, dict[str, Any]]:
    """What the pages of a folder say, by the page's name."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}


@frozen(kw_only=True)
class Situation:
    """One folder of `REPORTS`. `content_type`: None where no header is known. `wanted`: see `faults`."""

    name: str
    data: bytes
    url: str
    content_type: str | None
    wanted: dict[str, Any]


def situations() -> list[Situation]:
    """Those of `REPORTS`, by name."""
    return [_situation(folder) for folder in sorted(REPORTS.glob("*/"))]


def _situation(folder: Path) -> Situation:
    declared = folder / "content_type.txt"
    return Situation(
        name=folder.name,
        data=(folder / "page.html").read_bytes(),
        url=(folder / "url.txt").read_text(encoding="utf-8").strip(),
        content_type=declared.read_text(encoding="utf-8").strip() if declared.exists() else None,
        wanted=json.loads((folder / "expected.json").read_text(encoding="utf-8")),
    )


def faults(wanted: dict[str, Any], row: dict[str, Any]) -> list[tuple[str, Any]]:
    """Where a page (a row of `jianbao extract`) is not as asked, and what it has there.

    `wanted`: a field and its value (`body` as a list of lines), or `must` and `must_not` (parts of the body),
    `flags_has`, `flags_not`, `outcome_not`.
    """
    body, flags = row["body"], row["flags"]
    found = []
    for name, want in wanted.items():
        match name:
            case "must":
                bad: Any = [part for part in want if part not in body]
            case "must_not":
                bad = [part for part in want if part in body]
            case "outcome_not":
                bad = [row["outcome"]] if row["outcome"] in want else []
            case "flags_has":
                bad = [flag for flag in want if flag not in flags]
            case "flags_not":
                bad = [flag for flag in want if flag in flags]
            case _:
                have = body.split("\n") if name == "body" else row[name]
                bad = [] if have == want else [have]
        if bad:
            found.append((name, bad))
    return found
