"""What the witness said of a text holds until it says something else, or the text is another one."""

from typing import Any

from sqlalchemy import Engine, select

from archive.flags import DISAGREES
from archive.store.db import reading
from archive.store.models import Article, Change
from tests.archive.make import article, captured, store


def flags(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.scalars(select(Article.flags)).one()


def kinds(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(Change.kind).order_by(Change.id)))


def test_a_look_that_the_witness_was_not_asked_about_changes_nothing(engine: Engine) -> None:
    store(engine, captured(article(flags=("truncated", DISAGREES, "no_id")), agreement=0.3))
    store(engine, captured(article(flags=("truncated", "no_id")), hours=1))
    assert (flags(engine), kinds(engine)) == (["truncated", DISAGREES, "no_id"], ["new"])
    store(engine, captured(article(flags=("truncated",)), hours=2))
    assert (flags(engine), kinds(engine)) == (["truncated", DISAGREES], ["new", "updated"])


def test_the_witness_takes_back_what_it_said(engine: Engine) -> None:
    store(engine, captured(article(flags=(DISAGREES,)), agreement=0.3))
    store(engine, captured(article(), hours=1, agreement=0.99))
    assert (flags(engine), kinds(engine)) == ([], ["new", "updated"])


def test_of_another_text_it_said_nothing(engine: Engine) -> None:
    store(engine, captured(article(flags=(DISAGREES,)), agreement=0.3))
    store(engine, captured(article(body="另一段文字，改过了。"), hours=1))
    assert (flags(engine), kinds(engine)) == ([], ["new", "revised"])
