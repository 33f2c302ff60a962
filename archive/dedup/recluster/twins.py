"""From pairs of texts to pairs of articles: which of the articles with one text are compared with those of another.

An engine finds pairs of texts, each by the first article with it. Of two texts the articles are compared that are
nearest to each other (`archive.dedup.twins`). Where a person put articles with one text on two sides of a split, each
side is compared by itself: a link to the other side would hold nothing together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise, product
from typing import Final

from sqlalchemy import Connection, select

from archive.dedup.tables import DedupText
from archive.dedup.twins import Twin, nearest, seconds
from archive.dedup.verify.story.another import SHORT
from archive.store.keys import chunks
from archive.store.models import Article
from archive.text.fold import as_text, fold_many

ALL_PAIRS: Final = 16
"""So many articles with one very short text are compared each with each."""


def article_pairs(
    connection: Connection,
    texts: Iterable[tuple[int, int]],
    digests: Mapping[int, int],
    sides: Mapping[int, Mapping[int, int]],
) -> list[tuple[int, int]]:
    """The pairs of articles to compare, the lower id first, in order.

    `texts`: pairs of articles with different texts, each standing for all with its text. `digests`: each article's.
    `sides`: by article, then by split (`Sides.numbers`).
    """
    pairs = list(texts)
    same: defaultdict[int, list[int]] = defaultdict(list)
    for key, digest in sorted(digests.items()):
        same[digest].append(key)
    several = {key for keys in same.values() if len(keys) > 1 for key in keys}
    beside = {key for pair in pairs if several.intersection(pair) for key in pair}
    told, short = _told(connection, several | beside)
    twins = {digest: _by_side([told[key] for key in keys], sides) for digest, keys in same.items() if keys[0] in told}
    found: set[tuple[int, int]] = set()
    for one, other in pairs:
        if one in several or other in several:
            found.update(nearest(*both) for both in product(twins[digests[one]], twins[digests[other]]))
        else:
            found.add((one, other))
    for groups in twins.values():
        for group in groups:
            found.update(_within(group, short=group[0].article_id in short))
        found.update((groups[0][0].article_id, group[0].article_id) for group in groups[1:])
    return sorted((min(pair), max(pair)) for pair in found)


def _told(connection: Connection, article_ids: Iterable[int]) -> tuple[dict[int, Twin], set[int]]:
    """The articles as twins, and those whose text is very short."""
    found, short = {}, set()
    for chunk in chunks(sorted(article_ids)):
        rows = connection.execute(
            select(Article.id, Article.headline, Article.published_at, DedupText.length)
            .outerjoin(DedupText, DedupText.article_id == Article.id)
            .where(Article.id.in_(chunk))
        ).all()
        headlines = fold_many([row.headline or "" for row in rows])
        for (key, _, at, length), headline in zip(rows, headlines, strict=True):
            found[key] = Twin(key, as_text(headline), seconds(at))
            if (length or 0) < SHORT:
                short.add(key)
    return found, short


def _by_side(twins: Iterable[Twin], sides: Mapping[int, Mapping[int, int]]) -> list[list[Twin]]:
    groups: defaultdict[tuple[tuple[int, int], ...], list[Twin]] = defaultdict(list)
    for twin in twins:
        groups[tuple(sorted(sides.get(twin.article_id, {}).items()))].append(twin)
    return list(groups.values())


def _within(twins: Sequence[Twin], *, short: bool) -> Iterator[tuple[int, int]]:
    """Each with the first. Very short texts are copies only under a like headline, and not more than a month apart: so
    each with its neighbours by headline and date too, and the first few each with each."""
    ids = [twin.article_id for twin in twins]
    yield from ((ids[0], key) for key in ids[1:])
    if not short:
        return
    ranked = sorted(twins, key=lambda twin: (twin.headline, twin.at is None, twin.at or 0.0, twin.article_id))
    yield from ((one.article_id, other.article_id) for one, other in pairwise(ranked))
    yield from combinations(ids[1:ALL_PAIRS], 2)
