"""Every command that needs no portal, as a person would give it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from attrs import evolve
from click.testing import CliRunner

from archive.cli.export import NAMES
from archive.settings import Home
from crawler.cli import main
from crawler.demo.world.articles import story
from tests.crawler.run import paged
from tests.crawler.run.run import Archive
from tests.used.browser import browse
from tests.used.heard import Heard, command_named

Run = Callable[..., str]
"""A command's words; what it printed. `home`: of another folder, with the same database. `fails`: another exit code
that will do."""

EXCUSED: Final = {
    "bulk pages": "reads WARC files, and no archive",
    "demo": "runs crawls, searches and exports, in processes of their own, on an archive that it makes",
    "extract": "reads files, and no archive",
    "serve": "hands out the pages, which are asked one by one (`tests.used.browser`)",
    "site check": "reads files, and no archive",
}
"""Commands that are not given here, and why."""


def use(heard: Heard, folder: Path, url: str, archive: Archive) -> None:
    """Import, read, decide, export, look after."""
    run = partial(_run, heard, archive.home, url)
    apart = partial(heard.apart, archive)
    elsewhere = partial(heard.apart, evolve(archive, home=folder / "other"))
    texts = [story(3, 12 * number + 1).text for number in range(30)]
    _import(run, folder, texts)
    for warc in [*archive.warcs(), paged.warc(folder / "paged", [2, 3, 1])]:
        for _ in range(2):
            elsewhere("import", "--jobs", "1", str(warc))
    _read(run, folder)
    elsewhere("explain", f"netease:{paged.DOCID}")
    members, alone = _decide(run)
    (folder / "text.txt").write_text(texts[3], "utf-8")
    run("match", str(folder / "text.txt"))
    _ask(run, members, alone)
    browse(heard, Home(path=archive.home, database=url), members, texts[3])
    _find(run)
    _say(run, members, alone)
    _export(run, folder, alone)
    elsewhere("evidence", "make", f"netease:{paged.DOCID}", "--to", str(folder / "case"))
    apart("reextract", "--all", "--jobs", "1")
    _look_after(run, folder, sqlite=url.startswith("sqlite"))
    apart("rebuild", "--jobs", "1", fails=11)


def _run(heard: Heard, own: Path, url: str, *words: str, home: Path | None = None, fails: int = 0) -> str:
    with heard.of(command_named(words)):
        done = CliRunner().invoke(main, ["--home", str(home or own), "--database", url, *words])
    assert done.exit_code in (0, fails), (words, done.output, done.exception)
    return done.stdout


def _found(run: Run, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("search", *words, "--json").splitlines()]


def _import(run: Run, folder: Path, texts: list[str]) -> None:
    lines = folder / "articles.jsonl"
    with lines.open("w", encoding="utf-8") as file:
        for number, body in enumerate([*texts, *texts[:9]]):
            record = {"url": f"https://clip{number % 7}.example/{number}", "headline": "一条消息", "body": body}
            file.write(json.dumps(record) + "\n")
    for _ in range(2):
        run("import", "--jobs", "1", str(lines))
    lines.write_text(lines.read_text("utf-8").replace('"body": "', '"body": "有人说，'), "utf-8")
    run("import", "--jobs", "1", str(lines))


def _read(run: Run, folder: Path) -> None:
    hit = _found(run, "消息")[0]
    _found(run, "--since", "2020-01-01", "--site", "netease", "--all", "--limit", "3", "消息", "天")
    for named in (str(hit["id"]), f"{hit['site']}:{hit['native_id']}", str(hit["url"])):
        run("show", named)
    run("show", "https://www.163.com/dy/article/KC1AB12300018990.html", fails=9)
    run("show", str(hit["id"]), "--revision", "1")
    run("raw", f"netease:{paged.DOCID}", home=folder / "other")
    run("raw", "capture:1", "--record", "--to", str(folder / "record.warc.gz"))
    run("history", str(hit["id"]))
    run("cite", str(hit["id"]), "--style", "bibtex")
    run("sql", "SELECT id FROM articles LIMIT 2")
    run("sites")
    run("settings")


def _decide(run: Run) -> tuple[list[str], str]:
    """The articles of a story, and one that is alone."""
    copied = next(one["id"] for one in _found(run, "--limit", "100", "有人") if one["copies"] != 1)
    members = [str(one["id"]) for one in json.loads(run("cluster", "show", "--json", str(copied)))["members"]]
    run("cluster", "split", members[-1])
    run("cluster", "merge", members[0], members[-1])
    run("cluster", "pin", members[-1])
    alone = next(str(one["id"]) for one in _found(run, "--limit", "100", "有人") if one["copies"] == 1)
    run("cluster", "apart", members[0], alone)
    run("cluster", "doubts", "--site", "clip1.example")
    return members, alone


def _find(run: Run) -> None:
    """What is searched for and counted."""
    queries = ("消息 天", "消息 -天 source:新华社", "消息 is:edited date:2025", "relation:near 消息", "", "is:copied")
    for query in queries:
        for sort in ("relevance", "time", "copies", "change"):
            run("search", query, "--sort", sort, "--limit", "2")
        run("search", query, "--count-by", "month")
        run("search", query, "--facet", "site", "--facet", "flag", "--facet", "relation")
    query_id = run("saved", "add", "每日", "消息").strip()
    run("saved", "run", "每日", "--new")
    run("saved", "list")
    run("search", "--query-id", query_id)
    run("saved", "rm", "每日")


def _ask(run: Run, members: list[str], alone: str) -> None:
    """What is asked of stories and texts."""
    run("diff", members[0], alone)
    run("diff", f"{members[0]}@1", members[-1])
    run("firsts", members[-1])
    run("edits", members[-1])
    run("bisect", members[0], "有人说")
    run("bisect", alone, "从来没有人写过的一句话")
    run("changes", "--since", "2020-01-01", "--copies")
    run("survivors")
    run("survivors", "--site", "netease", "--since", "2020-01-01", "--until", "2030-01-01")
    for by in ("site", "source", "month"):
        run("flows", "--by", by)
    run("flows", "--since", "2012-01-01", "--until", "2030-01-01")


def _say(run: Run, members: list[str], alone: str) -> None:
    """What a person says of articles, and takes back; a crawled article and an imported one are erased."""
    run("cluster", "unpin", members[0])
    run("cluster", "undo", members[0])
    run("tag", alone, "环保")
    run("tag", "--remove", alone, "环保")
    run("tag", alone, "水")
    run("tags")
    run("note", "--story", alone, "同一通稿")
    run("note", alone)
    number = run("correct", alone, "headline", "改正的题").split()[1].rstrip(":")
    run("correct", alone, "editor", "秦文海")
    run("corrections")
    run("correct", "--undo", number, alone)
    run("withdraw", alone, "--reason", "个人隐私")
    run("show", alone, fails=9)
    run("withdraw", "--undo", alone)
    run("withdraw", "--erase", "--dry-run", members[-1])
    run("withdraw", "--erase", "1", members[-1], "--reason", "法院判决")


def _export(run: Run, folder: Path, alone: str) -> None:
    """The chain with what changes it, what is written beside it, and an import of that."""
    run("export")
    run("import", "--jobs", "1", str(folder / "articles.jsonl"), home=folder / "other")
    run("withdraw", alone, "--reason", "试一试")
    run("export")
    run("withdraw", alone, "--undo")
    run("export")
    run("export", "--full")
    run("export", "--full", "--to", str(folder / "full"))
    run("export", "--query", "消息", "--to", str(folder / "query"), *(f"--dataset={name}" for name in NAMES))
    run("export", "--since-batch", "1", "--to", str(folder / "copies"))
    run("export", "--begin-anew")
    run("import", str(folder / "full"))


def _look_after(run: Run, folder: Path, *, sqlite: bool) -> None:
    """Runs and alarms, packages, and what looks after the whole archive."""
    run("stats")
    run("runs")
    run("runs", "show", "1")
    run("alarms")
    run("alarms", "--all")
    run("alarms", "close", "1", "--note", "as it should be", fails=9)
    run("health", fails=10)
    run("doctor", "--offline", fails=10)
    run("pack", f"netease:{paged.DOCID}", "--to", str(folder / "news.wacz"), home=folder / "other")
    run("evidence", "verify", str(folder / "case"))
    run("cdx")
    run("site", "draft", "--template", "netease-post", "-o", str(folder / "drafts"), fails=9)
    run("recluster", "--dry-run")
    run("recluster")
    run("reextract", "--dry-run")
    run("verify", "--share", "1/2", fails=11)
    run("verify", "--repair", fails=11)
    run("backup", str(folder / "backups"), *(() if sqlite else ("--files-only",)))
    run("db", "check")
    run("db", "current")
    run("db", "upgrade")
    run("db", "copy", f"sqlite:///{folder / 'copy.db'}")
