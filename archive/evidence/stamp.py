"""Time stamps by an authority (RFC 3161): who holds one can show that a digest was there at that time.

The request and the answer alone; who sends them is `crawler.upkeep.evidence.authority`.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from archive.errors import UsageError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST: Final = 64 * 2**10
"""Bytes of an answer."""
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


class StampError(Exception):
    """A time stamp is not what it should be; the message says why, in a few words."""


@frozen
class Stamp:
    """What a time stamp says: that the authority saw the digest at a time. `serial`: its number there."""

    at: datetime
    authority: str
    serial: int


def request(data: bytes) -> Any:
    """A request for a time stamp over the SHA-256 of `data`, with a nonce and for the authority's certificate. Raises
    `UsageError` where the library is not installed."""
    client = _client()
    return client.TimestampRequestBuilder().data(data).hash_algorithm(client.HashAlgorithm.SHA256).build()


def accept(asked: Any, answer: bytes, data: bytes) -> Stamp:
    """Hold an answer against its request. Raises `StampError`."""
    stamp = read(answer, data)
    if _decoded(answer).tst_info.nonce != asked.nonce:
        raise StampError("it answers another request: its nonce is another one")
    return stamp


def read(token: bytes, data: bytes) -> Stamp:
    """What a time stamp over `data` says, whoever signed it. Raises `StampError` where it is none, or over something
    else."""
    answer = _decoded(token)
    if int(answer.status) != 0:
        raise StampError(f"the authority refused (status {int(answer.status)})")
    told = answer.tst_info
    imprint = told.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise StampError("it is over something else")
    return Stamp(told.gen_time, str(told.name)[:200] if told.name is not None else "", int(told.serial_number))


def check(token: bytes, data: bytes, certificates: Sequence["Certificate"]) -> Stamp:
    """The same, signed under one of these certificates, of the authority or of who vouches for it, as they were valid
    at that time. Raises `StampError`."""
    stamp = read(token, data)
    client = _client()
    builder = client.VerifierBuilder()
    for one in certificates:
        builder = builder.add_root_certificate(one)
    try:
        builder.build().verify(_decoded(token), hashlib.sha256(data).digest())
    except Exception as error:  # hostile bytes may break the library's parsers in any way
        raise StampError(f"it is not signed under these certificates: {_words(error)}") from error
    return stamp


def certificates(path: Path) -> list["Certificate"]:
    """The certificates of a PEM file. Raises `UsageError`."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{path} holds no certificates in PEM: {error}") from error


def _decoded(token: bytes) -> Any:
    client = _client()
    if len(token) > LARGEST:
        raise StampError(f"it has more than {LARGEST:,} bytes")
    try:
        answer = client.decode_timestamp_response(token)
        if int(answer.status) == 0:
            _ = answer.tst_info.gen_time
    except Exception as error:  # see above
        raise StampError(f"it is no time stamp: {_words(error)}") from error
    return answer


def _client() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise UsageError("time stamps need rfc3161-client; install jianbao[timestamp]") from error
    return rfc3161_client


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
