"""What a status means is said once: the extraction, the crawl's retries and the captures agree."""

from datetime import UTC, datetime

import pytest

from crawler import settings
from crawler.capture.role import Role, role_of
from crawler.pages.outcome import by_status
from crawler.pages.page import Outcome
from crawler.pages.status import BLOCKED, GONE, PARTIAL, TRANSIENT, is_redirect, is_transient
from crawler.warc.raw import RawCapture


@pytest.mark.parametrize("status", range(100, 600))
def test_each_status_has_one_meaning_everywhere(status: int) -> None:
    at = datetime(2026, 3, 4, tzinfo=UTC)
    role = role_of(RawCapture(url="https://www.sohu.com/a/1000001_2", captured_at=at, payload=b"", status=status))
    assert (role is Role.TRANSIENT) == is_transient(status) == (status in settings.RETRY_HTTP_CODES)
    assert (role is Role.REDIRECT) == is_redirect(status)
    outcome = (by_status(status) or (None,))[0]
    assert (outcome is Outcome.INCOMPLETE) == (status == PARTIAL)
    assert (outcome is Outcome.GONE) == (status in GONE)
    assert (outcome is Outcome.BLOCKED) == (status in BLOCKED)
    if outcome is Outcome.BROKEN and not is_transient(status):
        # An answer under 1xx is no last one: no page comes with it.
        assert 400 <= status < 500 or status < 200


@pytest.mark.parametrize("status", [0, 99, 600, 999])
def test_a_number_that_is_no_status_counts_as_a_failure_of_the_server(status: int) -> None:
    assert is_transient(status)


def test_what_is_gone_is_not_asked_for_again() -> None:
    assert not GONE & (TRANSIENT | BLOCKED)
