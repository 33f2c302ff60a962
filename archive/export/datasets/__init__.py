"""The six tables that an archive is to other programs, format 2: docs/data.md describes every field."""

from typing import Final

from archive.export.datasets.articles import ARTICLES
from archive.export.datasets.captures import CAPTURES
from archive.export.datasets.changes import CHANGES
from archive.export.datasets.dataset import FORMAT, Dataset, Field, Key, Kind, Row
from archive.export.datasets.links import LINKS
from archive.export.datasets.revisions import REVISIONS
from archive.export.datasets.stories import STORIES

DATASETS: Final[dict[str, Dataset]] = {
    dataset.name: dataset for dataset in (ARTICLES, REVISIONS, STORIES, LINKS, CAPTURES, CHANGES)
}

OPS: Final = {
    "op": Field(
        "text",
        "upsert: the row is so from now on; withdraw: it is no more, its key alone is told; regroup: "
        "an upsert that changes nothing but the article's story",
    ),
    "cause": Field(
        "text", "why, as far as that is known; revisions and changes have their own in its place", null=True
    ),
}
"""The fields that stand before a dataset's own in a batch."""


def batch_fields(dataset: Dataset) -> dict[str, Field]:
    """The fields of a row in a batch. A dataset's own `cause` stands in the place of the batch's: `{**ops, **row}`."""
    return {**OPS, **dataset.fields}


__all__ = [
    "ARTICLES",
    "CAPTURES",
    "CHANGES",
    "DATASETS",
    "FORMAT",
    "LINKS",
    "OPS",
    "REVISIONS",
    "STORIES",
    "Dataset",
    "Field",
    "Key",
    "Kind",
    "Row",
    "batch_fields",
]
