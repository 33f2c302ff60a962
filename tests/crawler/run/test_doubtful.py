"""Pages that contradict themselves, or do not say what they are: kept, flagged, and never passed as clean."""

import re
from pathlib import Path

import pytest
from attrs import evolve

from crawler.capture.item import capture_item
from crawler.run.reading.answer import doubts
from crawler.warc.raw import RawCapture
from tests.crawler.pages.stored import PORTALS
from tests.crawler.run import paged
from tests.crawler.run.run import Archive
from tests.crawler.warc.test_writer import exchange, folder

pytestmark = pytest.mark.slow

PAGE = paged.page(1, lines={1: paged.LINES[1]}).decode("gbk")
TIME = '<div class="ep-time-soure cDGray">2015-07-03 15:02:45　'


def doubt(page: str, url: str = paged.address(1)) -> str:
    raw = RawCapture(url=url, captured_at=paged.AT, payload=page.encode("gbk"), content_type="text/html; charset=GBK")
    return doubts(capture_item(raw))


@pytest.mark.parametrize(
    ("page", "url", "expected"),
    [
        (PAGE, paged.address(1), ""),
        (PAGE.replace(TIME, TIME.replace("07-03", "07-09")), paged.address(1), "time_contradicts_id"),
        (PAGE, "http://money.163.com/nobody/knows.html", "no_id"),
        (PAGE.replace(TIME, TIME[:-20]), paged.address(1), ""),
        (
            PAGE.replace("endText", "newText"),
            paged.address(1),
            "unknown_template (no template of the site fits; most of netease-ep is there, but not its body)",
        ),
    ],
    ids=["in order", "time", "no id", "time from the id", "template"],
)
def test_what_is_doubtful(page: str, url: str, expected: str) -> None:
    assert doubt(page, url) == expected


def test_a_page_that_names_another_id() -> None:
    file = PORTALS / "netease-post-news.html"
    docid = re.findall(r"/article/(\w{16})\.html", file.read_text())[0]
    raw = RawCapture(
        url=f"https://www.163.com/news/article/{docid}.html", captured_at=paged.AT, payload=file.read_bytes()
    )
    assert doubts(capture_item(raw)) == ""
    other = evolve(raw, url=raw.url.replace(docid, docid[:-1] + "Z"))
    assert doubts(capture_item(other)) == "id_contradicts"


@pytest.mark.parametrize(("day", "code"), [("07-03", 0), ("07-09", 3)])
def test_an_import_says_so(tmp_path: Path, day: str, code: int) -> None:
    writer = folder(tmp_path / "warc")
    headers = [("Content-Type", "text/html; charset=GBK")]
    content = PAGE.replace("07-03", day).encode("gbk")
    writer.write(exchange(url=paged.address(1), payload=content, headers=headers))
    writer.close()
    archive = Archive(tmp_path / "home")
    done = archive.run("import", *map(str, (tmp_path / "warc").glob("*.gz")))
    assert done.returncode == code, done.stderr
    assert archive.last_run()["doubtful"] == (code == 3)
    assert len(archive.articles()) == 1
