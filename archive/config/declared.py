"""Every setting, once: its name, its kind, its default, its environment variable, and what it does in a line.

docs/settings.md explains them; a test holds the page and this module together.
"""

import os
from collections.abc import Mapping
from typing import Any, Final, Literal

from attrs import Attribute, evolve, field, fields, frozen

from archive.config.kinds import Kind, choice, database, number, proxy, share, text, web_address, whole

Hearing = Literal["all", "enough", "sample", "off"]

MOST_DELAY: Final = 60.0
"""Seconds; a run waits for a host no longer than this (`crawler.run.politeness.hosts.PATIENCE`)."""


def _set(default: Any, kind: Kind, env: str, what: str, *, a_site: bool = False, place: bool = False) -> Any:
    """A setting. `a_site`: a site may have its own. `place`: it is a path, which the file names from the home."""
    return field(default=default, metadata={"kind": kind, "env": env, "what": what, "a_site": a_site, "place": place})


@frozen(kw_only=True)
class Settings:
    """What is in force. `of_sites`: what a site has of its own. `origins`: where each value that is no default comes
    from, in words, by its name (`delay`, `site.sohu.delay`)."""

    database: str | None = _set(
        None,
        database,
        "JIANBAO_DATABASE",
        "where the articles are, an SQLAlchemy address; else archive.db in the home",
    )
    user_agent: str | None = _set(
        None, text, "JIANBAO_USER_AGENT", "how the crawler names itself, with the address of a page about the crawl"
    )
    delay: float = _set(
        1.0,
        number("seconds", MOST_DELAY),
        "JIANBAO_DELAY",
        "fewest seconds from an answer of a host to the next request to it",
        a_site=True,
    )
    budget: int | None = _set(
        None, whole("requests"), "JIANBAO_BUDGET", "most requests to one host a day, by Beijing time", a_site=True
    )
    recheck_share: float = _set(
        0.3,
        share,
        "JIANBAO_RECHECK_SHARE",
        "the part of a host's requests that looks at stored articles may take",
        a_site=True,
    )
    timeout: float = _set(
        30.0, number("seconds", above_zero=True), "JIANBAO_TIMEOUT", "seconds that one request may take"
    )
    max_bytes: int = _set(
        10 * 2**20, whole("bytes"), "JIANBAO_MAX_BYTES", "largest answer that is read, bytes, as sent"
    )
    witness: Hearing | None = _set(  # noqa: RUF009 - it is an attrs field
        None,
        choice("all", "enough", "sample", "off"),
        "JIANBAO_WITNESS",
        "of which pages trafilatura reads the body too; else enough of a crawl, a sample of an import",
    )
    witness_share: float = _set(
        0.05, share, "JIANBAO_WITNESS_SHARE", "of how many pages of a crawl trafilatura reads the whole page"
    )
    warc_bytes: int = _set(
        1_000_000_000, whole("bytes"), "JIANBAO_WARC_BYTES", "size at which a WARC file is closed, bytes"
    )
    proxy: str | None = _set(None, proxy, "JIANBAO_PROXY", "http://host:port of a proxy for every request")
    ca_file: str | None = _set(
        None, text, "JIANBAO_CA_FILE", "PEM file of the certificate authorities to trust", place=True
    )
    sites: str | None = _set(None, text, "JIANBAO_SITES", "folder with more site files", place=True)
    alarm_command: str | None = _set(
        None, text, "JIANBAO_ALARM_COMMAND", "what is run when an alarm is raised or is well again"
    )
    ping_url: str | None = _set(
        None, web_address, "JIANBAO_PING_URL", "address that is told when a crawl begins and how it ended"
    )
    person: str | None = _set(
        None, text, "JIANBAO_PERSON", "who tags, notes, corrects, withdraws and decides; else the login name"
    )
    address: str | None = _set(
        None, web_address, "JIANBAO_ADDRESS", "where others reach the reading room; citations name pages there"
    )
    token_file: str | None = _set(
        None, text, "JIANBAO_TOKEN_FILE", "file with the token of who may write through `jianbao serve`", place=True
    )
    of_sites: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    origins: Mapping[str, str] = field(factory=dict)

    def of(self, site: str) -> "Settings":
        """What is in force for one site; "" for what belongs to none."""
        return evolve(self, **self.of_sites.get(site, {}))

    @property
    def agent(self) -> str:
        """How the crawler names itself."""
        return self.user_agent or f"Jianbao/{_version()} (+https://jianbao.example/crawler)"

    @property
    def who(self) -> str:
        """By whom what is decided here is decided: the name that is set, else the login name."""
        return self.person or _login_name()


def _login_name() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return f"user {os.getuid()}"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jianbao")
    except PackageNotFoundError:
        return "0"


DECLARED: Final[Mapping[str, "Attribute[Any]"]] = {one.name: one for one in fields(Settings) if "kind" in one.metadata}
"""The settings by name."""
OF_A_SITE: Final = tuple(name for name, one in DECLARED.items() if one.metadata["a_site"])
"""Those that a site may have of its own."""
