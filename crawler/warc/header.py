"""The header of a WARC record, and of the HTTP answer in it: a first line, then lines of `name: value` (WARC 1.1, 4;
RFC 9112, 5), as far as other writers' headers have that form.

The same as of warcio's `StatusAndHeadersParser`, to which a test holds it, in little more than a third of the time:
that reads from a stream, line by line, and here all bytes are there already. Every record that is read has two of them.
"""

from attrs import frozen


@frozen
class Header:
    """`first`: the first line, without the white space behind it. `fields`: name and value of the others, in their
    order, those that come more than once too."""

    first: str
    fields: list[tuple[str, str]]

    def get(self, name: str) -> str | None:
        """The first field of this name, which is handed in in small letters."""
        return next((value for key, value in self.fields if key.lower() == name), None)


def parse_header(data: bytes) -> Header:
    """A header out of its bytes, which may go on behind the empty line that ends it.

    A line that begins with white space goes on where the one before it ended; one without a colon is none. A line that
    is no UTF-8 is read as ISO 8859-1.
    """
    lines = iter(_lines(data))
    first = next(lines).rstrip()
    fields: list[tuple[str, str]] = []
    if not first:
        return Header(first, fields)
    is_field = goes_on = False
    for line in lines:
        text = line.rstrip()
        if not text:
            break
        if goes_on and text[0] in " \t":
            if is_field:
                name, value = fields[-1]
                fields[-1] = name, value + text
            continue
        name, colon, value = text.partition(":")
        is_field, goes_on = bool(colon), True
        if colon:
            fields.append((name.rstrip(" \t"), value.lstrip()))
    return Header(first, fields)


def _lines(data: bytes) -> list[str]:
    try:
        return data.decode().split("\n")
    except UnicodeDecodeError:
        return [_decoded(line) for line in data.split(b"\n")]


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("iso-8859-1")
