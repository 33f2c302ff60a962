"""Alarms on the demo portal: a template that changes, a list that dies, a ban; told by exit code, command and ping."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.proxy import Proxy
from crawler.demo.server import VERIFY, Answer, text
from crawler.sites.sohu_lists import SOURCES
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

DEAD = next(source.urls[0] for source in SOURCES if source.name == "news")
PING = "http://ping.example/one"


def test_what_changes_at_the_portal_is_told_within_one_run(start_portal: Callable[..., Proxy], tmp_path: Path) -> None:
    portal = start_portal(articles=150, seed=3, all_lists=True)
    heard = tmp_path / "heard"
    command = f"cat >> {heard}; echo $JIANBAO_ALARM_STATE $JIANBAO_ALARM_MEASURE >> {heard}.short; exit 3"
    archive = Archive(
        tmp_path / "home",
        {**portal.environment(), "JIANBAO_ALARM_COMMAND": command, "JIANBAO_PING_URL": PING},
    )

    def crawl(*words: str) -> int:
        done = archive.run("crawl", "sohu", *words)
        said.append(done.stderr)
        pings = [url for url in portal.requests if url.startswith(PING)]
        assert {f"{PING}/start", f"{PING}/{done.returncode}"} <= set(pings)
        return done.returncode

    def alarms() -> list[dict[str, Any]]:
        return [json.loads(line) for line in archive.run("alarms", "--json").stdout.splitlines()]

    def changed(url: str) -> Answer | None:
        """Another root of today's pages."""
        answer = portal.portal.answer(url) if "/a/" in url else None
        if answer is None or b"<article " not in answer.body:
            return None
        return text(re.sub("<article [^>]*>", "<section>", answer.body.decode()).replace("</article>", "</section>"))

    def banned(url: str) -> Answer | None:
        return text(VERIFY) if "/a/" in url else None

    said: list[str] = []
    portal.faults[DEAD] = text("gone", status=404)
    assert crawl("--limit", "12") == 3
    assert alarms() == []

    portal.fault = changed
    assert crawl("--limit", "14") == 10
    [template] = alarms()
    assert (template["measure"], template["scope"]) == ("unknown_template", "sohu-mp")
    assert len(template["examples"]) == 3
    for example in template["examples"]:
        [[url, outcome]] = archive.rows(f"SELECT url, outcome FROM capture WHERE id = {example['capture_id']}")
        assert (url, outcome) == (example["url"], "unknown_template")
    assert "sohu/sohu-mp: unknown_template is" in said[-1]
    assert archive.last_run()["exit_code"] == 10

    portal.fault = lambda url: None
    assert crawl("--limit", "16") == 10
    [dead] = alarms()  # the other is well again
    assert (dead["measure"], dead["scope"], dead["examples"][0]["url"]) == ("list", "news", DEAD)
    assert "well again: alarm" in said[-1]

    del portal.faults[DEAD]
    portal.fault = banned
    assert crawl("--limit", "12") == 10
    [ban] = alarms()
    assert (ban["measure"], ban["scope"]) == ("ban", "www.sohu.com")
    assert all("/a/" in example["url"] for example in ban["examples"])

    portal.fault = lambda url: None
    assert crawl() in (0, 3)
    assert alarms() == []
    short = (tmp_path / "heard.short").read_text("utf-8").splitlines()
    assert short == [
        "raised unknown_template",
        "raised list",
        "well unknown_template",
        "raised ban",
        "well list",
        "well ban",
    ]
    sent = [json.loads(line) for line in heard.read_text("utf-8").splitlines()]
    assert [(one["state"], one["measure"]) for one in sent] == [tuple(line.split()) for line in short]
    assert {**template, "state": "raised", "home": str(tmp_path / "home")} == sent[0]
    assert any("it ended with exit code 3" in line for line in said)
    sampled = archive.rows("SELECT count(*), min(whole_share), max(whole_share) FROM capture WHERE whole_share >= 0")
    assert sampled[0][0] >= 9
    assert 0 < sampled[0][1] <= sampled[0][2] <= 1
