"""What is wrong with a site file is told when it loads, all of it, a line each."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.errors import UsageError
from crawler.cli import main
from crawler.sites.check import faults
from crawler.sites.declared.patterns import unbounded
from crawler.sites.registry import load_sites, read_site

SOUND = """
import re
from datetime import timedelta

from crawler.pages.page import Outcome
from crawler.pages.rules.engine import Rule
from crawler.pages.template.readers import attribute, meta, prefixed, script, text
from crawler.pages.template.site import Site, Source, Target
from crawler.pages.template.template import Template
from crawler.sites.lists import html_links

LATE = timedelta(hours=2)


def target(url):
    found = re.match(r"https://www[.]lanzhou[.]example/a/([0-9]+)[.]html", url)
    return Target(kind="article", native_id=found[1], url=url) if found else None


SITE = Site(
    name="lanzhou",
    title="蓝舟网",
    hosts=("lanzhou.example",),
    target=target,
    sources=(Source(name="front", urls=("https://www.lanzhou.example/new",), parse=html_links, every=LATE),),
    templates=(
        Template(
            name="lanzhou-story",
            body=("div.story",),
            fields=(
                ("headline", text("h1.headline")),
                ("published_at", attribute("time", "datetime")),
                ("page_id", prefixed("a:", script("id:", r"id:([0-9]+)"))),
            ),
            rules=(
                Rule(id="lanzhou.editor", selector="p.editor", pattern=r"责任编辑：(?P<editor>.+)"),
                Rule(id="lanzhou.share", pattern=r"分享到：.*", needs=("分享",), where="tail"),
            ),
        ),
    ),
    signs=(("player.js", Outcome.VIDEO),),
)
"""


def written(folder: Path, *changes: tuple[str, str], name: str = "lanzhou.py") -> Path:
    """A file with the sound site, changed."""
    content = SOUND
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def test_a_sound_file_has_no_fault(tmp_path: Path) -> None:
    site, lines = read_site(written(tmp_path), load_sites().values())
    assert lines == []
    assert site is not None
    assert site.name == "lanzhou"


def test_our_own_sites_have_none() -> None:
    sites = load_sites()
    for site in sites.values():
        assert faults(site, sites.values()) == []


# fmt: off
# ruff: noqa: E501 - a case is a line
CASES = [
    ('hosts=("lanzhou.example",)', 'hosts="lanzhou.example"', "SITE: hosts is 'lanzhou.example'; it is a tuple of texts"),
    ('hosts=("lanzhou.example",)', 'hosts=("news.163.com",)', "SITE: hosts names 'news.163.com', but '163.com' is the site netease's"),
    ('hosts=("lanzhou.example",)', 'hosts=("https://lanzhou.example/",)', "a host is like 'news.example'"),
    ('hosts=("lanzhou.example",)', "hosts=()", "SITE: hosts is empty"),
    ("    target=target,", "    target='/a/',", "SITE: target is '/a/'; it is a function"),
    ("if found else None", "if found else url", "target('https://lanzhou.example/') gives"),
    ("if found else None", "if found[1] else None", "target('https://lanzhou.example/') raises TypeError"),
    ('name="lanzhou",', 'name="Lan Zhou",', "SITE: name is 'Lan Zhou'; it is lower case"),
    ('name="lanzhou",', 'name="sohu",', "there is already a site named 'sohu'"),
    ('title="蓝舟网",', 'titel="蓝舟网",', "unexpected keyword argument 'titel'"),
    ("    target=target,\n", "", "missing 1 required keyword-only argument: 'target'"),
    ('urls=("https://www.lanzhou.example/new",)', 'urls="https://www.lanzhou.example/new"', "source front: urls is"),
    ("https://www.lanzhou.example/new", "https://www.other.example/new", "is of none of the site's hosts"),
    ("https://www.lanzhou.example/new", "/new", "is no address of a page"),
    ("every=LATE", "every=30", "source front: every is 30; it is a timedelta"),
    ("every=LATE", "expect='20'", "source front: expect is '20'; it is a whole number"),
    ("every=LATE", "encoding='gbx'", "source front: encoding is 'gbx', which Python does not know"),
    ("every=LATE", "posts=('{}', '{}')", "source front: 1 urls, but 2 posts"),
    ('body=("div.story",)', 'body="div.story"', "template lanzhou-story, body: it is a tuple"),
    ('body=("div.story",)', "body=()", "template lanzhou-story: body is empty"),
    ('body=("div.story",)', 'body=("div > p",)', "no such selector as 'div > p'"),
    ('("headline", text', '("heading", text', "template lanzhou-story: fields: 'heading' is no field; there are"),
    ('text("h1.headline")', 'text("h1:first")', "no such selector as 'h1:first'"),
    ('text("h1.headline")', 'text("h1", "(")', "missing ), unterminated subpattern"),
    ('text("h1.headline")', '"h1.headline"', "template lanzhou-story: fields is"),
    ('text("h1.headline")', 'text("h1", r"(\\w+\\s?)+$")', "headline: the pattern '(\\\\w+\\\\s?)+$' is not bounded"),
    ('r"id:([0-9]+)"', 'r"id:(([0-9]+)*)x"', "page_id: the pattern"),
    ("(?P<editor>", "(?P<editors>", "rule lanzhou.editor: the group 'editors' is no field"),
    ("责任编辑：(?P<editor>.+)", "责任编辑：(", "rule lanzhou.editor: the pattern cannot be read"),
    (r"分享到：.*", r"分享到：(?:.*、?)*", "rule lanzhou.share: the pattern '分享到：(?:.*、?)*' is not bounded"),
    ('where="tail"', 'where="end"', "rule lanzhou.share: where is 'end'; it is one of 'any', 'head', 'tail'"),
    ('needs=("分享",)', 'needs="分享"', "rule lanzhou.share: needs is '分享'; it is a tuple of texts, with a comma"),
    ('id="lanzhou.share"', 'id="lanzhou.editor"', "two rules with one id: lanzhou.editor"),
    ("Outcome.VIDEO", '"video"', "SITE: signs is"),
    ("import html_links", "import html_lists as html_links", "cannot import name 'html_lists'"),
    ("SITE = Site(", "PORTAL = Site(", "it ends without SITE = Site(…)"),
    ("import re\n", "import re\nraise SystemExit(0)\n", "cannot be loaded: SystemExit: 0 (line 3)"),
    ("every=LATE", "every=SOON", "NameError: name 'SOON' is not defined (line 25)"),
    ("SITE = Site(", "SITE = Site((", "cannot be loaded: SyntaxError"),
    ("SITE = Site(", "SITE = dict(", "SITE is a dict; it is a Site(…)"),
]
# fmt: on


@pytest.mark.parametrize(("old", "new", "says"), CASES)
def test_a_fault_is_told_in_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    _, lines = read_site(written(tmp_path, (old, new)), load_sites().values())
    assert len([line for line in lines if says in line]) == 1, lines
    assert len(lines) == 1, lines
    assert "\n" not in lines[0]


def test_all_are_told_at_once(tmp_path: Path) -> None:
    """Those that stop Python, and those that it does not see; of two files."""
    written(
        tmp_path,
        ("import html_links", "import html_lists as html_links"),
        ('body=("div.story",)', 'body=("div:first", "div.story", "p > a"), pager="a >"'),
        ('("headline", text', '("heading", text'),
        ("(?P<editor>", "(?P<editors>"),
        ('hosts=("lanzhou.example",)', 'hosts="lanzhou.example"'),
        ('where="tail"', 'were="tail"'),
        ("every=LATE", "every=30"),
    )
    (tmp_path / "zz.py").write_text("SITE = Site()\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIANBAO_SITES", str(tmp_path))
        with pytest.raises(UsageError) as told:
            load_sites()
    lines = str(told.value).split("\n")
    for says in (
        "cannot import name 'html_lists'",
        "no such selector as 'div:first'",
        "no such selector as 'p > a'",
        "no such selector as 'a >'",
        "'heading' is no field",
        "the group 'editors' is no field",
        "SITE: hosts is 'lanzhou.example'",
        "unexpected keyword argument 'were' (line 37)",
        "source front: every is 30",
        "zz.py cannot be loaded: NameError: name 'Site' is not defined (line 1)",
    ):
        assert len([line for line in lines if says in line]) == 1, (says, lines)
    assert len(lines) == 10
    assert all(line.startswith(f"JIANBAO_SITES: {tmp_path}") for line in lines)


def test_two_files_of_one_portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    written(tmp_path, name="zz.py")
    inner = ('("lanzhou.example",)', '("m.lanzhou.example",)')
    written(tmp_path, ('name="lanzhou",', 'name="zz3",'), inner, name="zz3.py")
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path))
    with pytest.raises(UsageError) as told:
        load_sites()
    assert [line.partition(": ")[2].replace(str(tmp_path), "") for line in str(told.value).split("\n")] == [
        "/zz.py: there is already a site named 'lanzhou'; give it another name",
        "/zz3.py: SITE: hosts names 'm.lanzhou.example', but 'lanzhou.example' is the site lanzhou's",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ["sites"],
        ["crawl"],
        ["extract", "PAGE", "--url", "https://www.lanzhou.example/a/1.html"],
        ["extract", "--batch", "MANIFEST"],
        ["explain", "PAGE", "--url", "https://www.lanzhou.example/a/1.html"],
        ["import", "WARC"],
    ],
)
def test_every_command_that_reads_sites_ends_with_2(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sites").mkdir()
    written(tmp_path / "sites", ('hosts=("lanzhou.example",)', 'hosts="lanzhou.example"'))
    files = {
        "PAGE": "<p>一</p>",
        "MANIFEST": '{"file": "PAGE", "url": "https://a.example/"}\n',
        "WARC": '{"body": "一"}\n',
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path / "sites"))
    words = [str(tmp_path / word) if word in files else word for word in words]
    done = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *words])
    assert done.exit_code == 2
    assert "lanzhou.py: SITE: hosts is 'lanzhou.example'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("pattern", "endless"),
    [
        (r"(a+)+b", True),
        (r"(\w+\s*)*$", True),
        (r"(?:a|aa)*b", True),
        (r"(?:ab|a|b)*c", True),
        (r"(\d+|\w+)*z", True),
        (r"(?:(?:ab)+)*", True),
        (r"x{0,3}(?:y{0,3})*", True),
        (r"(?:.*、?)*", True),
        (r"(?:,[^,]+)*", False),
        (r"([^,]+,)*", False),
        (r"(?:\w|\d)+x", False),
        (r"(?>a+)*", False),
        (r"(?:a++)*", False),
        (r"(?:来源：\S+\s*){0,3}", False),
        (r"^(.*?)(?:[-_](?:[^-_]*报[^-_]*))*$", False),
    ],
)
def test_which_patterns_are_bounded(pattern: str, *, endless: bool) -> None:
    assert bool(unbounded(pattern)) is endless
