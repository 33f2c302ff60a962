"""An export that somebody wrote who does not mean well: it is refused with its row before anything is written, or it
does no harm."""

import copy
import hashlib
import json
import os
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from archive.errors import UsageError
from archive.export.datasets import DATASETS, Dataset, Row
from archive.export.package import digest_of
from archive.load.exported.checked import check
from archive.load.exported.package import packages
from tests.archive.export.world import fill
from tests.archive.load.exported.exports import Rows, comparable, everything, other, take, write

_TIMES = ("", "abc", "2025-13-01T00:00:00+00:00", "2025-02-30T00:00:00+00:00", "2025-03-01", "2025-03-01T00:00:00")
_TIMES += (
    "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:59+00:00",
    "2025-03-01T00:00:00-12:00",
    "２025-03-01T00:00:00+00:00",
)
_TEXTS = (1, [], "\x00", "\ud800", "好\udfff")
HOSTILE: dict[str, tuple[Any, ...]] = {
    "integer": (-1, 2**63, 2**70, True, 1.5, "1"),
    "number": (float("nan"), float("inf"), -0.1, 1.1, 2**70, True, "1"),
    "boolean": (0, "true", []),
    "text": _TEXTS,
    "shown": _TEXTS,
    "second": (*_TIMES, *_TEXTS),
    "instant": (*_TIMES, *_TEXTS),
    "texts": ("a", [1], [None], [["a"]], [{}], ["\x00"], ["\ud800"]),
    "integers": ("1", ["a"], [None], [2**70], [-1], [{}], [True]),
    "images": ([1], [{}], [None], [{"url": "x"}], [{"url": 1, "caption": ""}], [{"url": "\ud800", "caption": ""}]),
    "edits": ([1], [{}], [{"kind": "x", "before": 1, "after": ""}]),
    "signature": ([], [1], ["a"] * 128, [2**32] * 128, [-1] * 128, [True] * 128, [1] * 129),
    "json": ("", "abc", "[]", "null", '{"a": NaN}', "[" * 50_000, '{"a": "\\u0000"}', '{"\\ud800": 1}', *_TEXTS),
}
NAMED: dict[tuple[str, str], tuple[Any, ...]] = {
    ("articles", "id"): (0,),
    ("articles", "site"): ("", "a\nb", " a", "\x1b[31m", "x" * 3_000),
    ("articles", "native_id"): ("", "a\nb", "字" * 900),
    ("articles", "url"): (
        "",
        "javascript:alert(1)",
        "//x.example/",
        "http://x.example/ \n",
        "https://x/" + "x" * 3_000,
    ),
    ("articles", "state"): ("gone",),
    ("articles", "published_precision"): ("hour", None),
    ("articles", "published_at_utc"): (None,),
    ("articles", "revision"): (2**31,),
    ("revisions", "cause"): ("x",),
    ("changes", "kind"): ("x",),
    ("changes", "cause"): ("x",),
    ("links", "relation"): ("x",),
    ("captures", "status"): (2**31,),
    ("captures", "part"): (2**31,),
    ("captures", "url"): ("", "x" * 3_000),
    ("captures", "outcome"): ("", "\t"),
    ("captures", "warc_file"): ("字" * 900,),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Rows:
    engine = other(sqlite_template, tmp_path_factory.mktemp("filled") / "archive.db")
    fill(engine)
    found = everything(engine)
    engine.dispose()
    return found


def test_every_row_of_ours_is_one(rows: Rows) -> None:
    for name, its in rows.items():
        assert its
        for row in its:
            check(row, DATASETS[name])


@pytest.mark.parametrize("name", DATASETS)
def test_no_field_takes_what_no_archive_holds(rows: Rows, name: str) -> None:
    dataset = DATASETS[name]
    taken: list[tuple[str, str]] = []
    for field, of in dataset.fields.items():
        # A row that has the field, so that nothing else is wrong with it.
        row = next((one for one in rows[name] if one[field] is not None), rows[name][0])
        values = (*HOSTILE[of.kind], *NAMED.get((name, field), ()), *(() if of.null else (None,)))
        taken += [(field, repr(one)[:80]) for one in values if not refused({**row, field: one}, dataset)]
    assert taken == []


def refused(row: Row, dataset: Dataset) -> bool:
    try:
        check(row, dataset)
    except (ValueError, RecursionError):
        return True
    return False


def test_what_is_refused_is_told_with_its_row(rows: Rows, sqlite_engine: Engine, tmp_path: Path) -> None:
    hostile = copy.deepcopy(rows)
    hostile["articles"][2]["confidence"] = float("inf")
    write(tmp_path / "export", {**rows, "articles": rows["articles"][:2]})
    path = tmp_path / "export" / "articles.jsonl"
    lines = path.read_text("utf-8")
    path.write_text(lines + json.dumps(hostile["articles"][2]).replace("Infinity", "1e999") + "\n", "utf-8")
    resign(tmp_path / "export")
    with pytest.raises(UsageError, match=r"articles\.jsonl: row 3 cannot be read: confidence is not of kind number"):
        take(sqlite_engine, tmp_path / "export")
    assert all(its == [] for its in everything(sqlite_engine).values())


def resign(folder: Path) -> None:
    """Make the manifest fit its files, as their writer can."""
    told = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for one in told["resources"]:
        data = (folder / one["path"]).read_bytes()
        one |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "datapackage.json").write_text(json.dumps(told), "utf-8")
    signed(folder)


