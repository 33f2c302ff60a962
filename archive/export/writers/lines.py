"""JSON Lines: an object a row and line, UTF-8 (https://jsonlines.org)."""

from collections.abc import Mapping
from typing import Any

import orjson

from archive.export.datasets import Field
from archive.export.writers.packing import Sink


class JsonLines:
    """See `archive.export.writers.Writer`."""

    def __init__(self, sink: Sink, fields: Mapping[str, Field]) -> None:
        self._sink = sink

    def write(self, row: Mapping[str, Any]) -> None:
        """See `archive.export.writers.Writer`."""
        self._sink.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def finish(self) -> None:
        """See `archive.export.writers.Writer`."""
        self._sink.close()
