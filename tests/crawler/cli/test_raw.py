"""`jianbao raw`, and the raw pages that a server is handed: the captured bytes, or a clear word why not."""

import gzip
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from attrs import astuple
from click.testing import CliRunner, Result
from warcio.archiveiterator import ArchiveIterator

from archive.errors import NotFound, UsageError
from archive.query.captures import page_place, record_place
from archive.raw import Place, first_of
from archive.settings import Home, resolve_home
from archive.store.db import opened, reading
from archive.workers import Ceiling, WorkerEnded
from crawler.capture.raw.pages import StoredPages
from crawler.cli import main
from crawler.warc.writer import Repeats, WarcFolder
from tests.crawler.pages.stored import PORTALS, expected
from tests.crawler.warc.test_writer import exchange

URL = expected(PORTALS)["netease-post-news"]["url"]
PAGE = (PORTALS / "netease-post-news.html").read_bytes()
LATER = datetime(2026, 3, 6, tzinfo=UTC)
GONE = "https://www.163.com/dy/article/KGONE000000000AB.html"
HUGE = "https://www.163.com/dy/article/KHUGE000000000AB.html"


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one packed page, which was looked at twice; a page that is none, and one of many megabytes."""
    folder = tmp_path_factory.mktemp("raw")
    files = WarcFolder(path=folder / "files", max_bytes=10**9, info={})
    place = files.write(exchange(url=URL, payload=gzip.compress(PAGE, mtime=0)))
    before = Repeats(url=URL, at=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC), digest=place.digest)
    files.write(exchange(url=URL, payload=b"", status=304, headers=[], fetched_at=LATER, repeats=before))
    files.write(exchange(url=GONE, payload=b"\x00\xff", status=404, headers=[], fetched_at=LATER))
    huge = gzip.compress(PAGE + b"<!--" + b"x" * 5_000_000 + b"-->", mtime=0)
    files.write(exchange(url=HUGE, payload=huge, fetched_at=LATER + timedelta(hours=1)))
    files.close()
    (path,) = (folder / "files").glob("*.warc.gz")
    done = run(folder / "home", "import", str(path))
    assert "Traceback" not in done.output
    return folder / "home"


@pytest.fixture(scope="module")
def pages(home: Path) -> Iterator[StoredPages]:
    with StoredPages(resolve_home(str(home))) as pages:
        yield pages


@pytest.fixture(autouse=True)
def one_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of a test read through one process: each would begin one of its own."""
    pages = request.getfixturevalue("pages")
    monkeypatch.setattr("crawler.capture.raw.pages.StoredPages", lambda home: Kept(pages, home))


class Kept:
    """The pages of another home, read by the same process, which outlives it."""

    def __init__(self, pages: StoredPages, home: Home) -> None:
        self.pages, self.home = pages, home

    def __getattr__(self, name: str) -> object:
        def read(place: Place) -> object:
            return getattr(self.pages, name)(Place(str(self.home.warc_file(place.file)), *astuple(place)[1:]))

        return read

    def close(self) -> None:
        """Not yet."""


def place_of(home: Path, capture: int, *, own: bool = False) -> Place:
    with opened(f"sqlite:///{home}/archive.db") as engine, reading(engine) as connection:
        return (record_place if own else page_place)(connection, capture)


def records(data: bytes) -> list[tuple[str, str | None, bytes]]:
    """The records of a WARC file as warcio reads them: type, address, unpacked payload."""
    return [
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
        for record in ArchiveIterator(BytesIO(data))
    ]


def test_the_page_is_given_byte_for_byte(home: Path, tmp_path: Path) -> None:
    for words in (["1"], ["capture:1"], ["1", "--capture", "4"], ["capture:4"], [URL], ["1", "--to", "-"]):
        assert run(home, "raw", *words).stdout_bytes == PAGE
    assert run(home, "raw", "capture:2").stdout_bytes == b"\x00\xff"
    target = tmp_path / "page.html"
    done = run(home, "raw", "1", "--to", str(target))
    assert (target.read_bytes(), done.stdout_bytes) == (PAGE, b"")
    assert f"wrote {target}: {len(PAGE):,} bytes" in done.stderr


def test_the_record_is_a_warc_file_of_one_record(home: Path) -> None:
    for named, kind, payload in (
        ("1", "response", PAGE),
        ("capture:1", "response", PAGE),
        ("capture:4", "revisit", b""),
    ):
        done = run(home, "raw", named, "--record")
        assert records(done.stdout_bytes) == [(kind, URL, payload)]
    said = run(home, "raw", "1", "--headers").stdout_bytes.decode()
    assert said.startswith("WARC/1.1\r\n")
    assert "\r\n\r\nHTTP/1.1 200 OK\r\n" in said
    assert said.endswith("Server: nginx\r\n\r\n")
    assert "WARC-Refers-To-Target-URI" in run(home, "raw", "capture:4", "--headers").stdout


