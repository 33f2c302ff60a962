"""What the end of a run leaves in order."""

from pathlib import Path

from sqlalchemy import text

from archive.settings import Home
from archive.store.db import opened, writing
from crawler.run.run import open_run
from tests.archive.make import article, store, told

WAITING = """SELECT sum(gin_clean_pending_list(oid)) FROM pg_class WHERE relkind = 'i' AND relname IN
    ('ix_article_text_document', 'ix_article_text_headline_document', 'ix_article_text_names_document')"""


def test_no_text_waits_to_be_taken_into_the_index(postgres_url: str, tmp_path: Path) -> None:
    """Every look-up would read through what waits."""
    run = open_run(Home(path=tmp_path, database=postgres_url), [], kind="import")
    store(run.engine, told(article("a:1", "稀土的价格上涨。", source_name="新华社")))
    run.finish()
    with opened(postgres_url) as engine, writing(engine) as connection:
        assert connection.scalar(text(WAITING)) == 0
        store(engine, told(article("a:2", "石油的价格上涨。", source_name="新华社")))
    with opened(postgres_url) as engine, writing(engine) as connection:
        assert connection.scalar(text(WAITING)) > 2
