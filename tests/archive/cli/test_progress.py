"""Where nobody looks at a terminal, a long command still says now and then how far it is."""

from pathlib import Path

import pytest

from archive.cli import progress


def test_plain_lines_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 200)
    moments = iter([0.0, 10.0, 31.0, 31.0, 40.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(moments))
    with progress.through(path) as tell:
        for offset in (20, 50, 90):
            tell(offset)
    assert capsys.readouterr().err == f"{path}: 25%\n"
