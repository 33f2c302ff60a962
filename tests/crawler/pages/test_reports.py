"""Situations that people report of tools of this kind (`reports/`), each a page of ours and what is asked of it.

`reports/not_right.txt` names those that do not come out right yet, one a line; one that begins to must leave it. Names
that begin with a number come from the collection that the kinds (K01 to K29) were found in; the others are variations,
named for their kind.
"""

import pytest

from crawler.cli.extract import page_row
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import NOT_RIGHT, Situation, faults, situations

SITUATIONS = situations()


def _parameter(situation: Situation) -> object:
    marks = [pytest.mark.xfail(reason="not right yet")] if situation.name in NOT_RIGHT else []
    return pytest.param(situation, id=situation.name, marks=marks)


@pytest.mark.parametrize("situation", [_parameter(one) for one in SITUATIONS])
def test_situation(situation: Situation) -> None:
    page = extract(situation.data, url=situation.url, content_type=situation.content_type)
    assert faults(situation.wanted, page_row(page, "")) == []


def test_the_list_names_situations() -> None:
    assert {one.name for one in SITUATIONS} >= NOT_RIGHT


def test_a_very_long_article_is_whole() -> None:
    days = [f"第{day}天，水碾房照旧转着，守碾的老人在门口放了一把旧竹椅，来看的人坐满了院子。" for day in range(3000)]
    text = "\n".join(f"<p>{day}</p>" for day in days)
    data = f"<title>水碾房又转起来了</title><h1>水碾房又转起来了</h1><div class=content>{text}</div>".encode()
    page = extract(data, url="https://news.bailu.example/a/1.html", content_type="text/html; charset=utf-8")
    assert list(page.lines) == days
