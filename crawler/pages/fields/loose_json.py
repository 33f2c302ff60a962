"""JSON as pages and lists write it: control characters in strings, and commas before a closing bracket."""

import json
import re
from typing import Any, Final

_TOKEN: Final = re.compile(r'\\.|"|,(?=\s*[\]}])', re.DOTALL)


def parse_json(text: str) -> Any:
    """The value of a JSON text; commas before `]` or `}` are forgiven. Raises `ValueError`, also on too deep a one."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_without_trailing_commas(text), strict=False)
    except RecursionError as error:
        raise ValueError("the value is too deep") from error


def _without_trailing_commas(text: str) -> str:
    """One pass over quotes, escapes and candidate commas; commas inside strings stay."""
    quoted = False
    kept = []
    last = 0
    for token in _TOKEN.finditer(text):
        if token[0] == '"':
            quoted = not quoted
        elif token[0] == "," and not quoted:
            kept.append(text[last : token.start()])
            last = token.end()
    return "".join(kept) + text[last:]
