"""Citations: what the standard asks for, what the archive can show, and that no title gets out of its field."""

import json
import re
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.cite.forms import bibtex, csl, csl_json, ris
from archive.cite.gbt7714 import STYLE, gbt7714, reference
from archive.cite.source import Source, source
from archive.cite.styles import STYLES, TYPES
from archive.errors import NotFound
from archive.people.withdrawals import withdraw
from archive.query.article import article_row
from archive.store.db import reading, writing
from archive.text.address import plain_address
from archive.text.clean import clean_line
from crawler.cli import main
from tests.archive.make import DAY, article, captured, store, told

PLAIN = Source(
    key="sohu-a-434365209-r2",
    article=17,
    name="sohu:a:434365209",
    revision=2,
    title="水塔巡查第1号",
    authors=("望潮晚报",),
    publisher="望潮晚报",
    site="搜狐",
    published_at=datetime(2025, 10, 30, 16, 15, tzinfo=UTC),
    precision="minute",
    url="https://www.sohu.com/a/434365209_121000001",
    accessed=date(2026, 11, 26),
    captured_at=datetime(2025, 11, 1, 0, 1, tzinfo=UTC),
    digest="sha1:YFKXO7HT6YT7QARK2VWUXDOXIJGJNMMR",
    record="jianbao-20251101-1234abcd-00001.warc.gz@1636+644",
    text_digest="0" * 64,
    archive="a1b2c3",
    address="https://news.example.org/memento/20251101000100/https%3A//www.sohu.com/a/434365209_121000001",
)
TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("{}\\%&$#_^~<>\"'@,.\n\r\u2028\x0b\x1b\u202e\ue000 and")),
    max_size=40,
)


def test_the_standard_s_form() -> None:
    assert reference(PLAIN) == (
        "望潮晚报. 水塔巡查第1号[EB/OL]. （2025-10-31）[2026-11-26]. https://www.sohu.com/a/434365209_121000001."
    )
    four = evolve(PLAIN, authors=("甲", "乙", "丙", "丁"), published_at=None)
    assert reference(four).startswith("甲，乙，丙，等. 水塔巡查第1号[EB/OL]. [2026-11-26]. https://")
    assert reference(evolve(PLAIN, authors=())).startswith("水塔巡查第1号[EB/OL]. （2025-10-31）")
    assert gbt7714(PLAIN).splitlines()[1] == (
        f"存档：{PLAIN.address}，抓取于 2025-11-01T08:01:00+08:00，{PLAIN.digest}，正文 sha256:{'0' * 64}，"
        "sohu:a:434365209 第 2 版"
    )


def test_the_style_is_the_one_that_was_published() -> None:
    """CC BY-SA: unchanged, with its authors, and with the licence beside it."""
    folder = Path(__file__).parents[3] / "archive" / "cite"
    data = (folder / STYLE).read_bytes()
    assert sha256(data).hexdigest() == "3b5ab6249ce23b57954c9a4a67e0df422d8759b0573cae7e7de2f2ef94895faf"
    assert b"<name>Zeping Lee</name>" in data
    assert "Attribution-ShareAlike 3.0 Unported" in (folder / "LICENSE-CC-BY-SA-3.0").read_text("utf-8")


def test_reference_managers_get_all_of_it() -> None:
    item = csl(PLAIN)
    assert item["author"] == [{"literal": "望潮晚报"}]
    assert (item["issued"], item["accessed"]) == (
        {"date-parts": [[2025, 10, 31]]},
        {"date-parts": [[2026, 11, 26]]},
    )
    assert item["archive_location"] == PLAIN.address
    assert item["custom"]["captured_at"] == "2025-11-01T08:01:00+08:00"
    assert json.loads(csl_json(PLAIN)) == [item]
    assert "  date         = {2025-10-31},\n" in bibtex(PLAIN)
    assert "  urldate      = {2026-11-26},\n" in bibtex(PLAIN)
    assert bibtex(PLAIN).startswith("@misc{sohu-a-434365209-r2,\n  author       = {{望潮晚报}},\n")
    lines = ris(PLAIN).splitlines()
    assert (lines[0], lines[-1]) == ("TY  - ELEC", "ER  - ")
    assert {"AU  - 望潮晚报", "PY  - 2025", "DA  - 2025/10/31/", "Y2  - 2026/11/26/", f"UR  - {PLAIN.url}"} <= set(
        lines
    )
    assert PLAIN.digest is not None
    assert all(PLAIN.digest in make(PLAIN) for make in STYLES.values())
    assert TYPES.keys() == STYLES.keys()


def hostile(title: str, name: str, url: str) -> Source:
    """As `source` makes it of an article whose page says this."""
    from archive.cite.source import _line

    return evolve(
        PLAIN, title=_line(title) or "x", authors=(_line(name) or "x",), url=plain_address(f"https://a.cn/{url}")
    )


