"""Of which articles the witness reads the body, and the whole page: some of each template in each run, then a share."""

import pytest

from archive.store.records import CaptureRecord, Item
from crawler.capture.hearing import ENOUGH, LEAST_WHOLE, Heard
from crawler.pages.page import Outcome, Page
from crawler.run.reading.measured import GENERAL, measure
from crawler.run.watch.findings import Findings, SeenPage
from tests.archive.make import DAY


@pytest.mark.parametrize("template", ["clip-story", GENERAL])
def test_so_many_of_a_template_are_read_whole_and_then_a_share(template: str) -> None:
    findings = Findings(share=1e-9)
    asked = []
    for number in range(LEAST_WHOLE + 3):
        url = f"https://www.clip.example/{number}"
        page = Page(url=url, outcome=Outcome.ARTICLE, template=template)
        asked.append(findings.sample.wants(page))
        capture = CaptureRecord(url=url, captured_at=DAY, outcome="article", template=template)
        measured = measure(Item(capture=capture), "", asked=asked[-1])
        seen = SeenPage(host="www.clip.example", again=False, measured=measured, capture_id=1, article_id=1, url=url)
        findings.add("clip", seen, new=True)
    assert asked == [True] * LEAST_WHOLE + [False] * 3


@pytest.mark.parametrize("template", ["clip-story", GENERAL])
def test_of_so_many_of_a_template_the_body_is_read_and_then_of_a_sample(template: str) -> None:
    findings = Findings()
    for number in range(ENOUGH):
        assert findings.heard("enough") == Heard("enough")
        url = f"https://www.clip.example/{number}"
        for agreement in (None, 0.9):  # one of which the witness says nothing is none of them
            capture = CaptureRecord(url=url, captured_at=DAY, outcome="article", template=template, agreement=agreement)
            measured = measure(Item(capture=capture), "")
            seen = SeenPage(
                host="www.clip.example", again=False, measured=measured, capture_id=1, article_id=1, url=url
            )
            findings.add("clip", seen, new=True)
    assert findings.heard("enough") == Heard("enough", frozenset({template}))
