"""Damaged pages through extraction, and what the indexes make of them.

None may raise, take two seconds of processor time, or the process over 500 MB.

    python -m benchmarks.mutate --pages 20000 [--seed 1] [--jobs 2]

The pages are our own test pages, and the real ones in ../shared where they are. Each is damaged in one way or several:
cut off, bytes shuffled, tags deleted, attributes doubled or by the hundred thousand, white space without end, read in
another charset, packed once or twice with a bomb behind it, and worse. The same seed damages them the same way. Ends
with exit code 1 if a page failed, and names it by its number, so that it can be made again.
"""

import argparse
import gzip
import json
import random
import re
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

import brotli
from attrs import define, field, frozen
from backports import zstd

from archive.ingest.prepare import prepare
from archive.store.records import Item
from crawler.capture.item import capture_page
from crawler.pages.page import Outcome
from crawler.warc.raw import RawCapture
from tests.crawler.pages.stored import OPEN, PORTALS, expected

ROOT = Path(__file__).resolve().parents[1]
AT = datetime(2026, 3, 4, tzinfo=UTC)
SECONDS = 2.0
MEGABYTES = 500

_TAG = re.compile(rb"<[^<>]{1,400}>")
_ATTRIBUTE = re.compile(rb"""\s[\w-]{1,30}=(?:"[^"<>]{0,200}"|'[^'<>]{0,200}')""")
_CHARSETS = ("utf-8", "gb18030", "big5", "utf-16", "latin-1", "shift_jis")


@frozen
class Source:
    """A page to damage, its address, and the charset that it is in."""

    name: str
    url: str
    data: bytes
    charset: str


def truncated(data: bytes, source: Source, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def shuffled(data: bytes, source: Source, dice: random.Random) -> bytes:
    """A stretch of up to 2,000 bytes in another order."""
    start = dice.randrange(len(data) + 1)
    piece = bytearray(data[start : start + dice.randrange(2, 2_000)])
    dice.shuffle(piece)
    return data[:start] + bytes(piece) + data[start + len(piece) :]


def flipped(data: bytes, source: Source, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 200)):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def tags_deleted(data: bytes, source: Source, dice: random.Random) -> bytes:
    share = dice.random()
    return _TAG.sub(lambda tag: b"" if dice.random() < share else tag[0], data)


def tags_moved(data: bytes, source: Source, dice: random.Random) -> bytes:
    """Every tenth tag or so is another of the page's tags."""
    tags = _TAG.findall(data) or [b"<p>"]
    return _TAG.sub(lambda tag: dice.choice(tags) if dice.random() < 0.1 else tag[0], data)


def attributes_doubled(data: bytes, source: Source, dice: random.Random) -> bytes:
    return _ATTRIBUTE.sub(lambda attribute: attribute[0] * (2 if dice.random() < 0.5 else 1), data)


def attributes_swapped(data: bytes, source: Source, dice: random.Random) -> bytes:
    attributes = _ATTRIBUTE.findall(data) or [b' class="x"']
    return _ATTRIBUTE.sub(lambda one: dice.choice(attributes) if dice.random() < 0.2 else one[0], data)


def charset_swapped(data: bytes, source: Source, dice: random.Random) -> bytes:
    """The text in another encoding; what the page declares stays."""
    return data.decode(source.charset, "replace").encode(dice.choice(_CHARSETS), "replace")


def bytes_lost(data: bytes, source: Source, dice: random.Random) -> bytes:
    """Single bytes gone, so that what follows in a two-byte charset is shifted."""
    places = {dice.randrange(len(data) + 1) for _ in range(dice.randrange(1, 60))}
    return bytes(byte for place, byte in enumerate(data) if place not in places)


