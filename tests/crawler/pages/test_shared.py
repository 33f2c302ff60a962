"""The real pages beside the checkout, held to the figures that the project promises (skipped where they are not)."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.extract import batch_rows
from crawler.sites.registry import load_sites

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, Any]]:
    return list(batch_rows(shared / "pages" / "pages.jsonl"))


def score(shared: Path, rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    output = folder / "out.jsonl"
    output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    script = shared / "pages" / "score.py"
    found = subprocess.run(
        [sys.executable, script, shared / "pages" / "expected.jsonl", output, "--json"], capture_output=True, check=True
    )
    return dict(json.loads(found.stdout))


def test_portals(shared: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    report = score(shared, rows, tmp_path)
    both = report["summary"]["all NetEase and Sohu"]
    assert both["f1"] >= 0.998
    assert both["worst"] >= 0.98
    assert both["at_99"] >= 0.97
    assert (both["leaks"], both["lost"]) == (0, 0)
    assert (both["headline"], both["published_at"]) == (1.0, 1.0)
    for field in ("source_name", "account_name", "authors", "editor"):
        assert both[field] >= 0.98, field


def test_template_and_id(shared: Path, rows: list[dict[str, Any]]) -> None:
    """Every portal page is an article under the site's own id; its template is of the generation that people named."""
    found = {row["file"]: row for row in rows}
    for entry in expected(shared):
        row = found[entry["file"]]
        assert (row["site"], row["native_id"], row["outcome"]) == (entry["site"], entry["native_id"], "article")
        assert entry["template"].startswith(row["template"])
        assert entry["original_title"] == row["original_title"]


def expected(shared: Path) -> Iterator[dict[str, Any]]:
    with (shared / "pages" / "expected.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if entry["site"] in ("netease", "sohu"):
                yield entry


def test_templates_are_proven_by_real_pages(shared: Path, rows: list[dict[str, Any]]) -> None:
    """A template says that no real page of it was ever tried, or there is one."""
    tried = {row["template"] for row in (*rows, *batch_rows(shared / "pages2" / "pages.jsonl"))}
    declared = {one.name: one.unproven for name in ("netease", "sohu") for one in load_sites()[name].templates}
    assert {name for name, unproven in declared.items() if not unproven} == tried & set(declared)


def test_machine_time(shared: Path, rows: list[dict[str, Any]]) -> None:
    found = {row["file"]: row["published_at"] for row in rows}
    for entry in expected(shared):
        if "machine_time" in entry:
            assert found[entry["file"]] == entry["machine_time"]


def test_order_does_not_matter(shared: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    lines = (shared / "pages" / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    random.Random(7).shuffle(lines)
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        entry["file"] = str(shared / "pages" / entry["file"])
    manifest = tmp_path / "shuffled.jsonl"
    manifest.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    again = {Path(row["file"]).name: {**row, "file": ""} for row in batch_rows(manifest)}
    assert again == {Path(row["file"]).name: {**row, "file": ""} for row in rows}
