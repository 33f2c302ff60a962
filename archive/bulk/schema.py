"""The form of a part: one row for each record of a WARC file that the archive would store, in the file's order.

A row holds what `archive.ingest.prepare` makes of a capture and of its article, under the names of docs/data.md, and
what the duplicate finder computes from the body. A record that is broken is a row of its own (`broken` says why).
"""

from typing import TYPE_CHECKING, Any, Final

from archive.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT: Final = "jianbao-bulk 1"
"""Raised when a column changes its name or its meaning."""
ROW_GROUP: Final = 1_000
"""Rows of a row group at most."""
GROUP_TEXT: Final = 4 * 2**20
"""Characters of its bodies: a group ends with them, too."""
META: Final = b"jianbao"
"""The key of the footer under which a part says what it was made of, as JSON."""

CAPTURE: Final = {
    "url": "text",
    "captured_at": "time",
    "outcome": "text",
    "status": "number",
    "content_type": "text",
    "ip": "text",
    "digest": "text",
    "size": "number",
    "warc_file": "text",
    "warc_offset": "number",
    "warc_length": "number",
    "site": "text",
    "native_id": "text",
    "template": "text",
    "detail": "text",
    "agreement": "share",
    "whole_share": "share",
    "part": "number",
    "etag": "text",
    "last_modified": "text",
    "extractor": "text",
    "text_digest": "text",
}
"""The columns of a capture, and what each holds."""

ARTICLE: Final = {
    "site": "text",
    "native_id": "text",
    "url": "text",
    "headline": "text",
    "original_title": "text",
    "body": "text",
    "published_at": "time",
    "published_precision": "text",
    "modified_at": "time",
    "source_name": "text",
    "account_name": "text",
    "authors": "texts",
    "editor": "text",
    "keywords": "texts",
    "location": "text",
    "images": "images",
    "flags": "texts",
    "template": "text",
    "confidence": "share",
    "blocks": "blocks",
}
"""Those of an article."""

FINGERPRINT: Final = {
    "kept": "numbers",
    "looked_up": "numbers",
    "digest": "number",
    "signature": "bytes",
    "passages": "passages",
    "left_out": "spans",
    "length": "number",
}
"""Those of a fingerprint (`archive.dedup.types.Fingerprint`); `length`: folded characters."""

BESIDE: Final = {
    "place": "number",
    "broken": "text",
    "declared": "text",
    "dated": "text",
    "repeats_url": "text",
    "repeats_at": "time",
    "listing": "yes",
    "doubt": "text",
    "asked_site": "text",
    "asked_native_id": "text",
    "asked_url": "text",
    "further": "yes",
    "parts": "texts",
}
"""What else a row holds. `place`: its number in the part, from 0. `broken`: why the record at `warc_offset` cannot be
read; nothing else is known of it then. `declared`, `dated`: as `RawCapture` has them. `repeats_…`: the capture whose
payload was shown again. `listing`: it is a list's. `doubt`: why a person should look at it. `asked_…`: the publication
that was asked for; `further`: and not its first page. `parts`: the addresses of the article's other pages."""


def schema() -> "pa.Schema":
    """The columns of a part. Raises `UsageError` where pyarrow is not there."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise UsageError("bulk needs fsspec and pyarrow; install jianbao[bulk]") from error
    text, number, texts = pa.string(), pa.int64(), pa.list_(pa.string())
    span = [("start", number), ("end", number)]
    kinds: dict[str, Any] = {
        "text": text,
        "number": number,
        "share": pa.float64(),
        "yes": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "bytes": pa.binary(),
        "texts": texts,
        "numbers": pa.list_(number),
        "spans": pa.list_(pa.struct(span)),
        "passages": pa.list_(pa.struct([*span, ("hash", number)])),
        "images": pa.list_(pa.struct([("url", text), ("caption", text)])),
    }
    link = pa.struct([*span, ("url", text)])
    block = [("kind", text), ("text", text), ("level", number), ("links", pa.list_(link)), ("url", text)]
    kinds["blocks"] = pa.list_(pa.struct(block))

    def fields(of: dict[str, str]) -> list[Any]:
        return [pa.field(name, kinds[kind]) for name, kind in of.items()]

    article, made = pa.struct(fields(ARTICLE)), pa.struct(fields(FINGERPRINT))
    nested = [pa.field("article", article), pa.field("fingerprint", made)]
    return pa.schema([*fields(BESIDE), *fields(CAPTURE), *nested])
