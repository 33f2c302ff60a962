"""What the archive hands to the duplicate finder, and what it gets back: plain values, no database in them."""

from datetime import datetime
from typing import Any

from attrs import frozen

from archive.times import Precision


@frozen(kw_only=True, eq=False)
class Fingerprint:
    """What the finder computes from a body alone, so that another process may do it beforehand. It can be pickled.

    `passages`: what the body is made of (`archive.dedup.propose.passages`). `left_out`: the spans of it that do not
    count. All else is of what is left: `folded`: the comparison form. `kept`, `looked_up`: sampled shingle hashes,
    ascending. `digest`: 64 bits of the folded text, signed. `signature`: MinHash, 128 numbers of 32 bits,
    little-endian.
    """

    folded: str
    kept: list[int]
    looked_up: list[int]
    digest: int
    signature: bytes
    passages: list[tuple[int, int, int]]
    left_out: list[tuple[int, int]]


def fingerprint_row(made: Fingerprint) -> dict[str, Any]:
    """A fingerprint by name, as tables hold it: without its folded text, which follows from the body; `length`: of
    that, in characters."""
    return {
        "kept": made.kept,
        "looked_up": made.looked_up,
        "digest": made.digest,
        "signature": made.signature,
        "passages": [dict(zip(("start", "end", "hash"), one, strict=True)) for one in made.passages],
        "left_out": [dict(zip(("start", "end"), one, strict=True)) for one in made.left_out],
        "length": len(made.folded),
    }


def as_fingerprint(row: Any) -> Fingerprint:
    """The fingerprint of such a row, its folded text left empty."""
    return Fingerprint(
        folded="",
        kept=row["kept"],
        looked_up=row["looked_up"],
        digest=row["digest"],
        signature=bytes(row["signature"]),
        passages=[(one["start"], one["end"], one["hash"]) for one in row["passages"]],
        left_out=[(one["start"], one["end"]) for one in row["left_out"]],
    )


@frozen(kw_only=True)
class Indexed:
    """One stored article, as the finder sees it.

    `body`: the stored text, one block a line. Times carry a zone. `revised`: the article was there before and its text
    changed. `complete`: nothing says that the text was cut or damaged when it was extracted. `fingerprint`: of `body`,
    from `archive.dedup.fingerprint`; computed here where it is None.
    """

    article_id: int
    site: str
    native_id: str
    url: str
    headline: str | None
    body: str
    published_at: datetime | None
    published_precision: Precision | None
    first_captured_at: datetime
    revised: bool = False
    complete: bool = True
    fingerprint: Fingerprint | None = None


@frozen(kw_only=True)
class Linked:
    """What the finder made of one article.

    `cluster_id`: the article's cluster, always set. `relations`: its links to articles that were there before, the
    closest first (docs/duplicates.md lists them). `duplicate`: the same text was there before. `changed`: the other
    articles whose cluster changed with it.
    """

    article_id: int
    cluster_id: int
    relations: tuple[str, ...] = ()
    duplicate: bool = False
    changed: tuple[int, ...] = ()
