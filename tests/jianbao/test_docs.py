"""docs/api.md does what it says. That docs/api.txt lists what there is, tests/test_docs.py holds."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_the_examples_of_the_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JIANBAO_HOME", raising=False)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    failed, tried = doctest.testfile(str(DOCS / "api.md"), module_relative=False, optionflags=flags)
    assert failed == 0
    assert tried > 20


def test_importing_it_costs_next_to_nothing() -> None:
    program = (
        "import sys; before = set(sys.modules); import jianbao; print(len(set(sys.modules) - before));"
        "assert not {'sqlalchemy', 'lxml', 'scrapy', 'attrs', 'crawler', 'archive'} & set(sys.modules);"
        "assert jianbao.__version__; jianbao.NotFound; assert 'sqlalchemy' not in sys.modules; dir(jianbao)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 30


def test_a_name_that_there_is_not() -> None:
    import jianbao

    with pytest.raises(AttributeError, match="no attribute 'nobody'"):
        jianbao.nobody  # noqa: B018
