"""Linking in the database: which copies share a cluster, what only links, what revisions and furniture do."""

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select, text

from archive.dedup.matching import Query, match
from archive.dedup.propose import index, runs
from archive.dedup.propose.furniture import MANY
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.dedup.tables import Cluster, ClusterEvent, DedupBlock, DedupFresh, DedupRun, DedupText, Link
from archive.dedup.verify.texts import MAX_HEADLINE
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article, Change
from archive.store.scheme import DedupScheme
from archive.text.version import VERSION
from tests.archive.dedup.copies import RESIGNATION, cut, groups, notice, record, spaced, spin, store, transcode
from tests.archive.dedup.copies import text as story


def test_copies_share_a_cluster_and_parts_do_not(engine: Engine) -> None:
    body = story(1, 700)
    stored = store(
        engine,
        record(body, "original", site="netease"),
        record(spaced(body), "spaced", days=1),
        record(transcode(body), "transcoded", days=1),
        record(spin(body), "spun", days=2),
        record(transcode(spin(cut(body, 0.7))), "all", days=2),
        record("\n".join(body.split("\n")[1:4]), "excerpt", days=1),
        record("\n".join([story(2), body, story(3), story(4)]), "roundup", days=1),
        record(story(3), "third"),
        record(story(4), "fourth"),
    )
    with reading(engine) as connection:
        assert groups(connection) == {
            frozenset({"original", "spaced", "transcoded", "spun", "all"}),
            frozenset({"excerpt"}),
            frozenset({"roundup"}),
            frozenset({"third"}),
            frozenset({"fourth"}),
        }
        relations = {
            frozenset(pair): relation
            for *pair, relation in connection.execute(select(Link.article_id, Link.other_id, Link.relation))
        }
        ids = dict(connection.execute(select(Article.native_id, Article.id)).all())
        assert relations[frozenset((ids["third"], ids["roundup"]))] == "excerpt_of"
        assert relations[frozenset((ids["original"], ids["spaced"]))] == "exact"
        (cluster,) = connection.execute(select(Cluster.__table__)).mappings()
        assert (cluster["id"], cluster["size"]) == (min(ids.values()), 5)
        assert cluster["representative_id"] == ids["original"]
    assert [one.duplicate for one in stored] == [False, True, True, True, True, False, False, False, False]
    assert stored[1].cluster_id == stored[0].cluster_id


def test_templates_are_not_copies(engine: Engine) -> None:
    names = ["马磊敏", "周志强", "何桂芳"]
    store(engine, *(record(notice(seed), f"n{seed}", days=seed) for seed in range(8)))
    store(engine, *(record(RESIGNATION.format(company="清口集团", name=name), name) for name in names))
    with reading(engine) as connection:
        assert len(groups(connection)) == 11
        assert connection.scalar(select(func.count()).select_from(Link)) == 0


def test_the_representative_is_the_earliest_complete_one_and_a_portal_before_a_mirror(engine: Engine) -> None:
    body = story(1, 700)
    store(engine, record(body, "mirror", site="mirror.example", days=0))
    assert _representative(engine) is None
    store(engine, record(spaced(body), "late", site="sohu", days=3))
    assert _representative(engine) == "late"
    store(engine, record(cut(body, 0.7), "cut", site="netease", days=1))
    assert _representative(engine) == "late"
    store(engine, record(body, "flagged", site="netease", days=1, flags=("truncated",)))
    assert _representative(engine) == "late"
    store(engine, record(body, "reprint", site="netease", days=1, flags=("mirror",)))
    assert _representative(engine) == "late"
    stored = store(engine, record(body + "\n", "early", site="netease", days=2))
    assert _representative(engine) == "early"
    with reading(engine) as connection:
        kinds = connection.scalars(select(ClusterEvent.kind).order_by(ClusterEvent.id)).all()
        assert kinds.count("represent") == 1
        late = connection.scalar(select(Article.id).where(Article.native_id == "late"))
        told = connection.scalars(select(Change.article_id).where(Change.kind == "clustered")).all()
    assert late in told
    assert stored[0].duplicate


