"""WARC files small and mean: copies, chains, excerpts, furniture; an article on three pages in two files, one that
changes and changes back, an answer that repeats another one, records that are broken, what is no page, a file that is
no WARC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.warc.response import digest_of
from crawler.warc.writer import Repeats
from tests.archive.dedup.copies import cut, noisy, notice, record, reordered, scanned, spaced, spin, text
from tests.crawler.run import paged
from tests.crawler.warc.test_writer import exchange, folder

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HTML = [("Content-Type", "text/html; charset=utf-8")]
FURNITURE = "清口早餐铺的灯每天五点亮起，陪赶路的人喝完第一碗热粥再上船。"


def html(headline: str, body: str, day: int) -> bytes:
    """A page of nobody's template."""
    lines = "".join(f"<p>{line}</p>" for line in body.split("\n"))
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>{headline}</title></head><body>
<div class="nav"><a href="/">首页</a></div><article><h1>{headline}</h1>
<div class="info"><span class="time">2026-02-{day:02d} 08:00:00</span> 来源：河堤日报</div>
<div class="content">{lines}</div></article></body></html>""".encode()


def stories() -> Iterator[tuple[str, str, str, int]]:
    """Site, name, body and day of articles in the order in which they come in."""
    for number in range(4):
        body = text(number, 400)
        yield "one", f"a{number}", body, 1
        yield "two", f"b{number}", spaced(body), 2
        yield "three", f"c{number}", spin(body), 3
        yield "four", f"d{number}", cut(body, 0.7), 3
        yield "five", f"n{number}", notice(number), 1 + number
    star = text(9, 300)
    yield from (
        ("six", f"star{place}", scanned(star, place) if place % 3 else star, 4 + place % 9) for place in range(12)
    )
    # A chain: each holds the end of the one before it and the beginning of the next.
    pieces = [text(20 + place, 250) for place in range(4)]
    yield from (("chain", f"k{place}", f"{pieces[place]}\n{pieces[place + 1]}", 5) for place in range(3))
    yield "chain", "roundup", "\n".join(text(number, 400) for number in range(3)), 6
    yield "one", "noisy", noisy(text(1, 400)), 6
    yield "one", "reordered", reordered(text(2, 400)), 6
    for place in range(14):
        yield "portal", f"f{place}", f"{text(40 + place, 200)}\n{FURNITURE}", 7
    for place in range(5):
        yield "other", f"g{place}", text(40 + place, 200), 8


def page(site: str, name: str, body: str, day: int, minutes: int = 0) -> object:
    """The exchange of one page."""
    headline = str(record(body, name).headline)
    return exchange(
        url=f"https://www.{site}.example/2026/02/{name}.html",
        payload=html(headline, body, day),
        fetched_at=AT + timedelta(minutes=minutes),
        headers=HTML,
    )


def write(path: Path, exchanges: list[object]) -> tuple[Path, list[int]]:
    """A WARC file of these, and where their records begin."""
    writer = folder(path.parent / f".{path.name}")
    offsets = [writer.write(one).offset for one in exchanges]  # type: ignore[arg-type]
    writer.close()
    [made] = (path.parent / f".{path.name}").glob("*.warc.gz")
    return made.rename(path), offsets


def part_of(number: int) -> object:
    """A page of the article on three pages."""
    return exchange(
        url=paged.address(number),
        payload=paged.page(number),
        fetched_at=paged.AT + timedelta(minutes=number),
        headers=[("Content-Type", "text/html; charset=GBK")],
    )


def few(path: Path) -> list[Path]:
    """Two WARC files of three pages each, the second one torn, and one that is none."""
    path.mkdir(parents=True, exist_ok=True)
    pages = [page("one", f"a{place}", text(place, 120), 1, place) for place in range(6)]
    first, second = (
        write(path / f"{name}.warc.gz", some)[0] for name, some in (("first", pages[:3]), ("second", pages[3:]))
    )
    second.write_bytes(second.read_bytes()[:-30])
    none = path / "third.warc.gz"
    none.write_bytes(b"no WARC file at all")
    return [first, second, none]


def files(path: Path) -> list[Path]:
    """The WARC files, in the order in which they are taken in; the last one is none."""
    path.mkdir(parents=True, exist_ok=True)
    every = [page(*story, minutes=place) for place, story in enumerate(stories())]
    half = len(every) // 2
    changed = [page("one", "a0", body, 1, minutes) for body, minutes in ((text(90, 300), 500), (text(0, 400), 600))]
    body = html(str(record(text(1, 400), "a1").headline), text(1, 400), 1)
    repeats = Repeats(
        url="https://www.one.example/2026/02/a1.html", at=AT + timedelta(minutes=5), digest=digest_of(body)
    )
    again = exchange(
        url=repeats.url, payload=b"", fetched_at=AT + timedelta(minutes=700), headers=HTML, repeats=repeats
    )
    gone = exchange(url="https://www.163.com/dy/article/KEQVVAU8000G4401.html", status=404, payload=b"", headers=HTML)
    image = exchange(url="https://img.example/x.png", payload=b"x", headers=[("Content-Type", "image/png")])
    first, _ = write(path / "first.warc.gz", [*every[:half], part_of(1), part_of(3), image])
    second, offsets = write(
        path / "second.warc.gz",
        [every[0], *every[half:], changed[0], part_of(2), gone, again, *changed[1:], page("x", "lost", "", 1)],
    )
    data = bytearray(second.read_bytes())
    data[offsets[3] + 60 : offsets[3] + 80] = b"\xff" * 20
    second.write_bytes(data[:-30])
    none = path / "third.warc.gz"
    none.write_bytes(b"no WARC file at all")
    return [first, second, none]
