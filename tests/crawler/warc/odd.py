"""WARC files as other programs write them: invented pages in records of any bytes."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

LINES = [f"第{number}座水塔在夜里亮起了灯，工人们沿着河堤检查管道，记下每一处水位。" for number in range(12)]


def page(number: int, lines: Sequence[str] = LINES) -> bytes:
    """An article's page; `number` tells them apart."""
    text = "".join(f"<p>{line}这是第{number}篇。</p>" for line in lines)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>水塔巡查第{number}号</title></head><body>"
        f"<article><h1>水塔巡查第{number}号</h1><div>2025-10-3{number % 2} 08:15 来源：望潮晚报</div>{text}</article>"
        "</body></html>"
    ).encode()


def url(number: int) -> str:
    return f"https://news.example.cn/2025/{number}.html"


@frozen(kw_only=True)
class Odd:
    """How a record differs from what the standard says. `line`: what ends a line of the headers; `fields`: more of the
    WARC header, `drop`: names of it that are left out; `http`: the HTTP header, None for none at all; `body`: what
    stands behind it in place of the page; `length`: added to the record's Content-Length."""

    line: bytes = b"\r\n"
    fields: tuple[tuple[str, str], ...] = ()
    drop: tuple[str, ...] = ()
    status: str = "HTTP/1.1 200 OK"
    http: tuple[tuple[str, str], ...] | None = (("Content-Type", "text/html; charset=utf-8"),)
    body: bytes | None = None
    kind: str = "response"
    length: int = 0
    date: str = "2025-11-01T00:00:00Z"
    address: str = ""


def record(number: int, odd: Odd = Odd()) -> bytes:
    """One record, unpacked."""
    body = page(number) if odd.body is None else odd.body
    head = odd.status.encode() + odd.line
    if odd.http is not None:
        block = head + b"".join(f"{name}: {value}".encode() + odd.line for name, value in odd.http) + odd.line + body
    else:
        block = body
    fields = {
        "WARC-Type": odd.kind,
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>",
        "WARC-Date": odd.date,
        "WARC-Target-URI": odd.address or url(number),
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) + odd.length),
        **dict(odd.fields),
    }
    lines = [b"WARC/1.0", *(f"{name}: {value}".encode() for name, value in fields.items() if name not in odd.drop)]
    return odd.line.join(lines) + odd.line * 2 + block + b"\r\n\r\n"


def packed(*records: bytes) -> bytes:
    """Records as gzip members of their own."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def file(path: Path, *records: bytes) -> Path:
    """A `.warc.gz` of records, or a plain one by its name."""
    path.write_bytes(packed(*records) if path.name.endswith(".gz") else b"".join(records))
    return path
