"""Of which answers the witness is asked too (`crawler.pages.witness`)."""

from typing import Final, Literal
from zlib import crc32

Hearing = Literal["all", "sample", "off"]

SAMPLE: Final = 20
"""Of so many pages one is heard in a sample."""


def is_heard(hearing: Hearing, url: str) -> bool:
    """Whether the witness is asked about the page at this address: in a sample the same pages each time."""
    return hearing == "all" or (hearing == "sample" and crc32(url.encode("utf-8", "replace")) % SAMPLE == 0)
