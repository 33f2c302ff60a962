"""The whole command knows the portals: every address of an article leads to it, though nobody ever stored it."""

import pytest
from click.testing import CliRunner

from archive.store.db import open_engine
from crawler.cli import main
from tests.archive.make import article, store, told

DOCID = "KC1AB12300018990"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.163.com/news/article/{DOCID}.html",
        f"https://www.163.com/dy/article/{DOCID}.html?spss=share#comments",
        f"https://m.163.com/news/article/{DOCID}.html",
        f"https://c.m.163.com/news/a/{DOCID}.html",
        f"http://3g.163.com/news/article/{DOCID}.html",
    ],
)
def test_every_address_of_an_article_leads_to_it(sqlite_url: str, url: str) -> None:
    engine = open_engine(sqlite_url)
    store(engine, told(article(DOCID, site="netease", url=f"https://www.163.com/news/article/{DOCID}.html")))
    engine.dispose()

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--database", sqlite_url, *words])
        return done.exit_code, done.output

    assert run("show", url)[0] == 0
    assert run("cluster", url)[0] == 0
    assert "article 1 was taken in without its raw page" in run("explain", url)[1]
    code, said = run("show", url.replace(DOCID, "KC1AB12300018991"))
    assert (code, "no article at" in said) == (9, True)
