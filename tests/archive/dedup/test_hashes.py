"""Shingles and signatures: what others compute with datasketch, and what containment rests on."""

import zlib

import numpy as np
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.dedup.fingerprints import fingerprint
from archive.dedup.propose.shingles import KEEP_MAX, SHINGLE, WINDOWS, grams, sample, sample_many
from archive.dedup.propose.signature import PERMUTATIONS, SCHEME, SEED, as_bytes, from_bytes, signature, signatures
from archive.text.fold import as_codes, fold
from tests.archive.dedup.copies import text

HAN = st.text(st.sampled_from("稀土产业链出口管制𠮷abc012"), max_size=80)


def _datasketch(folded: str) -> MinHash:
    minhash = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashfunc=zlib.crc32)
    for start in range(max(1, len(folded) - SHINGLE + 1) if folded else 0):
        minhash.update(folded[start : start + SHINGLE].encode("utf-32-le"))
    return minhash


@settings(max_examples=60, deadline=None)
@given(HAN)
def test_signatures_are_what_datasketch_makes(folded: str) -> None:
    assert signature(as_codes(folded)).hashvalues.tolist() == _datasketch(folded).hashvalues.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(HAN, max_size=5))
def test_signatures_made_together_are_datasketch_s(texts: list[str]) -> None:
    codes = [as_codes(folded) for folded in [*texts, text(1) * 3]]
    assert signatures(codes) == [as_bytes(signature(one)) for one in codes]
    assert signatures(codes[:-1]) == [as_bytes(signature(one)) for one in codes[:-1]]


def test_a_stored_signature_compares_in_datasketch() -> None:
    body = text(1)
    ours = MinHash(hashvalues=from_bytes(fingerprint(body).signature), seed=SEED, scheme=SCHEME)
    half = _datasketch(fold(body[: len(body) // 2]))
    assert ours.jaccard(_datasketch(fold(body))) == 1.0
    assert 0.3 < ours.jaccard(half) < 0.7


@given(HAN)
def test_grams_are_one_a_place_and_the_same_everywhere(folded: str) -> None:
    hashes = grams(as_codes(folded), SHINGLE)
    assert len(hashes) == (max(1, len(folded) - SHINGLE + 1) if folded else 0)
    moved = grams(as_codes("前" + folded + "后"), SHINGLE)
    if len(folded) >= SHINGLE:
        assert set(hashes.tolist()) <= set(moved.tolist())


@given(st.lists(HAN, max_size=5))
def test_many_texts_are_sampled_as_each_alone(texts: list[str]) -> None:
    codes = [as_codes(folded) for folded in texts]
    for one, (hashes, kept) in zip(codes, sample_many(codes), strict=True):
        assert hashes.tolist() == grams(one, SHINGLE).tolist()
        assert kept.tolist() == sample(grams(one, SHINGLE)).tolist()


def test_samples_hold_the_bounds_and_nest() -> None:
    short, long = text(1), "\n".join(text(number) for number in range(60))
    for body in ("稀土", short, long):
        kept = sample(grams(as_codes(fold(body)), SHINGLE))
        assert len(kept) <= KEEP_MAX
        assert len(kept) >= min(WINDOWS, len(np.unique(grams(as_codes(fold(body)), SHINGLE))))
    limit = np.uint64(1 << 59)
    inside = sample(grams(as_codes(fold(short)), SHINGLE))
    around = sample(grams(as_codes(fold(text(2)) + fold(short) + fold(text(3))), SHINGLE))
    assert {int(value) for value in inside if value < limit} <= {int(value) for value in around}


@given(st.integers(0, 400))
def test_every_passage_of_a_fair_length_holds_a_sampled_shingle(start: int) -> None:
    codes = as_codes(fold(text(4, 420))[:420])
    kept = set(sample(grams(codes, SHINGLE)).tolist())
    size = 2 * len(codes) // WINDOWS + SHINGLE
    start = min(start, len(codes) - size)
    assert kept.intersection(grams(codes[start : start + size], SHINGLE).tolist())
