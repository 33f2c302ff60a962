"""Pages without a template: invented pages in the shapes of common content systems, and the real ones beside the
checkout where they are."""

import random
import re
from pathlib import Path
from typing import Any

import pytest

from archive.times import show_time
from crawler.pages.general import mark
from crawler.pages.page import Outcome, Page
from crawler.pages.rules import shapes
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import OPEN, expected

EXPECTED = expected(OPEN)
URL = "https://open.example/a/1.html"


def read(name: str, **options: Any) -> Page:
    return extract((OPEN / f"{name}.html").read_bytes(), url=URL, content_type="text/html", **options)


def found(page: Page) -> dict[str, Any]:
    """What was found, without what is empty: the shape of the files beside the pages."""
    values = {
        "headline": page.headline,
        "body": page.body.split("\n"),
        "original_title": page.original_title,
        "published_at": show_time(page.published_at, page.published_precision),
        "modified_at": show_time(page.modified_at),
        "source_name": page.source_name,
        "account_name": page.account_name,
        "authors": list(page.authors),
        "editor": page.editor,
        "keywords": list(page.keywords),
        "location": page.location,
        "flags": list(page.flags),
    }
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize("name", EXPECTED)
def test_page(name: str) -> None:
    page = read(name)
    assert page.outcome is Outcome.ARTICLE
    assert page.template == "generic"
    assert found(page) == EXPECTED[name]
    assert 0.3 < page.confidence <= 1


def test_a_front_page_is_no_article() -> None:
    page = read("front")
    assert page.outcome is Outcome.NOT_ARTICLE
    assert page.article() is None


def test_every_visible_line_has_a_verdict() -> None:
    page = read("dedecms", everything=True)
    verdicts = {block.text: block.rule for block in page.blocks}
    assert verdicts["上一篇：山里来了修路的人 村口的老树留不留"] == "outside"
    assert verdicts["（责任编辑：秦小满）"] in ("open.chief_editor", "general.editor_line")
    assert [block.text for block in page.blocks if block.kept] == EXPECTED["dedecms"]["body"]
    assert page.body == read("dedecms").body


def test_images_are_absolute_and_carry_their_captions() -> None:
    (image,) = read("side_by_side").images
    assert image.url == "https://open.example/i/1.jpg"
    assert image.caption == "“海棠号”驶进内河。望潮晚报记者 邵青 摄"


def test_order_does_not_matter() -> None:
    names = [*EXPECTED, "front"] * 2
    first = {name: read(name) for name in names}
    random.Random(3).shuffle(names)
    assert all(read(name) == first[name] for name in names)


# In the order in which they run.
PASSES = [
    (mark, "mark_top"),
    (mark, "mark_info"),
    (mark, "mark_lists"),
    (shapes, "mark_comments"),
    (shapes, "_mark_related"),
    (shapes, "_mark_links"),
    (shapes, "_mark_teasers"),
    (shapes, "_mark_repeated"),
    (mark, "mark_short"),
    (mark, "mark_core"),
    (mark, "_dirty_boxes"),
    (mark, "_teaser_boxes"),
    (mark, "_mark_after"),
]


def test_every_look_at_the_shape_is_listed() -> None:
    looks = {name for module in (mark, shapes) for name in vars(module) if re.match("_?mark_|.*_boxes$", name)}
    assert looks == {name for _, name in PASSES}


@pytest.mark.parametrize(("module", "name"), PASSES, ids=[name for _, name in PASSES])
def test_every_look_at_the_shape_is_needed(module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, some page comes out otherwise."""
    before = {page: found(read(page)) for page in EXPECTED}
    monkeypatch.setattr(module, name, lambda *_: set())
    assert any(found(read(page)) != before[page] for page in EXPECTED)


@pytest.mark.shared
def test_other_portals(shared: Path) -> None:
    """The must of every measure on the real pages; the aim is measured by `python -m benchmarks.extract`."""
    score = _scorer(shared / "pages" / "score.py")
    expected = [
        row for row in score.read(str(shared / "pages" / "expected.jsonl")) if row["site"] not in ("netease", "sohu")
    ]
    urls = {row["file"]: row["url"] for row in score.read(str(shared / "pages" / "pages.jsonl"))}
    f1 = []
    leaking = lost = lines = 0
    fields: dict[str, list[bool]] = {name: [] for name in score.FIELDS}
    for row in expected:
        page = extract((shared / "pages" / row["file"]).read_bytes(), url=urls[row["file"]], content_type="text/html")
        _, _, one, leaks, missing = score.body_score(row, page.body)
        f1.append(one)
        leaking += bool(leaks)
        lost += missing
        lines += len(row["body"])
        got = found(page)
        for name, asked in fields.items():
            right = score.field_score(name, row, got.get(name))
            if right is not None:
                asked.append(right)
    assert sum(f1) / len(f1) >= 0.985
    assert sum(value >= 0.99 for value in f1) >= 0.9 * len(f1)
    assert leaking <= 0.02 * len(f1)
    assert lost <= 0.005 * lines
    shares = {name: sum(asked) / len(asked) for name, asked in fields.items() if asked}
    assert shares["headline"] >= 0.98
    assert shares["published_at"] >= 0.95
    assert min(shares[name] for name in ("source_name", "authors", "editor")) >= 0.85


def _scorer(path: Path) -> Any:
    import importlib.util

    spec = importlib.util.spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
