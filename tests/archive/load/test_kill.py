"""An import that is killed at any statement goes on as if nothing had been."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from archive.load.articles import Asked, import_articles
from archive.store.db import open_engine, reading
from archive.store.models import Article, Change, Revision
from archive.store.table import Base
from tests.archive.load.killed import killed_at
from tests.once.forked import CONTEXT

pytestmark = pytest.mark.slow

LINES = 300


def everything(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        # A killed transaction leaves a gap in PostgreSQL's numbers, so a cluster is named by its first article.
        first = Article.aliased()
        articles = (
            select(Article.native_id, Article.body, Article.revision, first.native_id)
            .join(first, first.id == Article.cluster_id)
            .order_by(Article.native_id)
        )
        rows = [tuple(row) for row in connection.execute(articles)]
        counts = {
            model.__tablename__: connection.scalar(select(func.count()).select_from(model))
            for model in (Article, Revision, Change)
        }
        indexed = connection.scalar(text("SELECT count(*) FROM article_text"))
        signed = connection.scalar(select(func.count()).select_from(Base.metadata.tables["dedup_text"]))
    return {"articles": rows, **counts, "indexed": indexed, "signed": signed}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for n in range(LINES):
            body = f"第{n}号公告说明了第{n * 7 % 83}项工程的进展。" + chr(0x4E00 + n) * 3 + "施工单位表示将按期完成。"
            record = {"url": f"https://clip.example/{n}", "headline": f"公告{n}", "body": body, "id": f"{n:04}"}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


@pytest.mark.parametrize("statements", [[20], [45, 38], [77]])
def test_a_killed_import_goes_on(
    engine: Engine, database_url: str, sqlite_template: Path, tmp_path: Path, file: Path, statements: list[int]
) -> None:
    for statement in statements:
        process = CONTEXT.Process(target=killed_at, args=(database_url, file, statement))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    import_articles(engine, file, asked=Asked(lambda url: None))
    found = everything(engine)
    assert (found["article"], found["revision"], found["change"]) == (LINES, LINES, LINES)
    assert (found["indexed"], found["signed"]) == (LINES, LINES)
    undisturbed = tmp_path / "other.db"
    undisturbed.write_bytes(sqlite_template.read_bytes())
    other = open_engine(f"sqlite:///{undisturbed}")
    import_articles(other, file, asked=Asked(lambda url: None))
    assert everything(other)["articles"] == found["articles"]
    other.dispose()
