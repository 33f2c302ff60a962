"""From sampled shingles to the pairs worth comparing, in SQL that DuckDB and Spark both understand.

Given are the tables `texts` (`TEXTS`), one row an article, and `kept` and `looked` (value, article_id), its sampled
hashes. `below` counts those looked up that every text keeps, `length` folded characters. Each step is a view or a
table; the last one, `pairs`, holds each pair once, the lower id first. It finds what the look-up at ingest finds: the
candidates that share the rarest shingles. A shingle that more than the cap hold joins each holder to the next one only,
so that a story with a hundred near copies stays together without its pairs growing as the square.

Weights are whole numbers: a sum of fractions depends on the order in which an engine adds them, and on what a fraction
is to it.
"""

from math import lcm
from typing import Final

from archive.dedup.propose.candidates import INGEST, OTHER_LENGTH
from archive.dedup.propose.index import CAP
from archive.dedup.propose.sampling import LIMIT

_ONE: Final = lcm(*range(1, 33))
"""The weight of a shingle that one text holds; that of others is the part of it, exactly where up to 32 hold it."""
TEXTS: Final = ("article_id", "digest", "sampled", "last", "below", "length")
Step = tuple[str, str]
"""A name and what it stands for."""

FIRST: Final[tuple[Step, ...]] = (
    ("canonical", "SELECT digest, MIN(article_id) AS article_id FROM texts GROUP BY digest"),
)
BY_VALUE: Final[tuple[Step, ...]] = (
    (
        "holder",
        "SELECT kept.value, kept.article_id FROM kept JOIN canonical ON canonical.article_id = kept.article_id",
    ),
    ("frequency", "SELECT value, COUNT(*) AS holders FROM holder GROUP BY value"),
    (
        "held",
        f"""
        SELECT holder.value, holder.article_id, frequency.holders
        FROM holder JOIN frequency ON frequency.value = holder.value
        WHERE frequency.holders < {CAP}
        """,  # noqa: S608 - a constant of ours
    ),
    (
        "common",
        f"""
        SELECT holder.article_id AS one,
               LAG(holder.article_id) OVER (PARTITION BY holder.value ORDER BY holder.article_id) AS other,
               CAST({_ONE // CAP} AS BIGINT) AS weight
        FROM holder JOIN frequency ON frequency.value = holder.value
        WHERE frequency.holders >= {CAP}
        """,  # noqa: S608
    ),
)
"""What they make of some values of `kept`, with all articles of each, is a part of what they make of all."""
BY_ARTICLE: Final[tuple[Step, ...]] = (
    (
        "rare",
        f"""
        SELECT looked.article_id AS one, held.article_id AS other,
               CAST(FLOOR(CAST({_ONE} AS DOUBLE) / held.holders) AS BIGINT) AS weight
        FROM looked
        JOIN canonical ON canonical.article_id = looked.article_id
        JOIN held ON held.value = looked.value
        WHERE held.article_id <> looked.article_id
        """,  # noqa: S608
    ),
    (
        "shared",
        """
        SELECT one, other, COUNT(*) AS shared, SUM(weight) AS weight
        FROM (SELECT one, other, weight FROM rare UNION ALL SELECT one, other, weight FROM common) AS hits
        WHERE other IS NOT NULL
        GROUP BY one, other
        """,
    ),
    (
        "possible",
        f"""
        SELECT shared.one, shared.other, shared.shared, shared.weight,
               LEAST(mine.below, CASE WHEN theirs.last <= {LIMIT} THEN theirs.sampled ELSE mine.below END) AS possible,
               CASE WHEN theirs.length > mine.length * {OTHER_LENGTH} THEN 1
                    WHEN theirs.length * {OTHER_LENGTH} < mine.length THEN -1 ELSE 0 END AS size_class
        FROM shared
        JOIN texts AS mine ON mine.article_id = shared.one
        JOIN texts AS theirs ON theirs.article_id = shared.other
        WHERE shared.shared > 1 OR shared.weight >= {_ONE // INGEST.few}
        """,  # noqa: S608
    ),
    (
        "ranked",
        f"""
        SELECT one, other, ROW_NUMBER() OVER (PARTITION BY one ORDER BY weight DESC, other) AS place,
               ROW_NUMBER() OVER (
                   PARTITION BY one, size_class ORDER BY 1.0 * shared / GREATEST(possible, 1) DESC, weight DESC, other
               ) AS of_class
        FROM possible
        WHERE shared >= {INGEST.share} * GREATEST(possible, 1) AND (shared > 1 OR possible <= {INGEST.few})
        """,  # noqa: S608
    ),
)
"""So with some articles of `looked` and the same as `one` of `common`."""
LAST: Final[tuple[Step, ...]] = (
    (
        "pairs",
        f"""
        SELECT DISTINCT LEAST(one, other) AS one, GREATEST(one, other) AS other
        FROM ranked WHERE place <= {INGEST.verified} OR of_class <= {INGEST.kept}
        """,  # noqa: S608
    ),
)
STEPS: Final = (*FIRST, *BY_VALUE, *BY_ARTICLE, *LAST)