def _representative(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return connection.scalar(select(Article.native_id).join(Cluster, Cluster.representative_id == Article.id))


def test_a_revised_article_leaves_a_story_that_it_no_longer_tells(engine: Engine) -> None:
    body = story(1, 600)
    store(engine, record(body, "one"), record(spaced(body), "two"), record(body, "three", days=1))
    from datetime import timedelta

    from archive.ingest.transaction import ingest
    from archive.store.records import Item
    from tests.archive.dedup.copies import DAY

    with writing(engine) as connection:
        later = DAY + timedelta(days=1)
        item = Item(capture=None, article=record(story(2, 600), "one"), captured_at=later)
        (stored,) = ingest(connection, [item], run_id=None, now=later)
    assert stored.state == "revised"
    with reading(engine) as connection:
        assert groups(connection) == {frozenset({"one"}), frozenset({"two", "three"})}
    # The copies that were left out of the index while "one" held its shingles are found all the same.
    store(engine, record(spin(body), "four", days=2), record(story(2, 600), "five"))
    with reading(engine) as connection:
        assert groups(connection) == {frozenset({"one", "five"}), frozenset({"two", "three", "four"})}


FURNITURE = (
    "\n清口早餐铺的灯每天五点亮起，陪赶路的人喝完第一碗热粥再上船。"
    "\n把本栏目加到首页，下一期的名单会在周四早上送到你手里。"
)


def test_lines_that_a_site_shares_do_not_count(engine: Engine) -> None:
    flashes = [
        f"清口{name}路口今晨车辆剐蹭，无人受伤，现已恢复通行。"
        for name in "望江 临湖 沿河 向阳 解放 人民 和平 建设 光明 新华 东风 胜利 团结 友谊".split()
    ]
    assert len(flashes) > MANY
    rng = random.Random(3)
    rng.shuffle(flashes)
    for number, flash in enumerate(flashes):
        store(engine, record(flash + FURNITURE, f"f{number}", headline=flash[:9]))
    with reading(engine) as connection:
        assert len(groups(connection)) == len(flashes)


def test_moving_the_fresh_rows_changes_no_answer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store(engine, *(record(story(number), f"s{number}") for number in range(12)))
    queries = [Query(id=str(number), body=spin(story(number))) for number in range(12)]
    with reading(engine) as connection:
        before = [[found.native_id for found in answer.matches] for answer in match(connection, queries)]
    assert before == [[f"s{number}"] for number in range(12)]
    monkeypatch.setattr(runs, "TOGETHER", 2)
    for number in range(3):
        with writing(engine) as connection:
            index.seal(connection)
            assert connection.scalar(select(func.count()).select_from(DedupFresh)) == 0
            assert (connection.scalar(select(func.sum(DedupRun.size))) or 0) > 100 * (number + 1)
            assert connection.scalar(select(func.count()).select_from(DedupBlock)) >= 2
        with reading(engine) as connection:
            assert [[found.native_id for found in answer.matches] for answer in match(connection, queries)] == before
        store(engine, *(record(story(20 + 12 * number + other), f"t{number}-{other}") for other in range(12)))


def test_a_capped_shingle_no_longer_counts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "CAP", 3)
    store(engine, *(record(notice(seed), f"n{seed}") for seed in range(9)))
    with reading(engine) as connection:
        most = connection.scalar(text("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM dedup_fresh GROUP BY hash) AS c"))
    assert most == 3


def test_matching_stores_nothing(engine: Engine) -> None:
    store(engine, record(story(1), "one"))
    with reading(engine) as connection:
        before = connection.scalar(select(func.count()).select_from(DedupFresh))
        answers = list(
            match(connection, [Query(id="q", body=story(1)), Query(id="empty", body=""), Query(id="n", body=story(2))])
        )
        after = connection.scalar(select(func.count()).select_from(DedupFresh))
    assert before == after
    assert [[found.verdict.relation for found in answer.matches] for answer in answers] == [["exact"], [], []]


