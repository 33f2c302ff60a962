"""A command whose imports were done beforehand is the command."""

from pathlib import Path

import pytest

from tests.crawler.run.run import WARM, Archive


@pytest.mark.slow
def test_it_says_and_does_what_a_started_one_does(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    unhappy = "import os, sys; print(os.getcwd(), sys.argv, sorted(n for n in os.environ if n != 'PYTHONIOENCODING'))"
    for words, before, environment in (
        (("sites",), "", {}),
        (("crawl",), "", {"JIANBAO_DELAY": "soon"}),
        (("show", "1"), unhappy, {"JIANBAO_HOME": "x"}),
        (("stats",), "1 / 0", {}),
        (("stats",), "import os; os.kill(os.getpid(), 9)", {}),
    ):
        warm = archive.run(*words, before=before, **environment)
        cold = archive.run(*words, before=before, PYTHONIOENCODING="utf-8", **environment)
        assert (warm.returncode, warm.stdout) == (cold.returncode, cold.stdout)
        assert warm.stderr.splitlines()[-1:] == cold.stderr.splitlines()[-1:]


def test_another_interpreter_is_started_where_one_would_notice(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    assert WARM.fits(archive.env(JIANBAO_DELAY="1"))
    for name in ("LC_ALL", "PYTHONIOENCODING", "TZ", "HOME"):
        assert not WARM.fits(archive.env(**{name: "x"}))
