"""Pages grouped without an archive: the stories of an archive that they came into one after the other, and of a
recluster of it; on DuckDB and on Spark the same bytes."""

import json
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from archive.dedup.clusters.links import link_row
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.store.db import open_engine, reading
from archive.store.models import Article
from crawler.bulk import load, run
from tests.crawler.bulk.corpus import AT, files
from tests.crawler.bulk.test_pages import Called, InProcess, jianbao, tree
from tests.once.java import spark

Key = tuple[str, str]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stories")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "Extraction", InProcess)
        jianbao("bulk", "pages", *files(folder / "in"), "--to", folder / "pages")
    return folder / "pages"


@pytest.fixture(scope="module")
def stories(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What DuckDB makes of them."""
    folder = tmp_path_factory.mktemp("grouped")
    done = jianbao("recluster", "--pages", pages, "--to", folder)
    assert done.exit_code == 0, done.output
    return folder


def grouped(folder: Path) -> tuple[dict[Key, Key], dict[tuple[Key, Key], dict[str, Any]]]:
    """The first article of each one's story; and the links, each by its two articles."""
    rows = pq.read_table(folder / "clusters.parquet").to_pylist()
    first = {(row["site"], row["native_id"]): (row["cluster_site"], row["cluster_native_id"]) for row in rows}
    names = ("site", "native_id", "other_site", "other_native_id")
    links = {}
    for row in pq.read_table(folder / "links.parquet").to_pylist():
        site, native_id, other_site, other_id = (row.pop(name) for name in names)
        links[(site, native_id), (other_site, other_id)] = {
            **row,
            "marks": json.loads(row["marks"]),
            "evidence": json.loads(row["evidence"]),
        }
    return first, links


@pytest.mark.slow
def test_they_are_those_of_an_archive(
    pages: Path, stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that the pages came to one after the other; and every link of a recluster, with all that it says."""
    monkeypatch.setattr(load, "Workers", Called)
    jianbao("--home", tmp_path / "home", "import", pages)
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'archive.db'}")
    with reading(engine) as connection:
        rows = connection.execute(select(Article.id, Article.site, Article.native_id, Article.cluster_id)).all()
    key = {row.id: (row.site, row.native_id) for row in rows}
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    engine.dispose()
    assert outcome.moved() == {}
    first, links = grouped(stories)
    assert first == {key[row.id]: key[row.cluster_id] for row in rows}
    assert len(set(first.values())) == outcome.as_json()["clusters"] > 20
    expected = {}
    for late, early, seen in outcome.links:
        row = link_row(late, early, seen, AT)
        told = {name: row[name] for name in next(iter(links.values()))}
        expected[key[late], key[early]] = json.loads(json.dumps(told))
    assert links == expected
    assert {link["relation"] for link in links.values()} >= {"exact", "spun", "contains", "excerpt_of", "revised"}


@pytest.mark.slow
def test_they_may_be_elsewhere(pages: Path, stories: Path) -> None:
    files, root = fsspec.filesystem("memory"), f"/{uuid4().hex}"
    files.put(str(pages), f"{root}/pages", recursive=True)
    done = jianbao("recluster", "--pages", f"memory:/{root}/pages", "--to", f"memory:/{root}/stories", "--json")
    told = json.loads(done.output)
    assert (told["articles"], told["paged"]) == (57, 1)
    for path in stories.iterdir():
        assert files.cat_file(f"{root}/stories/{path.name}") == path.read_bytes()
    files.rm(root, recursive=True)


def test_what_cannot_be_grouped_is_told(tmp_path: Path) -> None:
    for words, said in (
        (["--pages", tmp_path], "--pages DIR wants --to DIR"),
        (["--to", tmp_path], "--pages DIR wants --to DIR"),
        (["--pages", tmp_path, "--to", tmp_path, "--dry-run"], "neither --from nor --dry-run"),
        (["--pages", tmp_path, "--to", tmp_path], "holds no pages; make them with `jianbao bulk pages"),
    ):
        done = jianbao("recluster", *words)
        assert done.exit_code == 2
        assert said in done.output


def test_a_damaged_part_is_told(pages: Path, tmp_path: Path) -> None:
    shutil.copytree(pages, tmp_path / "pages")
    [first] = (tmp_path / "pages").glob("first*")
    whole = first.read_bytes()
    words = ["recluster", "--pages", tmp_path / "pages", "--to", tmp_path / "to"]
    first.write_bytes(whole[:5_000])
    done = jianbao(*words)
    assert done.exit_code == 2
    assert f"{first} is no part that was written whole; remove it, and make it again" in done.output
    first.write_bytes(whole[:5_000] + bytes(3_000) + whole[8_000:])
    done = jianbao(*words)
    assert done.exit_code == 2
    assert f"the pages in {tmp_path / 'pages'} cannot be read" in done.output
    assert not (tmp_path / "to").exists()


@pytest.mark.usefixtures("one_spark")
@pytest.mark.parametrize("master", [pytest.param("local[2]", marks=spark)])
def test_spark_gives_the_same_bytes(pages: Path, stories: Path, tmp_path: Path, master: str) -> None:
    done = jianbao("recluster", "--pages", pages, "--to", tmp_path, "--engine", "spark", "--master", master)
    assert done.exit_code == 0, done.output
    assert tree(tmp_path) == tree(stories)
