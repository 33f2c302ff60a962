"""`jianbao fetch`: what comes of addresses that a person names, and what is not fetched."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive.text.address import MAX_BYTES
from crawler.demo.server import Answer, text
from crawler.guard import why_not_public
from tests.crawler.run.run import Archive
from tests.crawler.warm import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.demo.proxy import Proxy

PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><div class='c'>{1}</div></body></html>"
LINES = "".join(f"<p>第{n}段，桥在河上，人在桥上走，说的是一座新桥的事情，大家都很高兴。</p>" for n in range(12))


@pytest.mark.slow
def test_what_comes_of_addresses(start_portal: "Callable[..., Proxy]", tmp_path: Path) -> None:
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_RECHECK_SHARE": "0"})
    one, gone, broken = sorted(
        (one for one in proxy.world.publications if one.site == "sohu" and "/a/" in one.url), key=lambda one: one.url
    )[:3]
    clip, missing = "http://www.clip.example/2026/bridge.html", "http://www.clip.example/none.html"
    long = f"http://www.clip.example/{'x' * MAX_BYTES}"
    proxy.faults[clip] = text(PAGE.format("新桥通车", LINES))
    proxy.faults[missing] = text("<html><title>404</title></html>", status=404)
    for name in ("www.clip.example", "barred.example"):
        rules = "User-agent: *\nDisallow: /" + ("" if name.startswith("barred") else "nothing")
        proxy.faults[f"http://{name}/robots.txt"] = text(rules, content_type="text/plain")
    chinese = "http://www.新桥.example/bridge.html"
    proxy.faults["http://www.xn--efv33d.example/bridge.html"] = text(PAGE.format("新桥合龙", LINES))
    proxy.faults[gone.url] = Answer(404, b"")
    proxy.faults[broken.url] = Answer(503, b"")

    def told(*words: str, code: int) -> list[dict[str, Any]]:
        done = archive.run("fetch", "--json", *words)
        assert done.returncode == code, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    [first] = told(one.url, code=0)
    assert (first["url"], first["outcome"], first["article_id"]) == (one.url, "article", 1)
    shown = archive.articles()[("sohu", one.native_id)]
    again = archive.run("fetch", one.url)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"article          {one.url}  jianbao show 1\n"
    assert archive.articles()[("sohu", one.native_id)] == shown, "it is looked at, and is as it was"
    assert archive.rows("SELECT count(*) FROM capture WHERE repeats_id IS NOT NULL") == [(1,)], "a revisit record"
    assert proxy.served[("sohu", one.native_id)] == 2
    proxy.requests.clear()
    words = [
        clip,
        missing,
        gone.url,
        broken.url,
        "http://barred.example/x.html",
        "http://127.0.0.1/x",
        "ftp://a.example/",
        chinese,
        long,
    ]
    found = {line["url"]: line for line in told(*words, code=3)}
    assert {url: line["outcome"] for url, line in found.items()} == {
        clip: "article",
        missing: "gone",
        gone.url: "gone",
        broken.url: "server_error",
        "http://barred.example/x.html": "robots",
        "http://127.0.0.1/x": "refused",
        "ftp://a.example/": "refused",
        chinese: "article",
        long: "refused",
    }
    assert not any("127.0.0.1" in url for url in proxy.requests)
    assert "http://barred.example/x.html" not in proxy.requests
    stored = {(site, row[1]) for (site, _), row in archive.articles().items()}
    assert stored >= {("clip.example", "新桥通车"), ("xn--efv33d.example", "新桥合龙")}
    report = json.loads(archive.run("runs", "show", "3", "--json").stdout)
    assert report["run"]["kind"] == "fetch"
    assert {one["cause"] for one in report["problems"]} == {"server_error", "robots", "refused"}
    # The crawl goes on from there: what is there is not fetched again.
    proxy.faults.clear()
    served = proxy.served[("sohu", one.native_id)]
    assert archive.run("crawl", "sohu").returncode == 0
    assert proxy.served[("sohu", one.native_id)] == served
    proxy.faults[clip] = Answer(404, b"")
    [line] = told(clip, code=3)
    assert line["outcome"] == "broken", "one answer does not tell that it is no more"
    assert archive.rows("SELECT DISTINCT state FROM article") == [("live",)]


@pytest.mark.slow
def test_addresses_from_standard_input_while_a_crawl_goes_on(
    start_portal: "Callable[..., Proxy]", tmp_path: Path
) -> None:
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", proxy.environment())
    first, second = sorted(
        (one for one in proxy.world.publications if one.site == "sohu" and "/a/" in one.url), key=lambda one: one.url
    )[:2]
    program = "from crawler.cli import main; main()"
    command = [sys.executable, "-c", program, "--home", str(archive.home), "fetch", "-"]
    with archive.start("crawl", "netease") as crawl:
        with proxy.held(lambda url: "163.com" in url and not url.endswith("robots.txt")) as waiting:
            assert waiting.wait(60)
            done = subprocess.run(
                command,
                input=f"# two of them\n{first.url}\n\n  {second.url}  \n{first.url}\n",
                env=archive.env(PYTHONPATH=str(ROOT), LC_ALL="C"),
                capture_output=True,
                text=True,
                check=False,
            )
        crawl.communicate(timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["article", one.url] for one in (first, second)]
    assert crawl.returncode in (0, 3)
    assert proxy.served[("sohu", first.native_id)] == 1
    assert len({name for (name,) in archive.rows("SELECT DISTINCT warc_file FROM capture")}) == 2, "a file each"
    assert not list(archive.home.glob("warc/*.open"))


def test_what_is_no_address_of_the_public_internet(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    for url, why in (
        ("http://localhost/", "localhost is no name of the public internet"),
        ("http://printer.local/", "printer.local is no name of the public internet"),
        ("http://10.0.0.1/", "10.0.0.1 is in a private network"),
        ("http://[::1]/", "::1 is in a private network"),
        ("http://2130706433/", "2130706433 is no name of the public internet"),
        ("http://0x7f.1/", "0x7f.1 is no name of the public internet"),
        ("http://127.1/", "127.1 is no name of the public internet"),
        ("http://169.254.169.254/latest", "169.254.169.254 is in a private network"),
        ("https://me:secret@clip.example/", "it carries a password"),
        ("file:///etc/passwd", "file is not http or https"),
        ("clip.example/x", "it does not begin with http:// or https://"),
        (f"http://clip.example/{'桥' * 700}", "it is longer than 2000 bytes"),
        ("http://[", "it is malformed"),
    ):
        assert why_not_public(url) == why, url
    assert why_not_public("https://8.8.8.8/") is None
    assert why_not_public("http://新闻.中国/") is None
    done = archive.run("fetch", "http://10.0.0.1/")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "jianbao: not fetched: http://10.0.0.1/: 10.0.0.1 is in a private network\n"
    assert not archive.home.exists()