def pieces_repeated(data: bytes, source: Source, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    piece = data[start : start + dice.randrange(1, 400)]
    return data[:start] + piece * dice.randrange(2, 300) + data[start:]


def rubbish_inserted(data: bytes, source: Source, dice: random.Random) -> bytes:
    rubbish = dice.choice(
        [
            b"\0" * 50,
            b"\xed\xa0\x80",
            b"<!--",
            b"<![CDATA[",
            b"<script>",
            b"&#xD800;&#0;&bogus;",
            b"<div>" * 3_000,
            b"<a href='",
            b"]]>",
            "\ufeff\u202e\u200b".encode(),
            b"</body></html>",
        ]
    )
    place = dice.randrange(len(data) + 1)
    return data[:place] + rubbish + data[place:]


def attributes_multiplied(data: bytes, source: Source, dice: random.Random) -> bytes:
    """A tag with up to 300,000 attributes."""
    tags = list(islice(_TAG.finditer(data), 300))
    place = dice.choice(tags).end() - 1 if tags else 0
    form = dice.choice((b" a%d=1", b" a%d", b' a%d=">"', b" a%d='<'", b"\na%d = x", b"/a%d"))
    many = dice.choice((100, 5_000, 300_000))
    return data[:place] + b"".join(form % number for number in range(many)) + data[place:]


def space_stretched(data: bytes, source: Source, dice: random.Random) -> bytes:
    """60,000 characters of white space, or of what is hardly more, in the text."""
    space = dice.choice(
        (" ", "\n", "\t", "\u3000", "\u00a0", "&nbsp;", "\u200b", " \n", "·", "“ ", "（", "——", "1 ", "|")
    )
    place = _between_tags(data, dice)
    return data[:place] + space.encode(source.charset, "replace") * (60_000 // len(space)) + data[place:]


def cells_repeated(data: bytes, source: Source, dice: random.Random) -> bytes:
    """A table of quotes."""
    row = "<tr><td>60{:04d}</td><td>{}.{:02d}</td><td>+{}%</td><td>买入</td></tr>"
    rows = "".join(row.format(n, n % 97, n % 89, n % 7) for n in range(dice.randrange(10, 3_000)))
    place = _between_tags(data, dice)
    return data[:place] + f"<table>{rows}</table>".encode(source.charset, "replace") + data[place:]


def _between_tags(data: bytes, dice: random.Random) -> int:
    tags = list(_TAG.finditer(data))
    return dice.choice(tags).end() if tags else 0


Mutation = Callable[[bytes, Source, random.Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    truncated,
    shuffled,
    flipped,
    tags_deleted,
    tags_moved,
    attributes_doubled,
    attributes_swapped,
    charset_swapped,
    bytes_lost,
    pieces_repeated,
    rubbish_inserted,
    attributes_multiplied,
    space_stretched,
    cells_repeated,
)

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "deflate": lambda data: zlib.compress(data, 1),
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstd.compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data, 1, mtime=0), quality=1),
    "none": lambda data: data,
}


@cache
def bomb() -> bytes:
    """A gzip member of 64 MB."""
    return gzip.compress(bytes(64 * 2**20), mtime=0)


def packed(data: bytes, dice: random.Random) -> tuple[str, bytes]:
    """The page as a server may pack it, one in five: now and then without its end, or with a bomb behind it."""
    if dice.random() < 0.8:
        return "", data
    encoding = dice.choice(list(PACKERS))
    payload = PACKERS[encoding](data)
    chance = dice.random()
    if chance < 0.2:
        return encoding, payload[: dice.randrange(len(payload) + 1)]
    return encoding, payload + bomb() if encoding == "gzip" and chance > 0.7 else payload


@define
class Report:
    """What became of the pages: how many of each damage and outcome, the slowest, and what failed. Seconds are of
    processor time; `megabytes`: the most that a process ever held."""

    pages: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(factory=Counter)
    outcomes: Counter[str] = field(factory=Counter)
    slowest: dict[str, float] = field(factory=dict)
    failures: list[str] = field(factory=list)
    megabytes: float = 0.0

    def add(self, other: "Report") -> None:
        """Takes in what another process did."""
        self.pages += other.pages
        self.seconds += other.seconds
        self.kinds += other.kinds
        self.outcomes += other.outcomes
        for kind, seconds in other.slowest.items():
            self.slowest[kind] = max(seconds, self.slowest.get(kind, 0.0))
        self.failures += other.failures
        self.megabytes = max(self.megabytes, other.megabytes)


