"""The comparison form changes with its version only: what two archives hold of one version can be compared."""

import pytest

from archive.text.version import VERSION
from tests.archive.ingest.comparison_form import TEXTS, made, written


def test_the_newest_version_is_written_down() -> None:
    assert max(map(int, written())) == VERSION, "python -m tests.archive.ingest.comparison_form writes it down"
    assert list(written()[str(VERSION)]) == list(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_text_gives_changes_with_the_version_only(name: str) -> None:
    assert made(TEXTS[name]) == written()[str(VERSION)][name], "raise archive.text.version.VERSION"
