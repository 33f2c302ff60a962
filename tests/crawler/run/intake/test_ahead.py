"""Answers are read ahead of their use, as many and as large as fit."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.run import extraction as module
from crawler.run.extraction import Extraction
from crawler.warc.raw import RawCapture
from tests.crawler.warc.odd import page, url

AT = datetime(2026, 3, 4, tzinfo=UTC)
SIZE = len(page(0))


@pytest.mark.parametrize(
    ("ahead", "size", "handed"), [(3, 100 * SIZE, 4), (100, 2 * SIZE, 3), (100, SIZE // 2, 1), (100, 100 * SIZE, 8)]
)
def test_answers_are_handed_over_ahead_of_their_use(
    ahead: int, size: int, handed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their number, and by their bytes: one that is larger than that is read by itself."""
    monkeypatch.setattr(module, "AHEAD", ahead)
    monkeypatch.setattr(module, "AHEAD_BYTES", size)
    taken: list[int] = []

    def answers() -> Iterator[RawCapture]:
        for number in range(8):
            taken.append(number)
            yield RawCapture(url=url(number), captured_at=AT, payload=page(0), content_type="text/html")

    with Extraction() as extraction:
        found = extraction.pages(answers(), "off")
        assert next(found).url == url(0)
        assert len(taken) == handed
        assert [answer.url for answer in found] == [url(number) for number in range(1, 8)]
