"""The demo archive holds what the portal did, no more and no less."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from archive.store.db import opened, reading
from archive.store.models import Article, Change
from tests.portal.days import RUNS

if TYPE_CHECKING:
    from tests.portal.days import Demo

pytestmark = pytest.mark.slow


def test_what_the_portal_did_is_what_the_archive_saw(demo_archive: "Demo") -> None:
    with opened(demo_archive.database) as engine, reading(engine) as connection:
        rows = connection.execute(
            select(Change.kind, Article.site, Article.native_id).join(Article, Article.id == Change.article_id)
        ).all()
        states = {(row.site, row.native_id): row.state for row in connection.execute(select(Article.__table__))}
    seen: dict[str, set[tuple[str, str]]] = {}
    for kind, *key in rows:
        seen.setdefault(kind, set()).add((key[0], key[1]))
    did: dict[str, set[tuple[str, str]]] = {}
    for deed in demo_archive.deeds:
        did.setdefault(deed.kind, set()).add((deed.site, deed.native_id))
    assert len(states) == len(demo_archive.world.publications) == 72
    assert seen["revised"] == set(demo_archive.edited)
    assert seen["missing"] == seen["vanished"] == did["gone"]
    assert seen["returned"] == did["returned"]
    assert {key for key, state in states.items() if state == "removed"} == demo_archive.gone(RUNS[-1])
