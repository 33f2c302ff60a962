"""What a cell of a table holds: nothing, a list, or a text."""

import ast
import json
from contextlib import suppress
from typing import Any, Final

_NOTHING: Final = frozenset(("", "\\N", "NULL", "null", "None", "nan", "NaN", "<NA>"))
"""What databases and pandas write where there is no value."""
_LONGEST_LIST: Final = 100_000
_GUARDED: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def value_of(cell: str) -> Any:
    """The value of a CSV cell; None where there is none. A list is one in JSON or in Python's notation, which pandas
    writes; a text that was guarded against spreadsheets (`'=1`), as our own export does it, is the text."""
    if cell in _NOTHING:
        return None
    return cell[1:] if cell.startswith(_GUARDED) else list_in(cell)


def list_in(cell: str) -> Any:
    """The list or the object that a text holds, in JSON or in Python's notation; else the text itself."""
    if not cell.startswith(("[", "{")) or len(cell) > _LONGEST_LIST or not cell.rstrip().endswith(("]", "}")):
        return cell
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(cell)
    if found is None:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            found = ast.literal_eval(cell)
    if isinstance(found, dict) or (isinstance(found, list) and all(isinstance(one, (str, dict)) for one in found)):
        return found
    return cell
