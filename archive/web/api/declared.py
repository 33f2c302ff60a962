"""What an endpoint of the API is: its parameters, declared once, and how a request is read by them and answered."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from attrs import frozen
from starlette.responses import Response

from archive.errors import UsageError
from archive.times import parse_span
from archive.web.visit import LARGEST_NUMBER, Page, Visit

Kind = Literal["text", "number", "flag", "time", "end", "one of", "many of", "texts"]
"""`time`, `end`: the beginning and the end of the year, month, day or minute that is named. `many of`, `texts`: given
again and again."""
LONGEST: Final = 4_000
"""Characters of a text."""
MOST_TIMES: Final = 64
"""So often a parameter is given at most."""


@frozen
class Param:
    """A parameter of the query. `values`: those of `one of` and `many of`. `least`, `most`: of a number."""

    name: str
    kind: Kind
    says: str
    default: Any = None
    values: tuple[str, ...] = ()
    least: int = 0
    most: int = LARGEST_NUMBER
    required: bool = False

    def read(self, visit: Visit) -> Any:
        """Its value. Raises `UsageError`."""
        given = visit.args(self.name)
        if len(given) > MOST_TIMES or any(len(one) > LONGEST for one in given):
            raise UsageError(
                f"{self.name} is longer than {LONGEST:,} characters, or given more than {MOST_TIMES} times"
            )
        if self.kind in ("many of", "texts"):
            return tuple(self._known(one) for one in given) or self.default or ()
        if len(given) > 1:
            raise UsageError(f"{self.name} is given {len(given)} times; it is given once")
        if not given:
            if self.required:
                raise UsageError(f"{self.name} is missing: {self.says}")
            return self.default
        return self._one(visit, given[-1])

    def _one(self, visit: Visit, value: str) -> Any:
        match self.kind:
            case "number":
                return visit.number(self.name, 0, least=self.least, most=self.most)
            case "flag":
                if value not in ("0", "1", "true", "false"):
                    raise UsageError(f"{self.name} is {value[:40]!r}; it takes true or false")
                return value in ("1", "true")
            case "time" | "end":
                return self._moment(value)
            case _:
                return self._known(value)

    def _moment(self, value: str) -> datetime:
        try:
            return parse_span(value)[self.kind == "end"]
        except ValueError as error:
            raise UsageError(f"{self.name}: {error}") from error

    def _known(self, value: str) -> str:
        if self.kind in ("one of", "many of") and value not in self.values:
            raise UsageError(f"{self.name} is {value[:40]!r}; it takes {', '.join(self.values)}")
        return value


@frozen(kw_only=True)
class Endpoint:
    """One address of the API. `answer`: what is sent, as JSON has it, of a visit and the values of `params` by their
    names. `schema`: of that answer (JSON Schema)."""

    path: str
    name: str
    says: str
    answer: Callable[..., Any]
    schema: Mapping[str, Any]
    params: Sequence[Param] = ()
    costly: bool = False
    tag: str = "archive"

    def page(self) -> Page:
        """As the application serves it."""
        return Page(path=self.path, name=f"api_{self.name}", view=self._view, costly=self.costly)

    def _view(self, visit: Visit) -> Response:
        unknown = set(visit.request.query_params) - {param.name for param in self.params} - {"lang"}
        if unknown:
            known = ", ".join(param.name for param in self.params) or "none"
            raise UsageError(f"there is no parameter {min(unknown)[:40]!r} here; there are: {known}")
        values = {param.name: param.read(visit) for param in self.params}
        return sent(visit, self.answer(visit, **values))


def sent(visit: Visit, told: Any) -> Response:
    """An answer with its ETag, or that it is the one which the caller has (RFC 9110, 13.1.2)."""
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    etag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
    headers = {"etag": etag, "cache-control": "no-cache", "vary": "cookie, authorization"}
    asked = visit.request.headers.get("if-none-match", "")
    if etag in {one.strip().removeprefix("W/") for one in asked.split(",")} or asked.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/json", headers=headers)