@settings(max_examples=150)
@given(TEXTS, TEXTS, TEXTS)
def test_no_text_gets_out_of_its_field(title: str, name: str, url: str) -> None:
    one = hostile(title, name, url)
    assert json.loads(csl_json(one))[0]["title"] == one.title
    lines = ris(one).splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines), lines
    assert [line[:2] for line in lines].count("ER") == 1
    entry = bibtex(one)
    depths = depths_of(entry)
    assert (min(depths[:-1]), depths[-1]) == (0, 0)
    assert entry.count("\n@") == 0
    assert len(entry.splitlines()) == len(bibtex(PLAIN).splitlines())
    assert all(depth >= 1 for depth in depths[entry.index("{") : entry.rindex("}")])
    shown = reference(one)
    assert len(shown.splitlines()) == 1
    assert one.url in shown


def depths_of(entry: str) -> list[int]:
    """How many braces are open behind each character, as BibTeX counts."""
    found, depth = [], 0
    for one in entry:
        depth += (one == "{") - (one == "}")
        found.append(depth)
    return found


@pytest.mark.parametrize(
    "title",
    [
        '<i>甲</i> <span class="nocase">乙</span> & <b>',
        '<span class="nocase">',
        "a\ue000b<c",
        "} , url = {x} @misc{y, title={",
        r"\input{/etc/passwd} 50% $x_1^2$ ~ # &",
        "题\r\nER  - \r\nTY  - BOOK",
    ],
)
def test_hostile_titles(title: str) -> None:
    one = hostile(title, title, "")
    shown = one.title.replace("\ue000", "")
    assert f"{shown}[EB/OL]" in reference(one)
    assert r"\input" not in bibtex(one)
    assert "\nER  - \n" not in ris(one)[:-8]


def test_what_is_cited_of_an_article(engine: Engine) -> None:
    first = captured(article(authors=["", "甲\x1b[31m"], headline="旧题\u202e"), 1)
    place = {"warc_length": 50, "digest": "sha1:AB", "url": "https://clip.example/a:1?m=1"}
    store(engine, first, captured(article(headline="新题", body="新的文字。\n另一段。"), 30, **place))
    store(
        engine,
        told(
            article(
                "a:2", "另一篇文章。\n说的是别的。", source_name="潮报", published_at=None, published_precision=None
            )
        ),
    )
    with reading(engine) as connection:
        one = source(
            connection, article_row(connection, 1), accessed=date(2026, 1, 1), base="https://news.example.org/archive/"
        )
        old = source(connection, article_row(connection, 1), accessed=date(2026, 1, 1), revision=1)
        imported = source(connection, article_row(connection, 2), accessed=date(2026, 1, 1), base="https://x.example")
        with pytest.raises(NotFound):
            source(connection, article_row(connection, 1), accessed=date(2026, 1, 1), revision=9)
    assert (one.title, one.revision, one.digest) == ("新题", 2, "sha1:AB")
    assert one.text_digest == sha256("新题\n新的文字。\n另一段。".encode()).hexdigest()
    assert one.record == "one.warc.gz@30000+50"
    assert one.address == (
        "https://news.example.org/archive/memento/20250302100000/https%3A//clip.example/a%3A1%3Fm%3D1"
    )
    assert (old.title, old.revision, old.key) == (r"旧题\u202e", 1, "clip-a-1-r1")
    assert (old.captured_at, old.address) == (DAY.replace(hour=5), None)
    assert (imported.authors, imported.published, imported.captured_at, imported.address) == (
        ("潮报",),
        None,
        None,
        None,
    )
    with writing(engine) as connection:
        withdraw(connection, 1, "法院判决", by="林", now=DAY)
    with reading(engine) as connection, pytest.raises(NotFound, match="法院判决"):
        source(connection, article_row(connection, 1), accessed=date(2026, 1, 1))


def test_the_command(sqlite_engine: Engine, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(sqlite_engine, captured(article(), 1), captured(article("a:2", "别的文字在此。\n还有一段。"), 2))
    home = str(Path(sqlite_url.removeprefix("sqlite:///")).parent)

    def said(*words: str) -> str:
        done = CliRunner().invoke(main, ["--home", home, "cite", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert said("1", "--accessed", "2026-11-26").splitlines()[0] == (
        "一条消息[EB/OL]. （2025-03-01）[2026-11-26]. https://clip.example/a:1."
    )
    both: list[Any] = [
        entry.partition(",")[0] for entry in said("1", "clip:a:2", "--style", "bibtex").split("@misc{")[1:]
    ]
    assert both == ["clip-a-1-r1", "clip-a-2-r1"]
    monkeypatch.setenv("JIANBAO_ADDRESS", "https://news.example.org/archive")
    (item,) = json.loads(said("1", "--style", "csl-json"))
    assert item["archive_location"].startswith("https://news.example.org/archive/memento/20250301050000/https%3A//clip")
    assert clean_line(item["note"]) == item["note"]
