"""What a run asks for: an address that it claimed, a known article that it looks at again."""

from datetime import datetime

from attrs import frozen

from archive.ingest.observations import PART
from crawler.run.trouble.retry import host_of


@frozen(kw_only=True)
class Claim:
    """One address that this run may fetch. `lease`: the number of its lease, by which it is settled. `again`: it was
    tried in vain before, whether that counts or not."""

    id: int
    site: str
    native_id: str
    url: str
    attempts: int
    lease: int = 0
    again: bool = False

    @property
    def host(self) -> str:
        """The host that is asked."""
        return host_of(self.url)


@frozen(kw_only=True)
class Known:
    """The capture of the last look whose payload is in a record of its own: what a new answer may repeat.

    `url`, `at`, `digest`: of that capture. `text_digest`: of the text that it showed. `etag`, `last_modified`: as the
    newest answer had them. `place`: file, offset and length of its record.
    """

    url: str
    at: datetime
    digest: str
    text_digest: str | None
    etag: str | None
    last_modified: str | None
    place: tuple[str, int, int | None]


@frozen(kw_only=True)
class Recheck:
    """One article that this run looks at again. The times as in `archive.store.models.Recheck`."""

    article_id: int
    site: str
    native_id: str
    host: str
    url: str
    since: datetime
    told_at: datetime
    missed_at: datetime | None
    pace: int
    known: Known | None
    again: bool = False

    @property
    def id(self) -> int:
        """What tells it from other looks and from the frontier's addresses."""
        return -self.article_id

    @property
    def is_paged(self) -> bool:
        """Whether its page was one of several at the last look."""
        return self.known is not None and (self.known.text_digest or "").startswith(PART)
