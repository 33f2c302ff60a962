"""What a draft must be worth: five pages of each of six templates of ours, the template taken away, read as it did."""

import pytest

from benchmarks.draft.measure import Outcomes, measure
from benchmarks.draft.pages import portal_pages

FORMS = ("post-news", "mobile", "endtext", "ep", "mp2024", "content")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured() -> dict[str, Outcomes]:
    pages = portal_pages(seed=5, most=8, articles=260)
    found = {form: measure(form, pages[form]) for form in FORMS}
    return {form: one for form, one in found.items() if one is not None}


def test_the_body_is_the_real_template_s(measured: dict[str, Outcomes]) -> None:
    assert list(measured) == list(FORMS)
    assert {form: one.f1 for form, one in measured.items() if one.f1 < 0.99} == {}


def test_headline_and_time_are_right_in_five_of_six(measured: dict[str, Outcomes]) -> None:
    right = [one for one in measured.values() if one.headlines == one.times == len(one.scores)]
    assert len(right) >= 5


def test_at_most_ten_lines_are_to_be_changed(measured: dict[str, Outcomes]) -> None:
    assert {form: one.changes for form, one in measured.items() if len(one.changes) > 10} == {}
