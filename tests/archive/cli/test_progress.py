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
    with progress.through([path]) as tell:
        for offset in (20, 50, 90):
            tell(path, offset)
    assert capsys.readouterr().err == f"{path}: 25%\n"


def test_the_way_through_several_files_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / name for name in "abc"]
    for path, size in zip(paths, (100, 0, 300), strict=True):
        path.write_bytes(b"x" * size)
    monkeypatch.setattr(progress, "EVERY", -1.0)
    with progress.through(paths) as tell:
        for path, offset in ((paths[0], 50), (paths[1], 0), (paths[2], 150), (paths[2], 900)):
            tell(path, offset)
    assert capsys.readouterr().err == "3 files: 12%\n3 files: 25%\n3 files: 62%\n3 files: 100%\n"
