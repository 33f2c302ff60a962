"""From pages to articles, in SQL that DuckDB and Spark both understand.

Given is the view `pages`: the rows of all parts, each with the `number` of its part in the folder's order. An article
is a site and a native id; its text is what its newest page shows, as when the pages come into an archive, and it is
numbered by its first page's place, so that the order of the numbers is that in which they would come in. Only what the
archive puts together, an article on several pages, is here what its newest page alone shows.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from archive.bulk.places import Place
from archive.dedup.propose.furniture import STORIES
from archive.dedup.propose.passages import FOOT, SHORT
from archive.dedup.recluster.packed import Ids
from archive.dedup.verify.compare import Verdict
from archive.errors import UsageError
from archive.ingest.observations import PART

T = TypeVar("T")

PLACES: Final = 2**32
"""A page's place is its part's number times this, and its own in the part, from 1: an article's number is never 0."""
_AT: Final = f"(pages.number * CAST({PLACES} AS BIGINT) + pages.place + 1)"

ARTICLES: Final = (
    (
        "seen",
        f"""
        SELECT {_AT} AS page, article.site AS site, article.native_id AS native_id, captured_at, text_digest
        FROM pages WHERE article IS NOT NULL
        """,  # noqa: S608 - constants of ours
    ),
    (
        "ranked_pages",
        f"""
        SELECT page, MIN(page) OVER (PARTITION BY site, native_id) AS id,
               MIN(captured_at) OVER (PARTITION BY site, native_id) AS first_captured_at,
               ROW_NUMBER() OVER (
                   PARTITION BY site, native_id
                   ORDER BY CASE WHEN text_digest LIKE '{PART}%' THEN 1 ELSE 0 END, captured_at DESC, text_digest DESC,
                            page DESC
               ) AS place
        FROM seen
        """,  # noqa: S608
    ),
    ("chosen", "SELECT id, page, first_captured_at FROM ranked_pages WHERE place = 1"),
    (
        "articles",
        f"""
        SELECT chosen.id AS id, pages.article AS article, pages.fingerprint AS fingerprint,
               chosen.first_captured_at AS first_captured_at
        FROM chosen JOIN pages ON {_AT} = chosen.page
        WHERE pages.article IS NOT NULL
        """,  # noqa: S608
    ),
)
"""Views, each on those before it; `chosen` is small and asked for often."""


def suspects(explode: str) -> str:
    """The query for the articles that hold a passage which so many articles hold that it may be furniture. `explode`:
    what makes rows of a list."""
    return f"""
        WITH passage AS (SELECT id, {explode}(fingerprint.passages) AS passage FROM articles),
        held AS (SELECT DISTINCT id, passage.hash AS value FROM passage WHERE passage.hash NOT IN ({SHORT}, {FOOT})),
        often AS (SELECT value FROM held GROUP BY value HAVING COUNT(*) >= {STORIES})
        SELECT DISTINCT held.id FROM held JOIN often ON often.value = held.value
        """  # noqa: S608


def whole(micros: str, ids: str) -> str:
    """The query for articles, in order, as `archive.bulk.scratch` wants them. `micros`: what makes microseconds since
    1970 of a time. `ids`: the view, with a column `id`, of those that are wanted."""
    return f"""
        SELECT articles.id, article.site, article.native_id, article.url, article.headline, article.body,
               {micros}(article.published_at), {micros}(first_captured_at), article.flags, fingerprint
        FROM articles JOIN {ids} AS wanted ON wanted.id = articles.id ORDER BY articles.id
        """  # noqa: S608


NAMES: Final = (
    "SELECT id, article.site AS site, article.native_id AS native_id, article.url AS url FROM articles ORDER BY id"
)
PAGED: Final = f"SELECT COUNT(*) FROM chosen JOIN seen USING (page) WHERE text_digest LIKE '{PART}%'"  # noqa: S608


def in_batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, so many at a time."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def unreadable(folder: Place, error: Exception) -> UsageError:
    """What is told of pages that an engine cannot read."""
    return UsageError(f"the pages in {folder.url} cannot be read: {str(error).splitlines()[0][:300]}")


class Tables(Protocol):
    """Where the pages are asked: the views of `ARTICLES` are there."""

    def suspects(self) -> Iterator[Any]:
        """The rows of `whole` of the articles of `suspects`."""

    def wanted(self, ids: Ids) -> Iterator[Any]:
        """The rows of `whole` of these articles."""

    def select(self, query: str) -> Iterator[Any]:
        """The rows of a query."""

    def pairs(self, known: frozenset[int]) -> Ids:
        """The pairs of texts worth comparing, as `archive.dedup.recluster.run.PairEngine` has them. `known`: the
        furniture."""

    def digests(self) -> tuple[Ids, Ids]:
        """As `archive.dedup.recluster.run.PairEngine` has them."""

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """The pairs that are related; by the furniture that `pairs` was told."""

    def close(self) -> None:
        """End it."""