def test_a_record_inside_a_larger_member_is_given_alone(home: Path, tmp_path: Path) -> None:
    """As other writers pack whole files: it has no bytes of its own, so it is cut out of the unpacked file."""
    (path,) = (home / "warc").glob("*.warc.gz")
    packed = gzip.compress(gzip.decompress(path.read_bytes()))
    (tmp_path / "whole.warc.gz").write_bytes(packed)
    run(tmp_path / "home", "import", str(tmp_path / "whole.warc.gz"))
    assert records(run(tmp_path / "home", "raw", "1", "--record").stdout_bytes) == [("response", URL, PAGE)]
    assert run(tmp_path / "home", "raw", "1").stdout_bytes == PAGE
    assert run(tmp_path / "home", "raw", "1", "--headers").stdout == run(home, "raw", "1", "--headers").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["99"], 9, "no article '99'"),
        (["capture:99"], 9, "no capture 99"),
        (["1", "--capture", "2"], 9, "capture 2 is none of article 1"),
        (["capture:1", "--capture", "2"], 2, "capture:1 is one capture, --capture 2 another one"),
        (["1", "--record", "--headers"], 2, "two things"),
        (["1", "--to", "/nowhere/page.html"], 6, "/nowhere/page.html cannot be written: No such file or directory"),
    ],
)
def test_clear_errors(home: Path, words: list[str], code: int, said: str) -> None:
    done = run(home, "raw", *words)
    assert (done.exit_code, done.stdout_bytes) == (code, b"")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_terminal_is_handed_binary_bytes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a page that would drive it."""
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda self: True)
    for words in (["capture:2"], ["1", "--record"], ["1", "--record", "--to", "-"]):
        done = run(home, "raw", *words)
        assert (done.exit_code, done.stdout_bytes) == (2, b"")
        assert "no text that a terminal can show" in done.stderr
    assert run(home, "raw", "1", "--headers").stdout.startswith("WARC/1.1\n")
    assert run(home, "raw", "1").stdout == PAGE.decode()


def test_what_explain_says_comes_as_values(home: Path, pages: StoredPages) -> None:
    first, again = (pages.explained(place_of(home, capture)) for capture in (1, 4))
    assert first == again, "a look that found nothing new showed the page that it repeats"
    assert first.outcome == "article"
    assert first.as_json()["fields"]["site"] == "netease"
    kept = [line for line in first.lines if line.kept]
    assert first.body == "\n".join(line.text for line in kept if line.text)
    stripped = next(line for line in first.lines if line.rule == "netease.original_title")
    assert (stripped.kept, stripped.why, stripped.field) == (False, "p.otitle", "original_title")
    assert first.agreement is not None


def test_a_record_that_is_not_to_be_had_is_told(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "home"
    shutil.copytree(home, other)
    (path,) = (other / "warc").glob("*.warc.gz")
    place = place_of(other, 1)
    data = path.read_bytes()
    with StoredPages(resolve_home(str(other))) as pages:
        path.write_bytes(data[:10])
        for read in (pages.page, pages.record, pages.headers, pages.explained):
            with pytest.raises(UsageError, match=r"no whole record|empty"):
                read(place)
        path.write_bytes(data[: place.offset] + b"\0" * 80 + data[place.offset + 80 :])
        with pytest.raises(UsageError, match="has no whole record at byte"):
            pages.explained(place)
        third = place_of(other, 2)
        path.write_bytes(data[third.offset :])
        with pytest.raises(UsageError, match=r"holds another record|no whole record"):
            pages.record(Place(place.file, 0, third.length, place.url, place.digest))
        path.unlink()
        with pytest.raises(UsageError, match="cannot read"):
            first_of([place, third], pages.page)
    with pytest.raises(NotFound):
        place_of(other, 99)


def test_a_page_that_costs_too_much_costs_itself(home: Path) -> None:
    huge = place_of(home, 3)
    with StoredPages(resolve_home(str(home)), ceiling=Ceiling(megabytes=6)) as pages:
        with pytest.raises(
            WorkerEnded, match=r"the page at byte \d+ of .* is not read: .*`jianbao raw` has its record"
        ):
            pages.explained(huge)
        assert pages.page(place_of(home, 1)).content == PAGE, "the next one is read"
