"""A text ready to be compared: folded, with what the rules ask of it computed once."""

from copy import copy
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archive.dedup.propose.signature import signature
from archive.dedup.verify.align import Anchored
from archive.dedup.verify.damage import damaged_runs, traditional_share
from archive.text.fold import Codes, as_text, fold, fold_codes

if TYPE_CHECKING:
    from datasketch import MinHash


class Text(Anchored):
    """One text to compare, folded. `body`, `headline`: as they are stored. `published_at` carries a zone."""

    def __init__(self, body: str, codes: Codes, published_at: datetime | None, headline: str | None = None) -> None:
        super().__init__(as_text(codes), codes)
        self.body = body
        self.published_at = published_at
        self.headline = headline

    def dated(self, published_at: datetime | None) -> "Text":
        """The same text, published at another time."""
        other = copy(self)
        other.published_at = published_at
        return other

    @cached_property
    def folded_headline(self) -> str:
        """The headline as it is compared; "" where there is none."""
        return fold(self.headline or "")

    @cached_property
    def traditional(self) -> float:
        """The share of its characters in the traditional script, 0 to 1."""
        return traditional_share(self.body)

    @cached_property
    def damaged(self) -> NDArray[np.bool_]:
        """Which folded characters stand in a run of mojibake."""
        return damaged_runs(self.codes)

    @cached_property
    def sound(self) -> int:
        """Its folded characters, but for those runs; at least 1."""
        return max(1, len(self.folded) - int(self.damaged.sum()))

    @cached_property
    def signature(self) -> "MinHash":
        """Its MinHash."""
        return signature(self.codes)


def prepare(body: str, published_at: datetime | None = None, headline: str | None = None) -> Text:
    """A text ready to be compared. Pure."""
    return Text(body, fold_codes(body), published_at, headline)


def days_between(first: Text, second: Text) -> float | None:
    """Days between the publications, at 0.01; None if one has no date."""
    if first.published_at is None or second.published_at is None:
        return None
    return round(abs((first.published_at - second.published_at).total_seconds()) / 86400, 2)
