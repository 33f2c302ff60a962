"""A citation in the forms that reference managers read: CSL-JSON, BibTeX, RIS.

What stands in it was written by strangers: no value ends its field or begins another.
"""

import json
from datetime import date
from typing import Any, Final

from archive.cite.source import Source
from archive.times import show_time

_BIBTEX: Final = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces whether or not a backslash stands before them.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{one: f"\\{one}" for one in "&%$#_"},
}
_IN_URL: Final = {"{": "%7B", "}": "%7D", "\\": "%5C"}


def csl(source: Source) -> dict[str, Any]:
    """As CSL 1.0.2's schema has an item. Names are `literal`: nobody knows which part of one is the family's."""
    issued = source.published
    told: dict[str, Any] = {
        "id": source.key,
        "type": "webpage",
        "title": source.title,
        "author": [{"literal": name} for name in source.authors],
        "container-title": source.site,
        "publisher": source.publisher,
        "issued": _parts(issued) if issued is not None else None,
        "accessed": _parts(source.accessed),
        "URL": source.url,
        "language": "zh-CN",
        "archive": f"Jianbao {source.archive}",
        "archive_location": source.address or source.record,
        "note": source.kept,
        "custom": {
            "captured_at": show_time(source.captured_at),
            "published_at": show_time(source.published_at, source.precision),
            "payload_digest": source.digest,
            "text_digest": f"sha256:{source.text_digest}",
            "record": source.record,
            "article": source.name,
            "revision": source.revision,
        },
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def csl_json(source: Source) -> str:
    """A list of one item, as reference managers read a file of them."""
    return json.dumps([csl(source)], ensure_ascii=False, indent=2) + "\n"


def bibtex(source: Source) -> str:
    """An entry that BibTeX and biblatex read."""
    issued = source.published
    url = "".join(_IN_URL.get(one, one) for one in source.url)
    fields: dict[str, str | None] = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in source.authors),
        "title": f"{{{_escaped(source.title)}}}",
        "organization": _escaped(source.publisher or ""),
        "howpublished": _escaped(source.site),
        "year": f"{issued:%Y}" if issued is not None else None,
        "month": f"{issued:%m}" if issued is not None else None,
        "date": issued.isoformat() if issued is not None else None,
        "url": url,
        "urldate": source.accessed.isoformat(),
        "language": "chinese",
        "note": _escaped(source.kept),
    }
    lines = [f"  {name:12} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{source.key},", *lines, "}"]) + "\n"


def ris(source: Source) -> str:
    """A record in RIS: a tag a line."""
    issued = source.published
    rows: list[tuple[str, str | None]] = [
        ("TY", "ELEC"),
        ("ID", source.key),
        ("TI", source.title),
        *(("AU", name) for name in source.authors),
        ("T2", source.site),
        ("PB", source.publisher),
        ("PY", f"{issued:%Y}" if issued is not None else None),
        ("DA", _slashed(issued) if issued is not None else None),
        ("Y2", _slashed(source.accessed)),
        ("UR", source.url),
        ("LA", "zh-CN"),
        ("DB", f"Jianbao {source.archive}"),
        ("AN", source.name),
        ("AV", source.address or source.record),
        ("N1", source.kept),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in rows if value is not None)


def _parts(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _slashed(day: date) -> str:
    return f"{day:%Y/%m/%d}/"


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(one, one) for one in text)
