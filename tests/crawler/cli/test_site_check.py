"""`jianbao site check`: what a site file gives on saved pages, and what of it is of no use."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from tests.crawler.pages.stored import PORTALS
from tests.crawler.sites.test_check import written

BODY = ["渡船在雾里停了一个上午，岸边的人把行李放下，坐在石阶上等。", "中午雾散了，第一班船载着二十七个人离岸。"]
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>渡船等雾</title></head><body>
<div class="nav"><a href="/">首页</a></div><h1 class="headline">渡船等雾</h1>
<time datetime="2026-03-01T09:00:00+08:00">3月1日</time>
<div class="{root}"><p class="editor">责任编辑：罗文</p>
<p>渡船在雾里停了一个上午，岸边的人把行李放下，坐在石阶上等。</p>
<p>中午雾散了，第一班船载着二十七个人离岸。</p><p>分享到：微信</p></div></body></html>"""
EXPECTED: dict[str, Any] = {
    "url": "https://www.lanzhou.example/a/7.html",
    "headline": "渡船等雾",
    "editor": "罗文",
    "published_at": "2026-03-01T09:00",
    "body": BODY,
}


def saved(folder: Path, root: str = "story", **changed: Any) -> None:
    folder.mkdir(exist_ok=True)
    number = len(list(folder.iterdir()))
    (folder / f"{number}.html").write_text(PAGE.format(root=root), encoding="utf-8")
    (folder / f"{number}.json").write_text(json.dumps(EXPECTED | changed, ensure_ascii=False), encoding="utf-8")


def check(file: Path, pages: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["site", "check", str(file), "--pages", str(pages), *words])


def test_a_sound_site_on_its_pages(tmp_path: Path) -> None:
    file = written(tmp_path, ('("page_id", prefixed("a:", script("id:", r"id:([0-9]+)"))),', ""))
    saved(tmp_path / "pages")
    done = check(file, tmp_path / "pages", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sound"] is True
    page = told["pages"][0]
    assert (page["name"], page["outcome"], page["template"]) == ("0.html", "article", "lanzhou-story")
    assert page["filled"] == ["headline", "published_at", "editor"]
    assert page["length"] == sum(map(len, BODY))
    assert page["agreement"] > 0.8
    assert (page["differs"], page["doubtful"]) == ([], False)
    assert told["unused_templates"] == told["unfilled_fields"] == told["unmatched"] == []


def test_what_was_of_no_use_is_named(tmp_path: Path) -> None:
    second = 'templates=(Template(name="lanzhou-old", body=("div.old",)),'
    more = ('body=("div.story",),', 'body=("div.story", "div.late"), pager="div.pages",')
    never = ('Rule(id="lanzhou.share"', 'Rule(id="lanzhou.ad", selector="p.ad, p.editor"), Rule(id="lanzhou.share"')
    file = written(tmp_path, ("templates=(", second), more, never)
    saved(tmp_path / "pages")
    done = check(file, tmp_path / "pages")
    assert done.exit_code == 3
    assert "1 templates fit no page; 1 fields are never filled" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[lines.index("templates that no page fits:") + 1] == "  lanzhou-old"
    assert lines[lines.index("fields that are never filled:") + 1] == "  page_id (lanzhou-story)"
    assert lines[lines.index("selectors and patterns that never match:") + 1 :] == [
        "  div.late   in body (lanzhou-story)",
        "  div.pages   in pager (lanzhou-story)",
        "  p.ad   in rule lanzhou.ad (lanzhou-story)",
    ]


@pytest.mark.parametrize(
    ("root", "changed", "says"),
    [
        ("news", {}, "no template of the site fits"),
        ("story", {"headline": "渡船"}, "headline is '渡船等雾', not '渡船'"),
        ("story", {"source_name": "某报"}, "source_name is '', not '某报'"),
        ("story", {"published_at": "2026-03-01T09:30"}, "published_at is '2026-03-01T09:00:00+08:00'"),
        ("story", {"body": [*BODY, "又一行。"]}, "body: a line missing, the first '又一行。'"),
        ("story", {"body": BODY[:1]}, "body: a line too many, the first '中午雾散了"),
        ("story", {"body": BODY[::-1]}, "body: its lines stand in another order"),
        ("story", {"outcome": "gone"}, "outcome is 'article', not 'gone'"),
    ],
)
def test_a_page_that_is_not_read_as_it_should_be(tmp_path: Path, root: str, changed: dict[str, Any], says: str) -> None:
    saved(tmp_path / "pages", root, **changed)
    done = check(written(tmp_path), tmp_path / "pages")
    assert done.exit_code == 3
    assert says in done.stdout
    assert "! 0.html" in done.stdout


def test_a_wrong_file_is_told_line_by_line(tmp_path: Path) -> None:
    saved(tmp_path / "pages")
    file = written(tmp_path, ('("headline", text', '("heading", text'), ('hosts=("lanzhou.example",)', "hosts=()"))
    done = check(file, tmp_path / "pages")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert done.stdout == ""


def test_pages_of_a_manifest_and_pages_that_say_their_own_address(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://www.lanzhou.example/a/8.html"><title>'
    (tmp_path / "own.html").write_text(PAGE.format(root="story").replace("<title>", head), encoding="utf-8")
    (tmp_path / "page").write_text(PAGE.format(root="story"), encoding="utf-8")
    rows = [
        {"file": "page", "url": EXPECTED["url"]},
        {"file": "own.html", "url": "https://www.lanzhou.example/a/9.html"},
    ]
    (tmp_path / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "expected.jsonl").write_text(json.dumps({"file": "page", "headline": "渡"}), encoding="utf-8")
    file = written(tmp_path)
    told = json.loads(check(file, tmp_path / "own.html", "--json").stdout)
    assert [page["url"] for page in told["pages"]] == ["https://www.lanzhou.example/a/8.html"]
    told = json.loads(check(file, tmp_path, "--json").stdout)
    assert [(page["name"], page["differs"]) for page in told["pages"]] == [
        ("page", ["headline is '渡船等雾', not '渡'"]),
        ("own.html", []),
    ]
    (tmp_path / "bare.html").write_text(PAGE.format(root="story"), encoding="utf-8")
    done = check(file, tmp_path / "bare.html")
    assert (done.exit_code, "nothing says its address; write bare.json" in done.stderr) == (2, True)


def test_our_own_sites_read_our_own_pages(tmp_path: Path) -> None:
    """And are found where they are in use, under their own names."""
    for file in PORTALS.glob("sohu-*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    sohu = Path(__file__).parents[3] / "crawler" / "sites" / "sohu.py"
    told = json.loads(check(sohu, tmp_path, "--json").stdout)
    assert [page["differs"] for page in told["pages"]] == [[]] * len(list(tmp_path.glob("*.html")))
    assert told["unused_templates"] == []
