"""What the commands need of the half of Jianbao that knows portals and reads pages: `crawler.cli` hands it in."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen
from click.decorators import pass_meta_key

from archive.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.query.lookup import Resolve
    from archive.raw import RawPages
    from archive.settings import Home


def _names_nothing(url: str) -> None:
    """No portal is known."""


def _reads_nothing(data: bytes, url: str) -> tuple[str, datetime | None]:
    raise UsageError("only the whole jianbao command reads pages; give plain text or JSON Lines")


def _looks_at_nothing(home: "Home", connection: "Connection", now: datetime) -> dict[str, Any]:
    raise UsageError("only the whole jianbao command tells how an archive is doing")


def _has_none(home: "Home") -> "RawPages":
    raise UsageError("only the whole jianbao command reads raw pages")


@frozen
class Portals:
    """Handed to the `jianbao` group as click's `obj`; without it no portal is known and no page read.

    `resolve`: see `archive.query.lookup`. `read_page`: the text of a page and the time of its publication, by its
    bytes and its address; raises `UsageError` where it holds no article. `health`: how an archive is doing, as `jianbao
    health --json` prints it. `raw_pages`: those of an archive, to be closed.
    """

    resolve: "Resolve" = _names_nothing
    read_page: Callable[[bytes, str], tuple[str, datetime | None]] = _reads_nothing
    health: 'Callable[["Home", "Connection", datetime], dict[str, Any]]' = _looks_at_nothing
    raw_pages: "Callable[[Home], RawPages]" = _has_none


KEY = "archive.cli.portals"
"""Where the group keeps it for its commands, in click's `Context.meta`."""

pass_portals = pass_meta_key(KEY)
"""Hands it to a command as its first argument."""