def test_the_scheme_comes_with_the_first_article(engine: Engine) -> None:
    with reading(engine) as connection:
        assert connection.execute(select(DedupScheme.__table__)).all() == []
    store(engine, record(story(1), "one"))
    store(engine, record(story(2), "two"))
    with reading(engine) as connection:
        (row,) = connection.execute(select(DedupScheme.__table__)).mappings()
        assert set(connection.scalars(select(DedupText.version))) == {row["version"]}
    assert dict(row) == {
        "version": VERSION,
        "scheme": "affine32",
        "permutations": 128,
        "seed": 1,
        "hash": "crc32-utf32le",
        "shingle": 6,
        "shingle_version": VERSION,
        "fold_version": VERSION,
    }


WORLD = [
    record(story(1, 700), "a", site="netease", days=0),
    record(spaced(story(1, 700)), "b", site="sohu", days=1),
    record(transcode(spin(story(1, 700))), "c", site="x.example", days=2),
    record(cut(story(1, 700), 0.7), "d", site="sohu", days=1),
    record(story(2, 500), "e", site="netease", days=0),
    record(spin(story(2, 500)), "f", site="x.example", days=4),
    record("\n".join([story(1, 700), story(2, 500), story(3), story(4)]), "g", site="sohu", days=1),
    record(story(3), "h", site="netease", days=0),
    record(notice(1), "i", site="netease"),
    record(notice(2), "j", site="netease", days=1),
    record("\n".join(story(2, 500).split("\n")[:3]), "k", site="sohu", days=1),
]


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(WORLD), size=st.integers(1, 5))
def test_the_order_of_arrival_does_not_matter(
    order: list[object], size: int, sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "order.db"
    shutil.copyfile(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    try:
        for start in range(0, len(order), size):
            store(engine, *order[start : start + size])  # type: ignore[arg-type]
        with reading(engine) as connection:
            found = groups(connection)
            stands = set(
                connection.scalars(select(Article.native_id).join(Cluster, Cluster.representative_id == Article.id))
            )
    finally:
        engine.dispose()
    assert found == {frozenset("abcd"), frozenset("ef"), *(frozenset(name) for name in "ghijk")}
    assert stands == {"a", "e"}


def test_furniture_that_becomes_known_late_is_taken_out_of_earlier_articles(engine: Engine) -> None:
    # Two copies of one story whose shared furniture is known only after them, and a dozen strangers.
    body = story(1, 300)
    store(engine, record(body + FURNITURE, "one"), record(spin(body) + FURNITURE, "two", days=1))
    store(engine, *(record(story(number, 250) + FURNITURE, f"s{number}") for number in range(2, MANY + 3)))
    store(engine, record(body, "bare", days=2))
    with reading(engine) as connection:
        assert frozenset({"one", "two", "bare"}) in groups(connection)
        one, bare = (connection.scalar(select(Article.id).where(Article.native_id == name)) for name in ("one", "bare"))
        relation = connection.scalar(select(Link.relation).where(Link.article_id == bare, Link.other_id == one))
    assert relation == "exact"


def test_a_batch_of_copies_costs_as_many_statements_however_many_they_are(engine: Engine) -> None:
    stories = [story(number, 300) for number in range(24)]
    store(engine, *(record(body, f"a{number}") for number, body in enumerate(stories)))
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    counts = []
    for numbers in (range(2), range(2, 24)):
        sent.clear()
        store(engine, *(record(stories[number], f"b{number}", days=1) for number in numbers))
        counts.append(len(sent))
    assert counts[0] == counts[1]
    with reading(engine) as connection:
        assert groups(connection) == {frozenset({f"a{number}", f"b{number}"}) for number in range(24)}


def test_headlines_without_end_are_told_apart_alike(engine: Engine) -> None:
    """Of these the beginning is compared, by ingest and by a recluster."""
    most = story(1, 600)[:MAX_HEADLINE]
    store(engine, *(record(story(4), f"n{number}", headline=most + story(number)) for number in range(5, 9)))
    store(engine, record(spin(story(4)), "spun", headline=most + story(9)))
    with reading(engine) as connection:
        assert groups(connection) == {frozenset({"n5", "n6", "n7", "n8", "spun"})}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}
