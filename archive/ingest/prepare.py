"""The costly and pure half of storing: cleaning, digests, tokens. It may run in another process than the other half."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, evolve, fields, frozen

from archive.dedup.types import Fingerprint
from archive.flags import NO_TEXT
from archive.ingest.observations import PART
from archive.store.records import ArticleRecord, CaptureRecord, Cause, Item
from archive.text.clean import clean_body, clean_json, clean_line, clean_lines, clean_text

if TYPE_CHECKING:
    from archive.text.fold import Codes


@frozen(kw_only=True)
class Again:
    """A stored capture that was read anew. `capture_id`: whose record it is. `shows_id`, `at`: the capture that showed
    its payload last, which is the same where none repeats it, and when. `showed`: whether it was a look at an article
    before."""

    capture_id: int
    shows_id: int
    at: datetime
    showed: bool


@frozen(kw_only=True)
class Numbers:
    """The numbers that an item's rows had in an archive that is built anew, and keep. `capture`, `run`: of its capture;
    `article`: of its article, None where it shows none."""

    capture: int | None
    run: int | None
    article: int | None


@frozen
class Prepared:
    """An item as rows: `capture` and `article` by column name, {} where there is none.

    `captured_at`: of an article without a capture, as in `Item`. `cause`: as in `Item`. `digest`: see `text_digest`, ""
    without an article. `headline` and `body`: the full-text tokens. `fingerprint`: what the duplicate finder computes
    from the body alone. `repeats`: what tells the capture whose payload this one showed again: its address, digest and
    time; what it showed is known only in the archive. `again`: the stored captures whose record was read anew, None for
    what comes in. `numbers`: of its rows, None where they are to be drawn.
    """

    capture: Mapping[str, Any]
    article: Mapping[str, Any]
    captured_at: datetime | None = None
    digest: str = ""
    headline: str = ""
    body: str = ""
    fingerprint: Fingerprint | None = None
    cause: Cause | None = None
    repeats: tuple[str, str, datetime] | None = None
    again: Again | None = None
    numbers: Numbers | None = None


_CAPTURE: Final = tuple(one.name for one in fields(CaptureRecord) if one.name != "repeats")


def prepare(item: Item) -> Prepared:
    """Make an item ready for the transaction. Pure."""
    return add_indexes(prepare_rows(item))


def add_indexes(prepared: Prepared) -> Prepared:
    """What the full-text and the duplicate index hold of an article; only one that will be stored needs it."""
    return add_all_indexes([prepared])[0]


def add_all_indexes(prepared: Sequence[Prepared]) -> list[Prepared]:
    """`add_indexes` of several items, in half the time."""
    made = iter(all_indexes([(one.article["headline"], one.article["body"]) for one in prepared if one.article]))
    done = []
    for one in prepared:
        if one.article:
            headline, body, fingerprint = next(made)
            done.append(evolve(one, headline=headline, body=body, fingerprint=fingerprint))
        else:
            done.append(one)
    return done


def indexes(headline: str | None, body: str) -> tuple[str, str, Fingerprint]:
    """What the indexes hold of an article's text: the tokens of headline and body, and the fingerprint. Pure."""
    return all_indexes([(headline, body)])[0]


def all_indexes(texts: Sequence[tuple[str | None, str]]) -> list[tuple[str, str, Fingerprint]]:
    """`indexes` of several texts, each a headline and a body. Most of what one text costs is not its characters, but
    that numpy is asked for it."""
    if not texts:
        return []
    # Half a second to load (scipy, for one), which who computes none need not wait for.
    from archive.dedup.fingerprints import fingerprints

    headlines, bodies, forms = all_tokens(texts)
    return list(zip(headlines, bodies, fingerprints([body for _, body in texts], forms), strict=True))


def all_tokens(texts: Sequence[tuple[str | None, str]]) -> tuple[list[str], list[str], "list[Codes]"]:
    """The tokens of headlines and of bodies, and the bodies' comparison forms: folded once for both. Pure."""
    from archive.text.fold import fold_all_positions
    from archive.text.tokens import tokens_of_all

    parts = [headline or "" for headline, _ in texts] + [body for _, body in texts]
    folded = fold_all_positions(parts)
    words = tokens_of_all(parts, folded)
    codes, ends = folded[0].codes, folded[1][len(texts) - 1 :]
    forms = [codes[start:end] for start, end in pairwise(ends)]
    return words[: len(texts)], words[len(texts) :], forms


def prepare_rows(item: Item) -> Prepared:
    """The rows and the digest alone, which tell whether an article is stored already."""
    capture = {} if item.capture is None else _capture_row(item.capture)
    if item.article is None:
        return Prepared(capture, {}, repeats=_repeats(item.capture))
    article = _article_row(item.article)
    digest = text_digest(article["headline"], article["body"], article["flags"])
    if capture:
        capture["text_digest"] = digest
    return Prepared(capture, article, item.captured_at, digest, cause=item.cause)


def text_digest(headline: str | None, body: str, flags: Iterable[str] = ()) -> str:
    """What tells one revision from another: SHA-256 of the headline, a line end, and the body, in hex; `part:` stands
    before it where the flags say that pages of the article are missing."""
    digest = hashlib.sha256(f"{headline or ''}\n{body}".encode()).hexdigest()
    return PART + digest if "incomplete" in flags else digest


def _article_row(article: ArticleRecord) -> dict[str, Any]:
    return {
        "site": clean_line(article.site) or "",
        "native_id": clean_line(article.native_id) or "",
        "url": clean_line(article.url) or "",
        "headline": clean_line(article.headline),
        "original_title": clean_line(article.original_title),
        "body": clean_body(article.body),
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "modified_at": article.modified_at,
        "source_name": clean_line(article.source_name),
        "account_name": clean_line(article.account_name),
        "authors": clean_lines(article.authors),
        "editor": clean_line(article.editor),
        "keywords": clean_lines(article.keywords),
        "location": clean_line(article.location),
        "images": [clean_json(asdict(image)) for image in article.images],
        "flags": [flag for flag in clean_lines(article.flags) if flag != NO_TEXT],
        "template": clean_line(article.template),
        "confidence": article.confidence,
        "blocks": [_block_row(block) for block in article.blocks],
    }


def _block_row(block: Any) -> dict[str, Any]:
    """A block without the fields that have their default: most are plain paragraphs."""
    row: dict[str, Any] = {"kind": clean_text(block.kind), "text": clean_text(block.text)}
    if block.level:
        row["level"] = block.level
    if block.links:
        row["links"] = clean_json(block.links)
    if block.url:
        row["url"] = clean_text(block.url)
    return row


def _repeats(capture: CaptureRecord | None) -> tuple[str, str, datetime] | None:
    if capture is None or capture.repeats is None or capture.digest is None:
        return None
    url, at = capture.repeats
    return clean_line(url) or "", clean_line(capture.digest) or "", at


def _capture_row(capture: CaptureRecord) -> dict[str, Any]:
    row = {name: getattr(capture, name) for name in _CAPTURE}
    for name, value in row.items():
        if isinstance(value, str):
            row[name] = clean_line(value)
    return {**row, "url": row["url"] or "", "text_digest": None, "repeats_id": None}
