"""Which two texts lie around an entry of the change log that says that an article was revised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.store.models import Article, Revision

Text = tuple[str | None, str]
"""Headline and body."""

_COLUMNS: Final = (Revision.article_id, Revision.number, Revision.captured_at, Revision.cause)


@frozen
class Revised:
    """The texts before and after, and the number of the revision that began with the latter."""

    number: int
    before: Text
    after: Text


def revised(connection: Connection, changes: Iterable[Mapping[str, Any]]) -> dict[int, Revised]:
    """The texts of these entries (`id`, `article_id`, `cause`, `before_at` of kind `revised`), by their `id`. Those are
    missing of which it cannot be told which they were: older captures that came in since made others of them."""
    asked = [change for change in changes if change["before_at"] is not None]
    ids = sorted({change["article_id"] for change in asked})
    found: dict[int, list[Any]] = defaultdict(list)
    statement = select(*_COLUMNS).where(Revision.article_id.in_(ids)).order_by(Revision.article_id, Revision.number)
    for row in connection.execute(statement):
        found[row.article_id].append(row)
    pairs = {
        change["id"]: (change["article_id"], *pair)
        for change in asked
        if (pair := _pair(found[change["article_id"]], change)) is not None
    }
    texts = _texts(connection, {(key, number) for key, *numbers in pairs.values() for number in numbers})
    return {
        change: Revised(after, texts[key, before], texts[key, after]) for change, (key, before, after) in pairs.items()
    }


def _pair(revisions: list[Any], change: Mapping[str, Any]) -> tuple[int, int] | None:
    """The numbers of the revision before and after."""
    cause = change["cause"] or "publisher"
    began = [one for one in revisions if one.captured_at == change["before_at"] and one.cause == cause]
    # Of a page that our rules read otherwise more than once, nobody knows by now which change this one was.
    if len(began) != 1 or began[0].number == 1:
        return None
    [after] = began
    earlier = [
        one.number
        for one in revisions
        # What a person said in between, the publisher did not change.
        if one.number < after.number and (cause == "person" or one.cause != "person")
    ]
    return (earlier[-1], after.number) if earlier else None


def _texts(connection: Connection, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], Text]:
    """Headline and body of these revisions; the present one's stand in the article's row."""
    ids = sorted({key for key, _ in wanted})
    columns = (Revision.article_id, Revision.number, Revision.headline, Revision.body)
    present = (Article.headline.label("present_headline"), Article.body.label("present_body"))
    statement = (
        select(*columns, *present).join(Article, Article.id == Revision.article_id).where(Revision.article_id.in_(ids))
    )
    return {
        (row.article_id, row.number): (row.present_headline, row.present_body)
        if row.body is None
        else (row.headline, row.body)
        for row in connection.execute(statement)
        if (row.article_id, row.number) in wanted
    }
