"""`jianbao site draft`: a new portal from saved pages, checked as a person would, and never put into use."""

import html
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.pages.extract import extract
from crawler.sites.registry import load_sites, read_site
from crawler.upkeep.draft.made.prose import han_runs
from crawler.upkeep.draft.result import draft_site
from crawler.upkeep.trial.samples import Sample
from tests.crawler.upkeep.draft.qingzhou import PAGE, lines_of, page, save, tale_of, url_of

FIVE = (1, 2, 4, 5, 7)


def jianbao(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The folder of the draft, and what the command said."""
    folder = tmp_path_factory.mktemp("draft")
    done = jianbao("site", "draft", save(folder / "saved", FIVE), "-o", folder / "drafts")
    assert done.exit_code == 0, done.output
    return folder, done


def test_three_files_are_written_and_the_report_names_them(drafted: tuple[Path, Result]) -> None:
    folder, done = drafted
    names = ["qingzhou-article.html", "qingzhou-article.json", "qingzhou.py"]
    assert sorted(file.name for file in (folder / "drafts").iterdir()) == names
    assert all(f"wrote {folder / 'drafts' / name}" in done.stdout for name in names)
    assert "qingzhou-article, drafted from 5 pages" in done.stdout
    assert "sources: the front page is a guess" in done.stdout


def test_the_file_is_sound_and_reads_other_pages(drafted: tuple[Path, Result]) -> None:
    site, lines = read_site(drafted[0] / "drafts" / "qingzhou.py", load_sites().values())
    assert lines == []
    assert site is not None
    assert (site.name, site.title, site.hosts) == ("qingzhou", "青舟网", ("qingzhou.example",))
    for number in (8, 10, 11, 13):
        read = extract(page(number).encode(), site=site, url=f"{url_of(number)}?from=list")
        assert (read.outcome, read.template, read.native_id) == ("article", "qingzhou-article", str(88000 + number))
        assert list(read.lines) == lines_of(number)
        assert read.headline == tale_of(number).headline
        assert read.published_at is not None
        assert read.published_at.isoformat() == f"2025-11-{number % 28 + 1:02}T09:28:40+08:00"
        assert read.source_name
        assert read.authors
        assert read.editor
        assert read.canonical_url == url_of(number)


def test_the_test_page_is_ours_and_reads_as_expected(drafted: tuple[Path, Result]) -> None:
    folder = drafted[0] / "drafts"
    made = (folder / "qingzhou-article.html").read_text("utf-8")
    foreign = "\n".join(page(number) for number in FIVE)
    named = (folder / "qingzhou.py").read_text("utf-8")
    assert han_runs(made, 6) & han_runs(foreign, 6) <= han_runs(named, 6)
    assert "<script" not in made
    expected = json.loads((folder / "qingzhou-article.json").read_text("utf-8"))
    assert expected["outcome"] == "article"
    assert {"headline", "published_at", "source_name", "authors", "editor", "keywords", "body"} <= expected.keys()
    done = jianbao("site", "check", folder / "qingzhou.py", "--pages", folder)
    assert done.exit_code == 0, done.output


def test_the_file_keeps_the_style_and_says_what_it_is_unsure_of(drafted: tuple[Path, Result]) -> None:
    text = (drafted[0] / "drafts" / "qingzhou.py").read_text("utf-8")
    assert 'body=("div.story",),' in text
    assert '("headline", text("h1.headline")),' in text
    assert '("published_at", attribute("time", "datetime")),' in text
    assert 'selector="div.promo",' in text
    assert 'selector="div.related-box",' in text
    assert "    # unsure: the front page is a guess" in text
    assert max(map(len, text.splitlines())) <= 120
    assert not han_runs(text, 6) & han_runs("\n".join("\n".join(lines_of(n)) for n in FIVE), 6)


def test_nothing_is_put_into_use_or_written_over(
    drafted: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = drafted[0] / "saved"
    again = jianbao("site", "draft", saved, "-o", drafted[0] / "drafts")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path))
    used = jianbao("site", "draft", saved, "-o", tmp_path)
    assert (used.exit_code, "are in use" in used.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_name_must_be_one(tmp_path: Path) -> None:
    done = jianbao("site", "draft", save(tmp_path / "saved", [1]), "-o", tmp_path / "drafts", "--name", "../x")
    assert (done.exit_code, "--name '../x'" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("urls", "says"),
    [
        ([], "give the pages to draft from, or --template NAME"),
        (["https://www.qingzhou.example/a/1", "https://www.other.example/a/2"], "the pages are of several portals"),
        (["https://www.163.com/a/1", "https://www.other.example/a/2"], "the pages are of several portals"),
    ],
)
def test_what_cannot_be_drafted_from(tmp_path: Path, urls: list[str], says: str) -> None:
    for number, url in enumerate(urls):
        (tmp_path / f"{number}.html").write_text(page(number + 1), encoding="utf-8")
        (tmp_path / f"{number}.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    done = jianbao("site", "draft", *([tmp_path] if urls else []), "-o", tmp_path / "drafts")
    assert (done.exit_code, says in done.stderr) == (2, True)


def test_pages_without_a_text(tmp_path: Path) -> None:
    empty = '<html><head><link rel="canonical" href="https://a.example/1"></head><body><p>一</p></body></html>'
    (tmp_path / "1.html").write_text(empty, encoding="utf-8")
    done = jianbao("site", "draft", tmp_path, "-o", tmp_path / "drafts")
    assert (done.exit_code, "are they articles?" in done.stderr) == (2, True)


def test_one_page_is_enough_to_begin_with_and_the_doubt_is_told(tmp_path: Path) -> None:
    done = jianbao("site", "draft", save(tmp_path / "saved", [3]), "-o", tmp_path / "drafts", "--name", "qz", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["site"], told["template"], told["pages"]) == ("qz", "qz-article", 1)
    assert told["body"] == ["div.story"]
    assert any("drafted from 1 pages" in line for line in told["unsure"])
    assert any("one address tells little" in line for line in told["unsure"])


HOSTILE = (
    '"""\nimport os\nos.system("touch owned")\n"""',
    "'); import os; os.system('touch owned'); ('",
    '\\"); __import__("os").system("touch owned") #',
    "站\u2028\x85import os\n",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_what_pages_say_is_never_code(tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In names, classes, metas, lines and titles of the pages."""
    monkeypatch.chdir(tmp_path)
    shown = html.escape(words)
    template = (
        PAGE.replace("青舟网</title>", f"{shown}</title>")
        .replace('<meta name="keywords"', f'<meta property="og:site_name" content="{shown}"><meta name="keywords"')
        .replace("<meta charset", f'<meta name="{shown}" content="{{headline}}"><meta charset')
        .replace('class="promo"', f'class="promo" id="{shown}" data-role="{shown}"')
        .replace("分享到：", f"分享到：{shown}".replace("{", "{{").replace("}", "}}"))
    )
    (tmp_path / "saved").mkdir()
    for number in FIVE:
        (tmp_path / "saved" / f"{number}.html").write_text(page(number, template), encoding="utf-8")
    done = jianbao("site", "draft", "saved", "-o", "drafts")
    assert done.exit_code == 0, done.output
    site, lines = read_site(tmp_path / "drafts" / "qingzhou.py", load_sites().values())
    assert lines == []
    assert site is not None
    assert not (tmp_path / "owned").exists()
    read = extract(page(8, template).encode(), site=site, url=url_of(8))
    assert list(read.lines) == lines_of(8)


@pytest.mark.slow
def test_a_deep_and_a_large_page_cost_a_bounded_time() -> None:
    deep = "<div class='a'>" * 300 + "<p>渡口的灯换了新的，夜里看得清缆绳。</p>" * 30 + "</div>" * 300
    many = "".join(f"<div class='b{n % 7}'><span>词{n}</span></div>" for n in range(800))
    pages = []
    for number in FIVE:
        content = (
            page(number)
            .replace('<div class="story">', f'<div class="story">{deep}')
            .replace("</body>", f"{many}</body>")
        )
        pages.append((Sample(name=str(number), url=url_of(number), data=content.encode()), None))
    begun = time.process_time()
    draft_site(pages)
    assert time.process_time() - begun < 10  # seconds; a tenth of it is usual
