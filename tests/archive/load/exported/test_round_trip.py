"""An export taken into an empty archive gives the archive; into another one, both."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Engine, event

from archive.dedup.clusters import decisions
from archive.errors import UsageError
from archive.export.datasets import DATASETS
from archive.export.writers import Form, Packing
from archive.ingest.prepare import Again, prepare
from archive.ingest.transaction import ingest
from archive.load.exported import taken
from archive.load.exported.run import Imported
from archive.people.correcting import correct
from archive.people.withdrawals import withdraw
from archive.store.db import writing
from tests.archive.export.world import OTHER, STORY, fill
from tests.archive.load.exported.exports import Rows, comparable, everything, other, take, write
from tests.archive.make import DAY, article, captured, store, told


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("filled") / "archive.db"
    engine = other(sqlite_template, path)
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def source(tmp_path: Path, filled: Path) -> Iterator[Engine]:
    engine = other(filled, tmp_path / "source.db")
    yield engine
    engine.dispose()


def test_into_an_empty_archive_it_is_the_archive(source: Engine, engine: Engine, tmp_path: Path) -> None:
    wanted = everything(source)
    write(tmp_path / "export", wanted)
    done = take(engine, tmp_path / "export")
    assert (done.taken.new, done.taken.revised, done.articles) == (len(wanted["articles"]), 0, len(wanted["articles"]))
    found = comparable(everything(engine))
    for name, rows in comparable(wanted).items():
        assert found[name] == rows, name
    again = take(engine, tmp_path / "export")
    assert (again.taken.new, again.taken.revised, again.taken.captures) == (0, 0, 0)
    assert comparable(everything(engine)) == found


def test_two_archives_become_one(engine: Engine, tmp_path: Path, sqlite_template: Path) -> None:
    """Of an article in both, the revisions of both in the order of time, however they came together."""
    versions = [article("a:1", f"第一段文字。第{n}版。\n第二段文字。") for n in range(4)]
    left, right = [other(sqlite_template, tmp_path / f"{name}.db") for name in "lr"]
    store(left, captured(versions[0], 1), captured(versions[2], 3), captured(article("b:1", STORY), 2))
    store(right, told(article("c:1", OTHER)))
    store(right, captured(versions[1], 2), captured(versions[3], 4), captured(versions[0], 1))
    for place, source in enumerate((left, right)):
        write(tmp_path / str(place), everything(source))
        store(engine, captured(versions[2], 3)) if place else None
        done = take(engine, tmp_path / str(place))
        assert done.taken.new == (2, 1)[place]
    both = everything(engine)
    number = {row["native_id"]: row["id"] for row in both["articles"]}
    texts = [row["body"] for row in both["revisions"] if row["article_id"] == number["a:1"]]
    assert texts == [one.body for one in versions]
    assert [row["body"] for row in both["articles"] if row["native_id"] == "a:1"] == [versions[3].body]
    assert len([row for row in both["captures"] if row["article_id"] == number["a:1"]]) == 4
    assert sorted(number) == ["a:1", "b:1", "c:1"]
    for place in range(2):
        assert take(engine, tmp_path / str(place)).taken.revised == 0
    assert comparable(everything(engine)) == comparable(both)


def test_the_order_in_which_archives_are_merged_does_not_matter(
    source: Engine, tmp_path: Path, sqlite_template: Path
) -> None:
    second = other(sqlite_template, tmp_path / "second.db")
    store(second, captured(article("a:1", STORY, site="s1", url="https://s1.example/1"), 0.5))
    store(second, captured(article("d:1", STORY + "\n再添一段。"), 1.5), told(article("e:1", OTHER)))
    write(tmp_path / "one", everything(source))
    write(tmp_path / "two", everything(second))
    found = []
    for order in (("one", "two"), ("two", "one")):
        engine = other(sqlite_template, tmp_path / f"{order[0]}.db")
        for name in order:
            take(engine, tmp_path / name)
        found.append(comparable(everything(engine), without=("found_at", "noticed_at")))
    for name in ("articles", "revisions", "captures"):
        assert found[0][name] == found[1][name], name


def test_what_people_decided_of_stories_is_so_here(source: Engine, engine: Engine, tmp_path: Path) -> None:
    rows = everything(source)
    by = {f"{row['site']}:{row['native_id']}": row["id"] for row in rows["articles"]}
    with writing(source) as connection:
        decisions.split(connection, [by["s3:a:1"]], by="li", now=DAY)
        decisions.merge(connection, [by["clip:a:4"], by["clip:a:5"]], by="li", now=DAY)
        decisions.pin(connection, by["s2:a:1"], by="li", now=DAY)
    wanted = everything(source)
    write(tmp_path / "export", wanted)
    take(engine, tmp_path / "export")
    found = everything(engine)
    assert comparable(found)["stories"] == comparable(wanted)["stories"]
    assert comparable(found)["articles"] == comparable(wanted)["articles"]
    take(engine, tmp_path / "export")
    assert comparable(everything(engine)) == comparable(found)


def test_what_our_rules_read_otherwise_is_a_revision_here_too(
    sqlite_engine: Engine, tmp_path: Path, sqlite_template: Path
) -> None:
    source = other(sqlite_template, tmp_path / "source.db")
    (first,) = store(source, captured(article("a:1", "读错了的文字。"), 1))
    read = prepare(captured(article("a:1", "读对了的文字。"), 1))
    again = Again(
        capture_id=first.capture_id or 0, shows_id=first.capture_id or 0, at=DAY + timedelta(hours=1), showed=True
    )
    with writing(source) as connection:
        ingest(connection, [evolve(read, cause="extractor", again=again)], run_id=None, now=DAY)
    wanted = everything(source)
    assert [row["cause"] for row in wanted["revisions"]] == ["publisher", "extractor"]
    write(tmp_path / "export", wanted)
    take(sqlite_engine, tmp_path / "export")
    assert comparable(everything(sqlite_engine)) == comparable(wanted)
    older = other(sqlite_template, tmp_path / "older.db")
    store(older, captured(article("a:1", "读错了的文字。"), 1))
    take(older, tmp_path / "export")
    assert comparable(everything(older))["revisions"] == comparable(wanted)["revisions"]
    take(older, tmp_path / "export")
    assert comparable(everything(older))["revisions"] == comparable(wanted)["revisions"]


def test_what_a_person_corrected_comes_as_it_stands(
    sqlite_engine: Engine, tmp_path: Path, sqlite_template: Path
) -> None:
    source = other(sqlite_template, tmp_path / "source.db")
    store(source, captured(article("a:1", "第一段文字。"), 1))
    with writing(source) as connection:
        correct(connection, 1, "body", "更正后的文字。", by="li", now=DAY)
    wanted = everything(source)
    write(tmp_path / "export", wanted)
    take(sqlite_engine, tmp_path / "export")
    assert comparable(everything(sqlite_engine)) == comparable(wanted)


def test_batches_are_applied_in_their_order(source: Engine, engine: Engine, tmp_path: Path) -> None:
    first = everything(source)
    store(source, captured(article("n:1", "新来的一条。"), 80))
    with writing(source) as connection:
        withdraw(connection, 1, "更正", by="li", now=DAY)
    wanted = everything(source)
    folder = tmp_path / "export"
    one = write(
        folder / "batches/000001",
        {name: [{"op": "upsert", "cause": None, **row} for row in its] for name, its in first.items()},
        batch=1,
    )
    due = {}
    for name, dataset in DATASETS.items():
        before, after = ({dataset.key_of(row): row for row in rows[name]} for rows in (first, wanted))
        due[name] = [{"op": "upsert", "cause": "crawl", **row} for key, row in after.items() if before.get(key) != row]
        due[name] += [
            {
                "op": "withdraw",
                "cause": "person",
                **dict.fromkeys(dataset.fields),
                **dict(zip(dataset.key, key, strict=True)),
            }
            for key in before.keys() - after.keys()
        ]
    two = write(folder / "batches/000002", due, batch=2, whole=False, previous=one)
    listed = [(1, True, one, None), (2, False, two, one)]
    index = {"format": "2.0", "snapshot": None, "batches": [
        {"batch": n, "path": f"batches/{n:06}", "whole": whole, "digest": digest, "previous": previous}
        for n, whole, digest, previous in listed
    ]}  # fmt: skip
    (folder / "index.json").write_text(json.dumps(index), "utf-8")
    elsewhere = other_with(engine, first, tmp_path)
    assert elsewhere.withdrawn == 0
    done = take(engine, folder)
    assert done.withdrawn == 1
    found, told_ = comparable(everything(engine)), comparable(wanted)
    for name in ("articles", "revisions", "captures", "links"):
        assert found[name] == told_[name], name
    assert take(engine, folder).withdrawn == 0


def other_with(engine: Engine, rows: Rows, tmp_path: Path) -> Imported:
    write(tmp_path / "before", rows)
    return take(engine, tmp_path / "before")


DAMAGES = [
    ("articles.jsonl", lambda data: data[:-5]),
    ("captures.jsonl", lambda data: data.replace(b"example", b"examp1e", 1)),
    ("revisions.jsonl", None),
    ("datapackage.json", lambda data: data.replace(b'"rows": ', b'"rows": 1', 1)),
    ("datapackage.json", lambda data: data[:-9]),
]


@pytest.mark.parametrize("place", range(len(DAMAGES)))
def test_a_damaged_file_is_named_and_nothing_is_written(
    source: Engine, sqlite_engine: Engine, tmp_path: Path, place: int
) -> None:
    folder = tmp_path / "export"
    write(folder, everything(source))
    name, damage = DAMAGES[place]
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(UsageError, match=name):
        take(sqlite_engine, folder)
    assert everything(sqlite_engine)["articles"] == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("articles", {"body": None}),
        ("articles", {"authors": "张三"}),
        ("articles", {"id": "1"}),
        ("captures", {"size": "x"}),
        ("links", {"evidence": 7}),
    ],
)
def test_a_row_that_is_none_ends_it_before_anything_is_written(
    source: Engine, sqlite_engine: Engine, tmp_path: Path, name: str, values: dict[str, object]
) -> None:
    rows = everything(source)
    rows[name][-1].update(values)
    write(tmp_path / "export", rows)
    with pytest.raises(UsageError, match=rf"{name}\.jsonl: row {len(rows[name])} cannot be read"):
        take(sqlite_engine, tmp_path / "export")
    assert everything(sqlite_engine)["articles"] == []


def test_paths_out_of_the_folder_are_refused(source: Engine, sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    digest = write(folder / "in", everything(source))
    for path in ("../in", "/etc", "in/../../export/in"):
        index = {
            "snapshot": None,
            "batches": [{"batch": 1, "path": path, "whole": True, "digest": digest, "previous": None}],
        }
        (folder / "index.json").write_text(json.dumps(index), "utf-8")
        with pytest.raises(UsageError, match="is not in the folder"):
            take(sqlite_engine, folder)


@pytest.mark.parametrize("statements", [5, 60, 120])
def test_one_that_was_killed_goes_on(
    source: Engine, sqlite_engine: Engine, tmp_path: Path, statements: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended at any statement, as a kill ends it: what is committed stays, the next import does the rest."""
    monkeypatch.setattr(taken, "BATCH", 2)
    wanted = everything(source)
    write(tmp_path / "export", wanted)
    left = statements

    def count(*args: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt

    event.listen(sqlite_engine, "before_cursor_execute", count)
    with pytest.raises(KeyboardInterrupt):
        take(sqlite_engine, tmp_path / "export")
    event.remove(sqlite_engine, "before_cursor_execute", count)
    take(sqlite_engine, tmp_path / "export")
    found = comparable(everything(sqlite_engine))
    for name, rows in comparable(wanted).items():
        assert found[name] == rows, name


@pytest.mark.parametrize(
    ("form", "compress"), [("jsonl", "zst"), ("jsonl", "gz"), ("csv", None), ("csv", "zst"), ("parquet", None)]
)
def test_every_form_gives_the_same(
    source: Engine, sqlite_engine: Engine, tmp_path: Path, form: Form, compress: Packing | None
) -> None:
    store(source, captured(article("l:1", '["一", "二"]', headline="NULL"), 3), told(article("m:1", '=1\r甲,"乙"')))
    wanted = everything(source)
    write(tmp_path / "export", wanted, form=form, compress=compress)
    take(sqlite_engine, tmp_path / "export")
    assert comparable(everything(sqlite_engine)) == comparable(wanted)
