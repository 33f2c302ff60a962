"""JSON as pages and lists write it: with control characters, comments, code around it, commas too many, `\\x27`; and
what can be saved of a text in which one place is beyond reading.

Nothing is ever evaluated. chompjs reads JavaScript's notation; what it gives goes through the json module.
"""

import json
import re
from typing import Any, Final

import chompjs

# JavaScript's escapes that JSON has not; a backslash that is itself escaped is passed over with what follows it.
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_DECODER: Final = json.JSONDecoder(strict=False)
_WORK: Final = 30
"""How often a broken text's length may be read over in search of its objects."""


def parse_json(text: str) -> Any:
    """The value of a JSON text, or of the first array or object that stands in code. Raises `ValueError`, also on too
    deep a one."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return chompjs.parse_js_object(_escapes_of_json(text), loader_kwargs={"strict": False})
    except RecursionError as error:
        raise ValueError("the value is too deep") from error


class Saved(list[dict[str, Any]]):
    """The objects that could be read in a broken text. `lost`: how many places in it could not."""

    lost: int = 0


def save_objects(text: str) -> Saved:
    """The outermost objects of a text that is no JSON, each by itself, in their order.

    A place that cannot be read costs the objects around it, and no object beside it. A text that would take more than
    some passes is read as far as they go.
    """
    text = _escapes_of_json(text)
    saved = Saved()
    broken: set[int] = set()
    spent, position = 0, 0
    while (start := text.find("{", position)) >= 0 and spent <= _WORK * len(text):
        try:
            value, position = _DECODER.raw_decode(text, start)
            saved.append(value)
            continue
        except json.JSONDecodeError as error:
            # The objects around a broken place break at it too.
            broken.add(error.pos)
            # The error counts the lines before it, which is quick, but not for nothing.
            spent += error.pos - start + error.pos // 20
        except (ValueError, RecursionError):
            broken.add(start)
            spent += len(text)
        position = start + 1
    # A text that was cut off between two objects has no broken place.
    saved.lost = len(broken) or int(not text.rstrip("; \r\n\t)").endswith(("]", "}")))
    return saved


def _escapes_of_json(text: str) -> str:
    """`\\x27` and `\\'` as JSON writes them."""

    def mended(found: "re.Match[str]") -> str:
        if found[1]:
            return rf"\u00{found[1]}"
        return "'" if found[2] == "'" else found[0]

    return _ESCAPE.sub(mended, text) if "\\x" in text or "\\'" in text else text
