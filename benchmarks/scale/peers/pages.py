"""Pages: our import of a WARC file beside what others take to read its pages, which store nothing."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq
from sqlalchemy import select

from archive.store.db import opened, reading
from archive.store.models import Article, Capture
from benchmarks.pages import letters
from benchmarks.scale import child
from benchmarks.scale.figures import markdown, written
from crawler.demo.pages import netease_pages, sohu_pages
from crawler.demo.world.truth import World
from crawler.warc.writer import Exchange, WarcFolder

_AT = datetime(2026, 3, 4, tzinfo=UTC)
_MAKERS = {"netease": netease_pages.page, "sohu": sohu_pages.page}
_PEERS = {"trafilatura": "trafilatura", "news-please": "newsplease"}


def measure(folder: Path, seed: int, stories: int, way: child.Way) -> str:
    """A table."""
    truth = write(folder / "warc", seed, stories)
    [warc] = (folder / "warc").glob("*.warc.gz")
    home = folder / "pages"
    spent = way(child.__name__, "jianbao", "--home", str(home), "import", "--jobs", "1", str(warc))
    lines = [[f"a WARC file of {len(truth):,} pages", "ms a page", "memory, MB", "body F1, mean", "pages without text"]]
    lines.append(_line("Jianbao's import, all of it", spent, _stored(home), truth))
    for name, module in _PEERS.items():
        try:
            importlib.import_module(module)
        except Exception as error:  # what keeps a peer from running is its own affair
            lines.append([name, f"left out: {type(error).__name__}", "", "", ""])
            continue
        spent = way(__name__, f"by_{module}", str(warc))
        lines.append(_line(f"{name}: texts alone", spent, spent.told, truth))
    return markdown(lines)


def write(folder: Path, seed: int, stories: int) -> dict[str, str]:
    """The demo portal's pages as a WARC file; the body of each by its address."""
    published = [one for one in World(articles=stories, seed=seed).publications if one.site in _MAKERS]
    writer = WarcFolder(path=folder, max_bytes=10**10, info={"software": "jianbao bench"}, now=lambda: _AT)
    truth = {}
    for place, one in enumerate(published):
        others = [*published[place + 1 : place + 21], *published[:20]][:20]
        url = one.aliases[0] if one.form in ("mobile", "sohu-mobile") else one.url
        writer.write(
            Exchange(
                url=url,
                fetched_at=_AT + timedelta(seconds=place),
                status=200,
                headers=[("Content-Type", f"text/html; charset={one.encoding}")],
                payload=_MAKERS[one.site](one, others).encode(one.encoding),
                request_headers=[("Host", url.split("/")[2])],
            )
        )
        truth[url] = one.body
    writer.close()
    return truth


def by_trafilatura(warc: str) -> dict[str, str]:
    """What its default makes of each page, by its address."""
    import trafilatura

    return {url: trafilatura.extract(page, url=url, include_comments=False) or "" for url, page in _answers(warc)}


def by_newsplease(warc: str) -> dict[str, str]:
    """The same, by its newspaper and readability."""
    from newsplease import NewsPlease

    return {url: _safe(NewsPlease, page, url) for url, page in _answers(warc)}


def _safe(reader: Any, page: bytes, url: str) -> str:
    try:
        return str(reader.from_html(page, url=url).maintext or "")
    except Exception:  # a page that it fails on has no text
        return ""


def _answers(warc: str) -> Iterator[tuple[str, bytes]]:
    from warcio.archiveiterator import ArchiveIterator

    with Path(warc).open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()


def _stored(home: Path) -> dict[str, str]:
    """The body of each page's article, by the address of the page."""
    bodies = select(Capture.url, Article.body).join(Article, Article.id == Capture.article_id)
    with opened(f"sqlite:///{home / 'archive.db'}") as engine, reading(engine) as connection:
        return dict(connection.execute(bodies).tuples().all())


def _line(name: str, spent: child.Spent, found: dict[str, str], truth: dict[str, str]) -> list[str]:
    scores = [_f1(truth[url], found.get(url, "")) for url in truth]
    without = sum(not letters(found.get(url, "")) for url in truth)
    cost = written(1e3 * spent.seconds / len(truth))
    return [name, cost, written(spent.megabytes), f"{sum(scores) / len(scores):.3f}", f"{without:,}"]


def _f1(wanted: str, found: str) -> float:
    gold, got = letters(wanted), letters(found)
    return 2 * LCSseq.similarity(gold, got) / (len(gold) + len(got)) if gold and got else float(gold == got)
