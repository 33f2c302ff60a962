"""What a spider yields: the articles that were stored, as they stand in the archive, each once."""

from pathlib import Path
from typing import Any

import pytest

from archive.export.datasets import articles
from archive.store.db import opened, reading, writing
from crawler.demo.server import Answer
from crawler.run import frontier
from crawler.run.crawl import Crawl
from crawler.run.politeness.turns import Turns
from crawler.run.run import Run, open_run
from tests.crawler.run import paged
from tests.crawler.run.trouble.night import Nights


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path, site="netease")


def stored(nights: Nights, ids: list[int]) -> list[dict[str, object]]:
    """Articles as the archive has them."""
    with opened(nights.home.database) as engine, reading(engine) as connection:
        return list(articles.of(connection, ids))


def test_each_stored_article_once_and_as_it_is_exported(nights: Nights) -> None:
    nights.run(nights.good)
    assert {item["native_id"] for item in nights.items} == nights.stored == nights.wanted
    assert len(nights.items) == len(nights.wanted)
    assert nights.items == stored(nights, [item["id"] for item in nights.items])


def test_what_was_looked_at_again_only_where_its_text_is_another(nights: Nights) -> None:
    nights.run(nights.good)
    nights.rows("UPDATE recheck SET due_at = since, rank = 0")
    edited = next(one for one in nights.portal.world.publications if one.native_id in nights.wanted and not one.moves)
    line = edited.body.split("\n")[1]

    def fetch(url: str) -> Answer:
        answer = nights.good(url)
        return Answer(
            answer.status, answer.body.replace(line.encode(), (line + "另见。").encode()), answer.content_type
        )

    nights.run(fetch)
    assert len(nights.asked) > 1
    assert [(item["native_id"], item["revision"]) for item in nights.items] == [(edited.native_id, 2)]
    assert f"{line}另见。" in nights.items[0]["body"]


def offer_paged(nights: Nights) -> None:
    """The article on several pages is all that there is to fetch."""
    run = open_run(nights.home, ["netease"])
    with writing(run.engine) as connection:
        frontier.offer(connection, "netease", [(paged.DOCID, paged.address(1))], run.now())
    run.finish()


def test_an_article_of_which_pages_are_not_to_be_had(nights: Nights) -> None:
    """The whole one on several pages: `tests/crawler/commands/test_scrapy.py`."""
    offer_paged(nights)
    nights.run(lambda url: paged.answer(1), only=["none"])
    [item] = nights.items
    assert item["body"] == "\n".join(paged.LINES[1])
    assert "incomplete" in item["flags"]


def test_nothing_where_nobody_wants_items(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(run: Run, extraction: Any, turns: Turns, *, items: bool) -> Crawl:
        return Crawl(run, extraction, turns)

    monkeypatch.setattr("tests.crawler.run.trouble.night.Crawl", without)
    monkeypatch.setattr("archive.export.datasets.articles.of", lambda *_: pytest.fail("asked for what nobody wants"))
    nights.run(nights.good)
    assert nights.items == []
    assert nights.stored == nights.wanted
