"""What programs read about the rows: the JSON Schemas of every version, the manifest, the card."""

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import Engine

from archive.export.datasets import ARTICLES, DATASETS, FORMAT, OPS, Row, batch_fields
from archive.export.described.card import card
from archive.export.described.manifest import manifest, resource
from archive.export.described.schema import json_schema, released
from archive.store.db import reading
from tests.archive.export.world import fill
from tests.make_docs import FIELDS_BEGIN, FIELDS_END, fields, schemas
from tests.test_docs import page


@pytest.fixture
def rows(sqlite_engine: Engine) -> dict[str, list[Row]]:
    fill(sqlite_engine)
    with reading(sqlite_engine) as connection:
        return {name: list(dataset.rows(connection, None)) for name, dataset in DATASETS.items()}


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a program that was made for the schema `old` cannot read by `new`, or must not rely on any more."""
    kept = [name for name in old["properties"] if name in new["properties"]]
    found = [f"{name} is gone" for name in old["properties"] if name not in kept]
    found += [
        f"{name} is of another kind"
        for name in kept
        if {**old["properties"][name], "description": ""} != {**new["properties"][name], "description": ""}
    ]
    if old["required"] != new["required"]:
        found.append("the key is another one")
    missing = {*old["else"]["required"]} - {*new["else"]["required"]}
    found += [f"{name} may be missing" for name in kept if name in missing]
    null = old["else"]["properties"].keys() - new["else"]["properties"].keys()
    found += [f"{name} may be null" for name in kept if name in null]
    order = [name for name in new["properties"] if name in kept]
    return found if order == kept else [*found, "the fields are in another order"]


def test_the_schemas_of_today_are_kept() -> None:
    for path, text in schemas():
        assert path.read_text("utf-8") == text, (
            f"{path.parent.name}/{path.name} is another one: raise FORMAT (archive/export/datasets/dataset.py), then "
            "run `make docs`; while the version was given to nobody, remove its folder instead"
        )
    assert list(released())[-1] == FORMAT
    assert all(kept.keys() == DATASETS.keys() for kept in released().values())


def test_whatever_was_given_out_is_still_there() -> None:
    for version, kept in released().items():
        for name, old in kept.items():
            assert broken(old, json_schema(DATASETS[name])) == [], (version, name)


def test_a_change_that_is_no_addition_is_noticed() -> None:
    old = json_schema(ARTICLES)

    def changed(change: Any) -> list[str]:
        new = copy.deepcopy(old)
        change(new)
        return broken(old, new)

    def renamed(new: Any) -> None:
        new["properties"] = {"title" if name == "headline" else name: of for name, of in new["properties"].items()}

    assert changed(lambda new: new["properties"].update(words={"type": "integer"})) == []
    assert changed(lambda new: new["properties"].pop("editor")) == ["editor is gone"]
    assert changed(renamed) == ["headline is gone"]
    assert changed(lambda new: new["properties"]["id"].update(type="string")) == ["id is of another kind"]
    assert changed(lambda new: new["else"]["properties"].pop("body")) == ["body may be null"]
    assert changed(lambda new: new["else"]["required"].remove("body")) == ["body may be missing"]
    assert changed(lambda new: new["properties"].update(site=new["properties"].pop("site"))) == [
        "the fields are in another order"
    ]


def test_todays_rows_fit_every_version(rows: dict[str, list[Row]]) -> None:
    for kept in released().values():
        for name, schema in kept.items():
            jsonschema_rs.meta.validate(schema)
            fits = jsonschema_rs.validator_for(schema, validate_formats=True)
            dataset = DATASETS[name]
            gone = {**dict.fromkeys(batch_fields(dataset)), "op": "withdraw", **dict.fromkeys(dataset.key, 1)}
            ours = [*rows[name], *({"op": "upsert", "cause": None, **row} for row in rows[name]), gone]
            for row in ours:
                assert [error.message for error in fits.iter_errors(row)] == []
            for row in (
                {**gone, "op": "upsert"},
                {**gone, dataset.key[0]: None},
                {**rows[name][0], dataset.key[0]: "1"},
            ):
                assert not fits.is_valid(row)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("published_at_utc", "2025-03-01T12:00:00+08:00"),
        ("published_at", "2025-03-01 12:00"),
        ("modified_at", "2025-03-01T12:00:00+00:00"),
        ("signature", [1, 2]),
        ("authors", "张三"),
        ("images", [{"url": "x"}]),
        ("representative", 1),
        ("body", None),
    ],
)
def test_what_is_not_as_the_schema_says_does_not_fit(rows: dict[str, list[Row]], name: str, value: Any) -> None:
    fits = jsonschema_rs.validator_for(released()[FORMAT]["articles"], validate_formats=True)
    assert not fits.is_valid({**rows["articles"][0], name: value})


def test_every_field_is_described_in_the_docs() -> None:
    text = page("data.md").partition(FIELDS_BEGIN)[2].partition(FIELDS_END)[0]
    assert text == fields(), "docs/data.md is out of date: run `make docs`"
    assert all(field.says for dataset in DATASETS.values() for field in dataset.fields.values())


ABOUT = {"format": FORMAT, "archive": "a1", "created": "2025-03-01T12:00:00+08:00", "previous": "ab"}


def made(*, whole: bool, batch: int | None = 3, **options: Any) -> dict[str, Any]:
    names = ("articles", "links")
    told = {"form": "jsonl", "compress": None, "excel": False, "rows": 2, "size": 10, "sha256": "00ff", **options}
    resources = [
        resource(
            name,
            DATASETS[name].fields if whole else batch_fields(DATASETS[name]),
            path=f"{name}.jsonl",
            whole=whole,
            beside=frozenset(names),
            **told,
        )
        for name in names
    ]
    return manifest(resources, {**ABOUT, "batch": batch, "whole": whole})


def test_the_manifest_describes_every_file() -> None:
    told = made(whole=True)
    assert json.loads(json.dumps(told)) == told
    assert (told["name"], told["batch"], told["previous"]) == ("jianbao-to-batch-000003", 3, "ab")
    articles, links = told["resources"]
    assert {name: articles[name] for name in ("path", "format", "mediatype", "encoding", "rows", "bytes", "hash")} == {
        "path": "articles.jsonl",
        "format": "jsonl",
        "mediatype": "application/jsonl",
        "encoding": "utf-8",
        "rows": 2,
        "bytes": 10,
        "hash": "sha256:00ff",
    }
    assert [one["name"] for one in articles["schema"]["fields"]] == list(ARTICLES.fields)
    assert (articles["schema"]["primaryKey"], links["schema"]["primaryKey"]) == (["id"], ["article_id", "other_id"])
    # The stories are not in the package, so nothing refers to them.
    assert "foreignKeys" not in articles["schema"]
    assert [one["fields"] for one in links["schema"]["foreignKeys"]] == [["article_id"], ["other_id"]]


def test_the_manifest_of_a_batch_asks_of_a_row_no_more_than_its_key() -> None:
    told = made(whole=False)
    assert told["name"] == "jianbao-batch-000003"
    schema = told["resources"][0]["schema"]
    assert [one["name"] for one in schema["fields"]][: len(OPS)] == list(OPS)
    assert [one["name"] for one in schema["fields"] if "constraints" in one] == ["id"]
    assert "foreignKeys" not in told["resources"][1]["schema"]


def test_packed_files_and_other_forms() -> None:
    packed = made(whole=True, batch=None, form="csv", compress="gz", excel=True)
    assert packed["name"] == "jianbao"
    one = packed["resources"][0]
    assert (one["compression"], one["encoding"], one["mediatype"]) == ("gz", "utf-8-sig", "text/csv")
    parquet = made(whole=True, form="parquet")["resources"][0]
    assert "encoding" not in parquet
    assert "compression" not in parquet


def test_the_card_names_the_tables() -> None:
    text = card(made(whole=False))
    assert text.startswith("---\nconfigs:\n- config_name: articles\n  data_files: articles.jsonl\n  default: true\n")
    assert "- config_name: links\n  data_files: links.jsonl\n" in text
    assert "  - name: published_at_utc\n    dtype: timestamp[us, tz=UTC]\n" in text
    assert text.count("\n---\n") == 1
    assert card(manifest([], {**ABOUT, "batch": None, "whole": True})).startswith("---\n---\n\n# ")
