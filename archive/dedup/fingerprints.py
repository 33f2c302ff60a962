"""All that the duplicate finder computes from texts alone, before it asks the archive. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b

from archive.dedup.propose.passages import LEAST, Passage, Span, divide, left_out, without
from archive.dedup.propose.sampling import as_sample
from archive.dedup.propose.shingles import sample_many
from archive.dedup.propose.signature import signatures
from archive.dedup.types import Fingerprint, Indexed
from archive.dedup.verify.texts import Text
from archive.text.fold import Codes, as_codes, fold_many
from archive.text.fold import as_text as string


def fingerprint(body: str) -> Fingerprint:
    """All that the finder computes from a body alone. Pure."""
    return fingerprints([body])[0]


def fingerprints(bodies: Sequence[str], forms: Sequence[Codes] | None = None) -> list[Fingerprint]:
    """`fingerprint` of several bodies, quicker. `forms`: their comparison forms, if they are known."""
    passages = [divide(body) for body in bodies]
    spans = [left_out(some, ()) for some in passages]
    if forms is None:
        return _fingerprints(bodies, passages, spans)
    shorter = [place for place, some in enumerate(spans) if some]
    counting = list(forms)
    for place, codes in zip(shorter, _all_folded(bodies, spans, shorter), strict=True):
        counting[place] = codes
    return _made(passages, spans, counting)


def counted(body: str, made: Fingerprint, known: frozenset[int]) -> Fingerprint:
    """The fingerprint of a body of which the known furniture does not count."""
    if known.isdisjoint(value for _, _, value in made.passages):
        return made
    return _fingerprints([body], [made.passages], [left_out(made.passages, known)])[0]


def all_counted(
    made: Sequence[tuple[Indexed, Fingerprint]], known: frozenset[int]
) -> Iterator[tuple[Indexed, Fingerprint]]:
    """`counted` of several articles, quicker; each with its own."""
    spans = {
        place: left_out(its.passages, known)
        for place, (_, its) in enumerate(made)
        if not known.isdisjoint(value for _, _, value in its.passages)
    }
    again = [made[place] for place in spans]
    anew = _fingerprints([one.body for one, _ in again], [its.passages for _, its in again], list(spans.values()))
    new = dict(zip(spans, anew, strict=True))
    return ((article, new.get(place, its)) for place, (article, its) in enumerate(made))


def folded(body: str, spans: Sequence[Span]) -> str:
    """The comparison form of a body without these spans, as its fingerprint has it. Pure."""
    return string(_counting(fold_many([without(body, spans)])[0], spans))


def _counting(codes: Codes, spans: Sequence[Span]) -> Codes:
    """Nothing, where so little is left beside what is left out that nothing can be compared."""
    return codes[:0] if spans and len(codes) < LEAST else codes


def _fingerprints(
    bodies: Sequence[str], passages: Sequence[list[Passage]], spans: Sequence[list[Span]]
) -> list[Fingerprint]:
    return _made(passages, spans, _all_folded(bodies, spans, range(len(bodies))))


def _all_folded(bodies: Sequence[str], spans: Sequence[list[Span]], places: Iterable[int]) -> list[Codes]:
    """`folded` of the bodies at these places, as code points, quicker."""
    chosen = [(bodies[place], spans[place]) for place in places]
    forms = fold_many([without(body, some) for body, some in chosen])
    return [_counting(codes, some) for codes, (_, some) in zip(forms, chosen, strict=True)]


def _made(passages: Sequence[list[Passage]], spans: Sequence[list[Span]], folded: Sequence[Codes]) -> list[Fingerprint]:
    return [
        Fingerprint(
            folded=string(codes),
            kept=sample.kept,
            looked_up=sample.looked_up,
            digest=digest(codes),
            signature=signed,
            passages=its,
            left_out=left,
        )
        for its, left, codes, (hashes, kept), signed in zip(
            passages, spans, folded, sample_many(folded), signatures(folded), strict=True
        )
        for sample in (as_sample(hashes, kept),)
    ]


def digest(codes: Codes) -> int:
    """64 bits that tell one folded text from another, signed."""
    return int.from_bytes(blake2b(codes.tobytes(), digest_size=8).digest(), "big", signed=True)


def as_text(body: str, made: Fingerprint, published_at: datetime | None, headline: str | None) -> Text:
    """A body as it counts, by its fingerprint, ready to be compared."""
    kept = without(body, made.left_out) if made.folded else ""
    return Text(kept, as_codes(made.folded), published_at, headline)