def signed(folder: Path) -> None:
    """Give a manifest the digest of what it says."""
    told = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (folder / "datapackage.json").write_text(json.dumps({**told, "digest": digest_of(told)}), "utf-8")


def test_two_articles_of_one_name_are_refused(rows: Rows, sqlite_engine: Engine, tmp_path: Path) -> None:
    twice = {**rows["articles"][0], "id": 99}
    write(tmp_path / "export", {**rows, "articles": [*rows["articles"], twice]})
    with pytest.raises(UsageError, match="articles 1 and 99 of the export have one name"):
        take(sqlite_engine, tmp_path / "export")
    assert everything(sqlite_engine)["articles"] == []


def test_rows_of_which_others_are_not_there_do_no_harm(rows: Rows, engine: Engine, tmp_path: Path) -> None:
    """Each dataset in turn has rows that nobody else knows, and lacks those that others name: also where the articles
    are here already."""
    lost = {"articles": "id", "revisions": "article_id", "captures": "id", "stories": "cluster_id", "changes": "id"}
    for name, key in lost.items():
        hostile = copy.deepcopy(rows)
        for row in hostile[name][::2]:
            row[key] += 1_000_000
        write(tmp_path / name, hostile)
        take(engine, tmp_path / name)
    write(tmp_path / "whole", rows)
    take(engine, tmp_path / "whole")
    found, wanted = comparable(everything(engine)), comparable(rows)
    assert found["articles"] == wanted["articles"] or len(found["articles"]) == len(wanted["articles"])


def test_articles_alone_come_in_as_they_are(rows: Rows, engine: Engine, tmp_path: Path) -> None:
    """What `jianbao export --query` writes."""
    write(tmp_path / "export", {"articles": rows["articles"]})
    assert take(engine, tmp_path / "export").taken.new == len(rows["articles"])
    found = everything(engine)
    same = ("site", "native_id", "headline", "body", "published_at_utc", "authors", "url")
    assert [[row[name] for name in same] for row in found["articles"]] == [
        [row[name] for name in same] for row in rows["articles"]
    ]
    assert len(found["revisions"]) == len(rows["articles"])
    assert take(engine, tmp_path / "export").taken.new == 0


def test_a_manifest_that_is_none(rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    write(folder, rows)
    manifest = folder / "datapackage.json"
    sound = json.loads(manifest.read_text("utf-8"))
    lines = json.dumps(sound)[:-1]
    deep = "[" * 900 + "]" * 900
    texts = ["[]", "7", "{", "\ud800", "[" * 10**6, f'{lines}, "more": {deep}}}', f'{lines}, "more": {"9" * 5_000}}}']
    texts += [
        json.dumps({**sound, "resources": told}) for told in (None, 7, "x", {}, [{}], [7], sound["resources"][:1])
    ]
    for text in texts:
        manifest.write_text(text, "utf-8", "surrogatepass")
        with pytest.raises(UsageError, match=r"datapackage\.json"):
            packages(folder)
    for name, value in product(sound["resources"][0], (None, 7, "x", [], {}, -1, 1.5, "\0", "../x")):
        manifest.write_text(json.dumps({**sound, "resources": [{**sound["resources"][0], name: value}]}), "utf-8")
        with suppress(UsageError):
            signed(folder)
            packages(folder)


def test_files_that_are_none_are_not_waited_for(rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    write(folder, {**rows, "links": []})
    (folder / "links.jsonl").unlink()
    os.mkfifo(folder / "links.jsonl")
    with pytest.raises(UsageError, match=r"links\.jsonl is no regular file"):
        packages(folder)
    (folder / "in").mkdir()
    os.mkfifo(folder / "in" / "datapackage.json")
    one = {"batch": 1, "path": "in", "whole": True, "digest": "", "previous": None}
    (folder / "index.json").write_text(json.dumps({"snapshot": None, "batches": [one]}), "utf-8")
    with pytest.raises(UsageError, match=r"datapackage\.json is no regular file"):
        packages(folder)
