"""Who may have written a page's text, and who edited it: candidates from bylines, labels, classes, links, the head."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from crawler.pages.fields.bylines import edges, reported_by, signed_by, written_by
from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import Credits, clean_editor, label_kind, read_credits
from crawler.pages.fields.evidence.candidates import Found
from crawler.pages.fields.evidence.classify import Kind, classify, is_medium
from crawler.pages.fields.evidence.spans import Span
from crawler.pages.fields.lexicon import CHIEF_LABELS, PEN_NAME_WORDS, one_of, words
from crawler.pages.fields.linked_data import linked_authors
from crawler.pages.fields.names import is_name, split_names
from crawler.pages.html.blocks import RawBlock

# Without a colon 小编 is as often the writer.
_SPACED_EDITOR: Final = words(
    r"(?:^|[\s(（\[【])[\u3400-\u9fff]{0,4}(?:<CHIEF_LABELS>|编辑|編輯)\s{1,2}([\u3400-\u9fff]{2,4})(?=$|[\s)）\]】])"
)
_EDITS: Final = re.compile(one_of(CHIEF_LABELS, "编辑 編輯"))
SIGNED_EDITOR: Final = words(
    r"[(（\[【〔](?:[^()（）\[\]【】〔〕。]{0,60}[\s，,;；])?(?:<CHIEF_LABELS>|<EDITOR_LABELS>)\s?[:：|｜丨/]"
    r"[^()（）\[\]【】〔〕]{2,24}[)）\]】〕]"
)
_BADGED: Final = words(r"<ORIGIN_BADGES>[\s:：]{1,3}(.{1,60})")
_SOMEBODY: Final = (Kind.PERSON, Kind.NAME)
_BY: Final = re.compile(r"^(?:由|[Bb]y\s|文\s|撰文\s)")
_SENTENCE: Final = re.compile("[。！？!?]")
_LONGEST_CREDIT: Final = 80
_LONGEST_REST: Final = 8
# Kinds of labels behind which a name is no author's.
_DESK: Final = ("chief", "editor", "review", "craft")
_AUTHOR_METAS: Final = ("author", "article:author", "og:article:author", "twitter:creator", "cXenseParse:author")


def find_authors(
    info: Sequence[RawBlock],
    info_credits: Sequence[Credits],
    tail_credits: Sequence[Credits],
    credit_lines: Sequence[Credits],
    body: Sequence[str],
    pieces: Sequence[Span],
    metas: Mapping[str, str],
    linked: dict[str, Any],
    sources: set[str],
    titled: set[str],
) -> Iterator[Found]:
    """Candidates for the authors. What says that they are comes before what merely stands somewhere.

    `credit_lines`: what `credit_lines_of` gives of the body. `pieces`: of the lines near the headline. `sources`:
    names that may be the source's. `titled`: the parts of the page's title that are no headline.
    """
    lines = edges(body)
    yield from _found(100, "the text names its writer", map(written_by, lines))
    yield from _found(95, "label near the headline", (credit.authors for credit in info_credits))
    yield from _found(85, "byline near the headline", (reported_by(_without_time(block.text)) for block in info))
    yield from _found(84, "name beside the time", (_beside_time(block, sources) for block in info))
    yield from _found(75, "byline in the text", map(reported_by, lines))
    yield from _found(74, "name alone above the text", [tuple(line for line in body[:1] if is_name(line))])
    yield from _found(72, "class of an author", (_by_class(piece, pen_names=False) for piece in pieces))
    yield from _found(65, "credit line of the text", (credit.authors for credit in credit_lines))
    declared = {name for key in _AUTHOR_METAS if (value := metas.get(key)) for name in split_names(value)}
    declared |= set(linked_authors(linked, pen_names=True))
    yield from _found(60, "the head names the author", (_declared(piece, declared) for piece in pieces))
    yield from _found(55, "link to a writer's page", map(_by_link, pieces))
    linked_to = (piece for piece in pieces if piece.line >= len(info) and piece.href and piece.text in titled)
    yield from _found(50, "the title names the writer", (_by_title(piece) for piece in linked_to))
    yield from _found(44, "class of an author", (_by_class(piece, pen_names=True) for piece in pieces))
    yield from _found(40, "signature", [signed_by(body[-1]) if body else ()])
    yield from _found(30, "label below the text", (credit.authors for credit in tail_credits))
    yield from _found(20, "JSON-LD", [linked_authors(linked)])


def _found(rank: int, why: str, values: Iterable[tuple[str, ...]]) -> Iterator[Found]:
    names = next((names for names in values if names and not is_medium(names[0])), None)
    if names is not None:
        yield Found("authors", names, rank, why)


def find_editor(
    info: Sequence[RawBlock],
    info_credits: Sequence[Credits],
    tail_credits: Sequence[Credits],
    credit_lines: Sequence[Credits],
    body: Sequence[str],
    pieces: Sequence[Span],
) -> Iterator[Found]:
    """Candidates for the editor; one who answers for the text comes before others, and below it before above."""
    for rank, why, told in (
        (90, "label below the text", tail_credits),
        (85, "label near the headline", info_credits),
        (65, "credit line of the text", credit_lines),
    ):
        for credit in told:
            if credit.editor:
                yield Found("editor", (credit.editor,), rank + (0 if credit.chief else -20), why)
    for piece in pieces:
        if piece.is_editor and piece.kind in _SOMEBODY and clean_editor(piece.text):
            yield Found("editor", (clean_editor(piece.text),), 60, "class of an editor")
    for line in [*(block.text for block in info), *body[-3:]]:
        found = _SPACED_EDITOR.search(line[:80]) if _EDITS.search(line) is not None else None
        if found and is_name(found[1]):
            yield Found("editor", (found[1],), 40, "name behind 编辑")


def credit_lines_of(body: Sequence[str]) -> Iterator[Credits]:
    """What the text's own lines of labels say: `文｜甲`, `编辑 | 乙`."""
    for line in edges(body):
        if len(line) <= _LONGEST_CREDIT and _SENTENCE.search(line) is None:
            credit = read_credits(line)
            if credit.labels and len(credit.rest) <= _LONGEST_REST:
                yield credit


