"""Reading back the record behind a capture, and no other: a file may have been written anew since."""

from archive.errors import UsageError
from archive.raw import Place
from archive.settings import Home
from archive.text.clean import clean_line
from crawler.warc.raw import RawCapture
from crawler.warc.reader import read_record


def stored_raw(home: Home, place: Place) -> RawCapture:
    """The record at a place. Raises `UsageError` where it is not to be had, or is another one."""
    path = home.warc_file(place.file)
    raw = read_record(path, place.file, place.offset, place.length).raw
    if raw is None or not is_record(raw, place.url, place.digest):
        raise UsageError(f"{path} holds another record at byte {place.offset}: the file was written anew")
    return raw


def is_record(raw: RawCapture, url: str, digest: str | None) -> bool:
    """Whether a record is the one of a capture with this address and digest."""
    return clean_line(raw.url) == url and digest in (None, raw.digest, raw.declared)
