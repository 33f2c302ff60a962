"""The registry: our sites and the user's, and which of them an address belongs to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import UsageError
from crawler.capture.role import Role, identity, resolve, role_of
from crawler.pages.page import Identity
from crawler.sites.registry import find_site, find_source, load_sites
from crawler.warc.raw import RawCapture

SITE = """
from crawler.pages.template.site import Site, Source, Target
from crawler.sites.lists import html_links

SITE = Site(
    name="{name}", title="站", hosts=("{name}.example",),
    target=lambda url: Target(kind="article", native_id=url[-1], url=url) if "/a/" in url else None,
    sources=(Source(name="front", urls=("https://{name}.example/new",), parse=html_links),),
)
"""


def answer(url: str, requested: str | None = None) -> RawCapture:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    return RawCapture(url=url, captured_at=at, payload=b"", content_type="application/json", requested=requested)


def test_it_follows_the_environment_in_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists and identities too, which are asked for by other rooms."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.py").write_text(SITE.format(name=name), encoding="utf-8")
    for name, other in (("one", "two"), ("two", "one")):
        monkeypatch.setenv("JIANBAO_SITES", str(tmp_path / name))
        assert list(load_sites()) == ["netease", "sohu", name]
        ours, theirs = f"https://{name}.example/", f"https://{other}.example/"
        site = find_site(ours)
        assert site is load_sites()[name]
        assert find_source(f"{ours}new") == (site, load_sites()[name].sources[0])
        assert role_of(answer(f"{ours}new")) is Role.LIST
        assert role_of(answer(f"{ours}moved", f"{ours}new")) is Role.LIST
        assert identity(f"{ours}a/7") == Identity(site=name, native_id="7", canonical_url=f"{ours}a/7")
        assert resolve(f"{ours}a/7") == (name, "7", f"{ours}a/7")
        assert find_site(theirs) is find_source(f"{theirs}new") is identity(f"{theirs}a/7") is None
        assert role_of(answer(f"{theirs}new")) is Role.OTHER
    monkeypatch.delenv("JIANBAO_SITES")
    assert list(load_sites()) == ["netease", "sohu"]


TWO_READINGS = """
from crawler.pages.template.site import Site, Source
from crawler.sites.lists import html_links, json_list

PLACE = "https://three.example/api"
SITE = Site(
    name="three", title="站", hosts=("three.example",), target=lambda url: None,
    sources=(
        Source(name="news", urls=(PLACE,), posts=('{{"topic": 1}}',), parse=html_links),
        Source(name="sport", urls=(PLACE,), posts=('{{"topic": 2}}',), parse={second}),
    ),
)
"""


def test_sources_that_post_to_one_address_read_its_answers_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, second in (("alike", "html_links"), ("apart", 'json_list(url="link")')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "three.py").write_text(TWO_READINGS.format(second=second), encoding="utf-8")
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path / "alike"))
    assert find_source("https://three.example/api") == (load_sites()["three"], load_sites()["three"].sources[0])
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path / "apart"))
    with pytest.raises(UsageError, match="three: the sources 'news' and 'sport' ask the same address"):
        load_sites()


def test_names_and_folders_that_will_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.py").write_text(SITE.format(name="sohu"), encoding="utf-8")
    for folder, says in ((tmp_path, "already a site named 'sohu'"), (tmp_path / "none", "is not a folder")):
        monkeypatch.setenv("JIANBAO_SITES", str(folder))
        with pytest.raises(UsageError, match=says):
            load_sites()


EDITION = """
from attrs import evolve

from crawler.pages.template.template import Template
from crawler.sites.sohu import SITE as PORTAL

SITE = evolve(PORTAL, templates=(Template(name="sohu-new", body=("#new",)), *PORTAL.templates))
"""
ASKING = """
from attrs import evolve

from crawler.sites.registry import load_sites

SITE = evolve(load_sites()["sohu"], title="搜")
"""


def test_another_edition_of_a_portal_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a template that broke is mended without touching what is installed."""
    (tmp_path / "sohu_new.py").write_text(EDITION, encoding="utf-8")
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path))
    assert list(load_sites()) == ["netease", "sohu"]
    assert [one.name for one in load_sites()["sohu"].templates[:2]] == ["sohu-new", "sohu-mp"]
    site = find_site("https://www.sohu.com/a/749000001_121000001")
    assert site is load_sites()["sohu"]


def test_a_file_that_asks_for_the_sites_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asking.py").write_text(ASKING, encoding="utf-8")
    monkeypatch.setenv("JIANBAO_SITES", str(tmp_path))
    with pytest.raises(UsageError, match="a site file asks for the sites while they are loaded"):
        load_sites()