def _by_class(piece: Span, *, pen_names: bool) -> tuple[str, ...]:
    """Who stands in an element that says so: `class="author"`. A medium is no author."""
    if not piece.is_author or piece.kind not in _SOMEBODY:
        return ()
    names = split_names(_BY.sub("", piece.text))
    if pen_names:
        return names if piece.is_called(PEN_NAME_WORDS) or {"author", "name"} <= piece.words else ()
    return names if all(is_name(name) for name in names) else ()


def _by_link(piece: Span) -> tuple[str, ...]:
    return (piece.text,) if piece.is_writer_link and piece.kind in _SOMEBODY else ()


def _by_title(piece: Span) -> tuple[str, ...]:
    """Whose blog it is: the title names the writer between the headline and the site."""
    return (piece.text,) if piece.kind in _SOMEBODY else ()


def _declared(piece: Span, declared: set[str]) -> tuple[str, ...]:
    """Whom the head names too. An account on a platform, which its head calls the author, is the source."""
    if piece.text not in declared or piece.is_account or piece.kind not in _SOMEBODY:
        return ()
    return (piece.text,)


def _without_time(text: str) -> str:
    """What stands behind the time in a line, and behind the source without a label there: `聯合報 記者張三／報導`."""
    stamp = first_stamp(text) if len(text) <= 160 else None
    return text[stamp.end :] if stamp is not None and stamp.start < 12 else text


def _beside_time(block: RawBlock, sources: set[str]) -> tuple[str, ...]:
    """Names that stand without a label beside the time: `2020-06-05 20:35 张三 李四`, `快讯／张三 2020年…`."""
    stamp = first_stamp(block.text) if len(block.text) <= 80 else None
    if stamp is None:
        return _beside_source(block.text, sources)
    names: list[str] = []
    kind: str | None = None
    for part in re.split(r"[\s|/／·]+", f"{block.text[: stamp.start]} {block.text[stamp.end :]}"):
        if label := label_kind(part.rstrip(":：")):
            kind = label
        elif part not in sources and kind not in _DESK and classify(part) is Kind.PERSON:
            names.append(part)
    return tuple(names)


def _beside_source(text: str, sources: set[str]) -> tuple[str, ...]:
    """Names before the source's, in a line without a time: `原创 张三 某某观察`, `快讯/张三 某网`."""
    source = min((source for source in sources if text.endswith(source)), key=len, default="")
    if not source:
        return ()
    if badge := _BADGED.match(text):
        return split_names(badge[1].partition(source)[0])
    return tuple(name for name in split_names(text.partition("/")[0]) if is_name(name)) if "/" in text else ()
