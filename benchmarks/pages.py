"""The pages that extraction is measured on, and how an answer is scored."""

import json
import re
from pathlib import Path
from typing import Any

from attrs import frozen
from rapidfuzz.distance import LCSseq

from crawler.pages.html.decode import decode
from tests.crawler.pages.stored import expected

NOT_TEXT = re.compile(r"[\W_]+")
OPEN_URL = "https://open.example/a/1.html"
"""The address of our own pages without a template."""
FIELDS = ("headline", "published_at", "source_name", "account_name", "authors", "editor")


@frozen(kw_only=True)
class Answer:
    """What an extractor makes of a page; "" and () for what it does not give."""

    body: str = ""
    headline: str = ""
    published_at: str = ""
    source_name: str = ""
    account_name: str = ""
    authors: tuple[str, ...] = ()
    editor: str = ""


@frozen(kw_only=True)
class BenchPage:
    """One page with what it says. `body`, `optional`, `must_not`: lines."""

    data: bytes
    text: str
    encoding: str
    url: str
    portal: bool
    body: tuple[str, ...]
    optional: tuple[str, ...]
    must_not: tuple[str, ...]
    fields: dict[str, Any]


def load_pages(folder: Path) -> list[BenchPage]:
    """The pages of a folder with `pages.jsonl` and `expected.jsonl`, or of our own tests."""
    if (folder / "expected.jsonl").exists():
        with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
            urls = {entry["file"]: entry["url"] for entry in map(json.loads, lines)}
        with (folder / "expected.jsonl").open(encoding="utf-8") as lines:
            entries = [entry for entry in map(json.loads, lines) if "not_article" not in entry.get("flags", [])]
        return [_page(folder / entry["file"], urls[entry["file"]], entry) for entry in entries]
    pages = []
    for name, entry in expected(folder).items():
        # A portal's page lists (kind, text), a page without a template its lines.
        lines = [line if isinstance(line, str) else line[1] for line in entry["body"] if line[0] != "image"]
        url, site = entry.get("url", OPEN_URL), "netease" if "url" in entry else ""
        pages.append(_page(folder / f"{name}.html", url, {**entry, "body": lines, "site": site}))
    return pages


def _page(file: Path, url: str, entry: dict[str, Any]) -> BenchPage:
    data = file.read_bytes()
    decoded = decode(data)
    return BenchPage(
        data=data,
        text=decoded.text,
        encoding=decoded.encoding,
        url=url,
        portal=entry["site"] in ("netease", "sohu"),
        body=tuple(entry["body"]),
        optional=tuple(entry.get("optional", ())),
        must_not=tuple(entry.get("must_not", ())),
        fields={name: entry.get(name) for name in FIELDS},
    )


def letters(text: str) -> str:
    return NOT_TEXT.sub("", text)


def body_f1(page: BenchPage, text: str) -> tuple[float, int]:
    """F1 of the longest common subsequence of letters, and how many clutter snippets came through."""
    gold = letters("".join(page.body))
    got = letters(text)
    for line in sorted(map(letters, page.optional), key=len, reverse=True):
        if line and line not in gold:
            got = got.replace(line, "", 2)
    leaks = sum(bool(letters(snippet)) and letters(snippet) in got for snippet in page.must_not)
    if not gold or not got:
        return float(gold == got), leaks
    return 2 * LCSseq.similarity(gold, got) / (len(gold) + len(got)), leaks


def fields_right(page: BenchPage, answer: Answer) -> dict[str, bool]:
    """Of the fields that the page shows, whether each is right; a time at the precision that the page shows."""
    right = {}
    for name, want in page.fields.items():
        if want in (None, "", []):
            continue
        have: Any = getattr(answer, name)
        if name == "authors":
            right[name] = sorted(have) == sorted(want)
        elif name == "published_at":
            numbers = [re.findall(r"\d+", re.sub(r"[+-]\d\d:\d\d$", "", str(value))) for value in (want, have)]
            right[name] = numbers[1][: len(numbers[0])] == numbers[0]
        else:
            right[name] = " ".join(have.split()) == " ".join(want.split())
    return right
