"""The sdist is the whole project, the wheel is its packages. That the wheel works, `python -m tests.release` shows."""

from pathlib import Path

import pytest

from tests.release.packages import build, foreign, lacking, unlike

pytestmark = pytest.mark.slow


def test_the_sdist_and_the_wheel_hold_what_they_should(tmp_path: Path) -> None:
    sdist, wheel = build(tmp_path)
    assert lacking(sdist) == set(), "MANIFEST.in"
    assert foreign(sdist) == set(), "MANIFEST.in"
    assert unlike(wheel) == set(), "package-data in pyproject.toml"
