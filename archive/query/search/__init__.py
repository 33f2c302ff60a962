"""Search: a query in, articles out, the most fitting first; the same hits on SQLite and on PostgreSQL.

What is shown is what is counted, paged, downloaded and exported.
"""

from archive.query.search.asked import FACETS, Asked, Facet, Hit, Month, Results, Sort
from archive.query.search.facets import facets, timeline
from archive.query.search.frozen import anew, freeze, thaw
from archive.query.search.paging import rows, search

__all__ = [
    "FACETS",
    "Asked",
    "Facet",
    "Hit",
    "Month",
    "Results",
    "Sort",
    "anew",
    "facets",
    "freeze",
    "rows",
    "search",
    "thaw",
    "timeline",
]
