"""The saved pages of these tests, written by us in the shape of real ones. Beside each `NAME.html` stands `NAME.json`
with what it says; a page without one holds no article."""

import json
from pathlib import Path
from typing import Any

ROOM = Path(__file__).parent
PORTALS = ROOM / "template" / "portals"
OPEN = ROOM / "general" / "open"


def expected(folder: Path) -> dict[str, dict[str, Any]]:
    """What the pages of a folder say, by the page's name."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}
