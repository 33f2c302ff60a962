"""Pages while others write, and cursors that are none."""

import base64
import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from archive.errors import UsageError
from archive.query.search import Asked, Sort, facets, rows, search
from archive.store.db import opened, reading, writing
from crawler.demo.world.articles import story
from tests.archive.make import DAY, article, captured, store, told


def texts(first: int, count: int) -> list[str]:
    return [f"{story(3, number).text}\n稀土消息。" for number in range(first, first + count)]


@pytest.mark.parametrize("sort", list(Sort))
def test_what_comes_in_between_pages_moves_no_row(engine: Engine, sort: Sort) -> None:
    """New articles, copies of stored ones and other states come in between the pages: what was counted is what is
    paged, each once, in the order of the first page."""
    made = texts(0, 18)
    store(
        engine, *(captured(article(f"a:{n}", body, published_at=DAY + timedelta(n)), n) for n, body in enumerate(made))
    )
    asked = Asked("稀土", sort=sort)
    with reading(engine) as connection:
        expected = [hit.id for hit in search(connection, asked, limit=100).hits]
        assert [row["id"] for row in rows(connection, asked)] == expected
        page = search(connection, asked, limit=4)
    assert page.total == len(expected) == 18
    paged = [hit.id for hit in page.hits]
    for turn in range(1, 10):
        if page.next_cursor is None:
            break
        new = [
            captured(article(f"n:{turn}:{n}", body), 100 + 10 * turn + n)
            for n, body in enumerate(texts(90 + 3 * turn, 2))
        ]
        copy = captured(article(f"c:{turn}", made[turn], site="mirror"), 100 + 10 * turn + 5)
        store(engine, *new, copy)
        with reading(engine) as connection:
            page = search(connection, asked, limit=4, cursor=page.next_cursor)
        assert page.total == 18
        paged += [hit.id for hit in page.hits]
    assert paged == expected
    with reading(engine) as connection:
        assert search(connection, asked).total > 18


@pytest.mark.parametrize("asked", [Asked("稀土"), Asked("稀土", every_copy=True), Asked("-石油", sort=Sort.TIME)])
def test_what_comes_in_while_rows_are_read_is_in_none_of_them(engine: Engine, asked: Asked) -> None:
    """Counted, paged, exported: all of one state, whatever is written meanwhile; and all of the next one after it."""
    made = texts(0, 12)
    store(engine, *(told(article(f"a:{n}", body)) for n, body in enumerate(made)))
    for turn in range(2):
        with reading(engine) as connection:
            total = search(connection, asked, limit=1).total
            exported = rows(connection, asked)
            found = [next(exported)["id"]]
            new = [told(article(f"n:{turn}:{n}", body)) for n, body in enumerate(texts(40 + 4 * turn, 4))]
            store(engine, *new, told(article(f"c:{turn}", made[turn], site="mirror")))
            found += [row["id"] for row in exported]
            paged, cursor = [], None
            while len(paged) < total:
                page = search(connection, asked, limit=5, cursor=cursor)
                paged += [hit.id for hit in page.hits]
                cursor = page.next_cursor
            assert (found, len(found), cursor) == (paged, total, None)
            assert sum(one.count for one in facets(connection, asked)["site"]) >= total


def test_a_cursor_of_something_else_is_refused(engine: Engine) -> None:
    store(engine, *(told(article(f"a:{n}", body)) for n, body in enumerate(texts(0, 5))))
    with reading(engine) as connection:
        cursor = search(connection, Asked("稀土"), limit=2).next_cursor
        assert cursor is not None
        assert search(connection, Asked("稀土"), limit=2, cursor=cursor).hits
        others = (Asked("消息"), Asked("稀土", ["clip"]), Asked("稀土", sort=Sort.TIME), Asked("稀土", every_copy=True))
        for asked in (*others, Asked("稀土", since=DAY)):
            with pytest.raises(UsageError, match="of another search"):
                search(connection, asked, cursor=cursor)
        with pytest.raises(UsageError, match="leave the offset out"):
            search(connection, Asked("稀土"), cursor=cursor, offset=3)
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        hostile = [
            *("", "x", "é", "====", "A" * 5_000, cursor[:-9], cursor + "AAAA"),
            *(_packed(one) for one in (1, [], {}, [1] * 8, parts[:-1], [*parts, 1], None, "x" * 20)),
            *(_packed([*parts[:2], one, *parts[3:]]) for one in ("1; DROP TABLE article", 2**70, True, None, 1.5, [])),
            *(_packed([*parts[:5], [0, at, 1], None, None]) for at in ("soon", "0001-01-01T00:00:00+23:59", 7, None)),
        ]
        for one in hostile:
            with pytest.raises(UsageError, match="no cursor"):
                search(connection, Asked("稀土"), cursor=one)
    with writing(engine) as connection:
        connection.execute(text("UPDATE identity SET id = 'another'"))
    with reading(engine) as connection, pytest.raises(UsageError, match="of another archive"):
        search(connection, Asked("稀土"), limit=2, cursor=cursor)


def _packed(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def test_two_archives_have_ids_of_their_own(tmp_path: object) -> None:
    ids = set()
    for name in ("one", "two"):
        with opened(f"sqlite:///{tmp_path}/{name}.db", create=True) as engine, reading(engine) as connection:
            ids.add(connection.scalar(text("SELECT id FROM identity")))
    assert len(ids) == 2
