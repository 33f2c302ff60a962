"""`jianbao crawl` as cron calls it: no terminal, no standard input, another locale; what it prints, what it leaves."""

import json
import os
import re
import stat
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import text
from crawler.sites.registry import load_sites
from tests.crawler.run.run import Archive
from tests.crawler.warm import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.demo.proxy import Proxy

DOCS = ROOT / "docs"


def size(home: Path) -> int:
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


def counts(archive: Archive) -> dict[str, int]:
    tables = [name for (name,) in archive.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: archive.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


@pytest.mark.slow
def test_a_run_in_which_nothing_happens_says_nothing_and_leaves_its_row_alone(
    start_portal: "Callable[..., Proxy]", tmp_path: Path
) -> None:
    proxy = start_portal(30, all_lists=True)
    archive = Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_RECHECK_SHARE": "0"})
    first = archive.run("crawl", "sohu")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert archive.run("crawl", "sohu").stderr == "", "from which the watch learns what is usual"
    before, bytes_before, warcs = counts(archive), size(archive.home), archive.warcs()
    program = "import sys; from crawler.cli import main; main()"
    command = [sys.executable, "-c", program, "--home", str(archive.home), "crawl", "sohu"]
    environment = archive.env(PYTHONPATH=str(ROOT), HOME="/nonexistent", LC_ALL="C")
    second = subprocess.run(command, env=environment, cwd="/", capture_output=True, check=False, preexec_fn=_close)
    assert (second.returncode, second.stdout, second.stderr) == (0, b"", b"")
    assert sum(proxy.served.values()) == len(archive.articles()), "no article is fetched again"
    grown = {name: number - before[name] for name, number in counts(archive).items() if number != before[name]}
    assert grown == {"crawl_run": 1}
    assert archive.warcs() == warcs
    assert size(archive.home) - bytes_before < 2048
    for _ in range(3):
        archive.run("crawl", "sohu")
    assert archive.warcs() == warcs, "a day has one file"
    assert size(archive.home) - bytes_before < 5 * 2048


def _close() -> None:
    os.close(0)


@pytest.mark.slow
def test_where_something_is_wrong_a_few_lines_say_what(start_portal: "Callable[..., Proxy]", tmp_path: Path) -> None:
    """Many pages of one kind are one line, with the command to type next."""
    proxy = start_portal(30)
    shell = (
        "<html><head><title>新闻</title></head><body><div class='new'><p>"
        + "谁也没见过的模板。" * 40
        + "</p></div></body></html>"
    )
    spoiled = sorted(one.url for one in proxy.world.publications if one.site == "sohu")[:4]
    for url in spoiled:
        proxy.faults[url] = text(shell)
    archive = Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_RECHECK_SHARE": "0"})
    done = archive.run("crawl", "sohu")
    assert done.returncode == 3
    (summary, group, command), (error,) = done.stdout.splitlines(), done.stderr.splitlines()
    assert summary.startswith("listed ")
    assert re.fullmatch(r"4 pages of sohu: unknown_template, for instance https?://\S+( \(.*\))?", group)
    assert re.fullmatch(r"    jianbao explain capture:\d+", command)
    assert error == "jianbao: 4 doubtful, 0 failed; `jianbao runs show 1` says which"
    explained = archive.run(*command.split()[1:])
    assert explained.returncode == 0
    assert "unknown_template" in explained.stdout
    shown = archive.run("runs", "show", "1", "--all").stdout
    assert group in shown
    assert all(f"- {url}" in shown for url in spoiled)
    told = json.loads(archive.run("runs", "show", "1", "--json").stdout)
    assert [one["count"] for one in told["groups"]] == [4]
    assert sorted(one["url"] for one in told["problems"]) == spoiled
    assert told["run"]["doubtful"] == 4
    missing = archive.run("runs", "show", "7")
    assert (missing.returncode, missing.stderr) == (9, "jianbao: no run 7; `jianbao runs` lists them\n")
    _what_is_said_in_other_ways(archive, proxy)


def _what_is_said_in_other_ways(archive: Archive, proxy: "Proxy") -> None:
    proxy.fault = lambda url: text("<html></html>", status=500)
    quiet = archive.run("crawl", "sohu", "-q")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (3, "", "")
    told = archive.run("crawl", "sohu", "--log-format", "json").stderr.splitlines()
    *lines, error = told
    objects = [json.loads(line) for line in lines]
    assert error.startswith("jianbao: ")
    assert objects[0]["counts"]["failed"] == sum(one["problem"]["count"] for one in objects[1:] if "problem" in one)
    assert {"time", "level", "logger", "message", "run", "problem"} == set(objects[1])
    assert all(datetime.fromisoformat(one["time"]).utcoffset() == timedelta(hours=8) for one in objects)
    proxy.fault = lambda url: None
    for words, wanted in (([], "text"), (["--log-format", "json"], "json")):
        done = archive.run("crawl", "sohu", "-v", *words)
        lines = done.stderr.splitlines()
        assert len(lines) > 3
        if wanted == "json":
            assert all(json.loads(line)["message"] for line in lines)
        else:
            assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00 [A-Z]+ ", line) for line in lines)
            assert done.stdout.startswith("listed ")


@pytest.mark.slow
def test_a_crawl_ends_well_when_its_bounds_are_reached(start_portal: "Callable[..., Proxy]", tmp_path: Path) -> None:
    """By requests, by time, by a host's budget for the day: what is due stays due, and the next run goes on."""
    proxy = start_portal(40)
    archive = Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_RECHECK_SHARE": "0"})
    wanted = sum(one.site == "sohu" for one in proxy.world.publications)
    done = archive.run("crawl", "sohu", "--max-pages", "12")
    assert (done.returncode, done.stderr) == (0, "")
    assert sum(proxy.requests.values()) == 12
    assert archive.last_run()["state"] == "stopped"
    proxy.requests.clear()
    done = archive.run("crawl", "sohu", "--max-time", "0s")
    assert (done.returncode, done.stderr, sum(proxy.requests.values())) == (0, "", 0)
    done = archive.run("--set", "site.sohu.budget=8", "crawl", "sohu")
    assert (done.returncode, done.stderr) == (0, "")
    asked = Counter(urlsplit(url).hostname for url in proxy.requests.elements())
    assert max(asked.values()) == 8
    again = archive.run("--set", "site.sohu.budget=8", "crawl", "sohu")
    assert (again.returncode, again.stderr) == (0, "")
    assert Counter(urlsplit(url).hostname for url in proxy.requests.elements()).most_common(1)[0][1] == 8
    done = archive.run("crawl", "sohu")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(archive.articles()) == wanted
    # A page that was begun when a run ended, one of an article on several, may be asked for once more.
    assert sum(proxy.served.values()) <= wanted + 2
    assert archive.rows("SELECT count(*) FROM frontier WHERE state = 'leased'") == [(0,)]
    for words in (["--max-time", "soon"], ["--max-pages", "0"]):
        assert archive.run("crawl", *words).returncode == 2


@pytest.mark.slow
def test_what_a_handler_of_scrapys_raises_ends_the_run_with_an_error(
    start_portal: "Callable[..., Proxy]", tmp_path: Path
) -> None:
    proxy = start_portal(6)
    for number, name in enumerate(("_look_requests", "_first")):
        bad = "def bad(self):\n raise KeyError('gone')"
        broken = f"from crawler.spiders.portals import PortalSpider\n{bad}\nPortalSpider.{name} = bad"
        archive = Archive(tmp_path / str(number), proxy.environment())
        (tmp_path / str(number)).mkdir()
        done = archive.run("crawl", "sohu", before=broken)
        assert done.returncode == 1, name
        assert done.stderr.splitlines()[-1] == "jianbao: a bug, KeyError: 'gone'; please report it with the log"
        assert archive.last_run()["state"] == "failed"


@pytest.mark.slow
def test_a_bug_on_the_way_of_a_request_is_no_failure_of_the_network(
    start_portal: "Callable[..., Proxy]", tmp_path: Path
) -> None:
    """Met at a list that may be missing, which alone is no reason for a word."""
    proxy = start_portal(0, all_lists=True)
    url = next(source.urls[0] for source in load_sites()["sohu"].sources if not source.expect)
    for number, broken in enumerate(("crawler.download.host_of(url)", "crawler.middlewares._request_headers(request)")):
        name, _, given = broken.rpartition("(")
        module, _, function = name.rpartition(".")
        before = (
            f"import {module} as m\nreal = m.{function}\n"
            f"def bad(one):\n if getattr(one, 'url', one) == {url!r}: raise KeyError('gone')\n return real(one)\n"
            f"m.{function} = bad"
        )
        archive = Archive(tmp_path / str(number), proxy.environment())
        (tmp_path / str(number)).mkdir()
        done = archive.run("crawl", "sohu", before=before)
        assert done.returncode == 3, (given, done.stderr)
        assert f"{url}: a bug, KeyError: 'gone'" in archive.last_run()["detail"]


def test_the_line_for_cron_swallows_3_and_8_and_lets_all_else_through(tmp_path: Path) -> None:
    [line] = re.findall(r"^\*/30 \* \* \* \*  (.*)$", (DOCS / "exit-codes.md").read_text("utf-8"), re.MULTILINE)
    assert "%" not in line, "cron would end the line there"
    command = tmp_path / "jianbao"
    command.write_text("#!/bin/sh\nexit $CODE\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    for code in range(12):
        environment = {"PATH": f"{tmp_path}:/bin:/usr/bin", "CODE": str(code)}
        done = subprocess.run(["/bin/sh", "-c", line], env=environment, check=False)
        assert done.returncode == (0 if code in (3, 8) else code)
