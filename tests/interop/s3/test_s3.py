"""`jianbao bulk pages`, `import` and `recluster --pages` by `s3://`: what they make of the same files on a disk."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.crawler.bulk.corpus import files
from tests.interop import run, there

pytestmark = pytest.mark.slow
IN = "s3://news/2026"
OUT = "s3://news/pages"


def jianbao(*words: str | Path) -> str:
    """What it prints, problems among it."""
    return CliRunner().invoke(main, list(map(str, words))).output


def rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What the part of each WARC file holds, without where that stands."""
    return {
        path.name.partition("-")[0]: pq.read_table(path).drop_columns("warc_file").to_pylist()
        for path in folder.glob("*.parquet")
    }


def test_it_is_as_on_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there("s3")
    files(tmp_path / "in")
    monkeypatch.setenv("JIANBAO_HOME", str(tmp_path / "home"))
    here = jianbao("bulk", "pages", tmp_path / "in", "--to", tmp_path / "pages")
    stories = jianbao("recluster", "--pages", tmp_path / "pages", "--to", tmp_path / "stories")
    make = ["bulk", "pages", f"{IN}/*.warc.gz", "--to", OUT]
    asked = [
        make,
        make,
        ["recluster", "--pages", OUT, "--to", "s3://news/stories"],
        ["import", OUT],
        ["bulk", "pages", "s3://news/2027/*.warc.gz", "--to", OUT],
    ]
    program = Path(__file__).with_name("serve.py")
    printed = run("s3", "python", program, tmp_path / "in", cwd=tmp_path, given=json.dumps(asked))
    made, again, grouped, taken, none = map(json.loads, printed.splitlines())

    said = here.replace(str(tmp_path / "in"), IN).replace(str(tmp_path / "pages"), OUT)
    assert sorted((made["said"] + made["problems"]).splitlines()) == sorted(said.splitlines())
    assert (again["code"], again["said"]) == (3, f"2 parts in {OUT}, 2 were there\n")
    assert again["problems"].startswith(f"{IN}/third.warc.gz is no WARC file; passed over\n")
    assert (grouped["code"], grouped["said"]) == (0, stories.replace(str(tmp_path / "stories"), "s3://news/stories"))
    assert f"{IN}/first.warc.gz: 29 article, 1 not_article, 1 other skipped\n" in taken["said"]
    assert (none["code"], none["said"]) == (2, "")
    assert none["problems"].startswith("jianbao: s3://news/2027/*.warc.gz names no WARC file: ")

    kept = tmp_path / "kept"
    assert rows(kept / "pages") == rows(tmp_path / "pages")
    assert sorted(rows(kept / "pages")) == ["first.warc.gz", "second.warc.gz"]
    for name in ("clusters.parquet", "links.parquet"):
        assert (kept / "stories" / name).read_bytes() == (tmp_path / "stories" / name).read_bytes()
    for name in ("first.warc.gz", "second.warc.gz"):
        assert (tmp_path / "home" / "warc" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()