def sources(shared: bool = True) -> list[Source]:
    """Our own pages in every template and shape, and those of ../shared if they are there (and wanted)."""
    found = [(PORTALS / f"{name}.html", page["url"]) for name, page in expected(PORTALS).items()]
    found += [(path, "https://open.example/a/1.html") for path in sorted(OPEN.glob("*.html"))]
    pages = ROOT.parent / "shared" / "pages"
    if shared and (pages / "pages.jsonl").exists():
        rows = map(json.loads, (pages / "pages.jsonl").read_text(encoding="utf-8").splitlines())
        found += [(pages / row["file"], row["url"]) for row in rows]
    made = []
    for path, url in found:
        data = path.read_bytes()
        try:
            data.decode("utf-8")
            charset = "utf-8"
        except UnicodeDecodeError:
            charset = "gb18030"
        made.append(Source(path.name, url, data, charset))
    return made


def damaged(number: int, seed: int, among: list[Source]) -> tuple[Source, str, str, bytes]:
    """The page of this number: its source, the damage's name, its encoding and the bytes as transferred."""
    dice = random.Random(f"{seed}:{number}")
    source = dice.choice(among)
    chosen = dice.sample(MUTATIONS, k=1 if dice.random() < 0.7 else dice.randrange(2, 5))
    data = source.data
    for mutation in chosen:
        data = mutation(data, source, dice)
    return source, chosen[0].__name__ if len(chosen) == 1 else "several", *packed(data, dice)


def run(numbers: "range", seed: int, among: list[Source]) -> Report:
    """Damages and extracts the pages of these numbers, one after the other."""
    report = Report()
    for number in numbers:
        source, kind, encoding, data = damaged(number, seed, among)
        raw = RawCapture(url=source.url, captured_at=AT, payload=data, content_type="text/html", encoding=encoding)
        started = time.process_time()
        page = capture_page(raw)
        prepare(Item(capture=None, article=page.article()))
        seconds = time.process_time() - started
        report.pages += 1
        report.seconds += seconds
        report.kinds[kind] += 1
        report.outcomes[str(page.outcome)] += 1
        report.slowest[kind] = max(seconds, report.slowest.get(kind, 0.0))
        if page.outcome is Outcome.BROKEN and not encoding:
            report.failures.append(f"page {number} ({source.name}, {kind}): {page.detail}")
        if seconds > SECONDS:
            report.failures.append(f"page {number} ({source.name}, {kind}): {seconds:.1f} s of processor time")
    report.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return report


def _part(task: tuple["range", int]) -> Report:
    return run(*task, sources())


def run_all(pages: int, seed: int, jobs: int) -> Report:
    """The pages in parts of a thousand, over `jobs` processes."""
    parts = [(range(start, min(start + 1_000, pages)), seed) for start in range(0, pages, 1_000)]
    report = Report()
    if jobs == 1:
        among = sources()
        results: Iterator[Report] = (run(numbers, seed, among) for numbers, _ in parts)
        for part in results:
            report.add(part)
    else:
        with ProcessPoolExecutor(jobs) as pool:
            for part in pool.map(_part, parts):
                report.add(part)
    if report.megabytes > MEGABYTES:
        report.failures.append(f"a process took {report.megabytes:.0f} MB")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    report = run_all(options.pages, options.seed, options.jobs)
    print(f"{'damage':20} {'pages':>7} {'slowest':>10}")
    for kind, pages in sorted(report.kinds.items()):
        print(f"{kind:20} {pages:7,} {report.slowest[kind] * 1000:7.0f} ms")
    mean = report.seconds / max(report.pages, 1) * 1000
    print(f"{'all':20} {report.pages:7,} {max(report.slowest.values(), default=0) * 1000:7.0f} ms   mean {mean:.1f} ms")
    print("outcomes: " + ", ".join(f"{name} {count:,}" for name, count in report.outcomes.most_common()))
    print(f"peak memory {report.megabytes:.0f} MB; failures {len(report.failures)}")
    for failure in report.failures[:50]:
        print(f"  {failure}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
