"""The real command in a process of its own, and a look into the archive that it leaves."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tests.crawler.warm import ROOT, Warm


@frozen
class Archive:
    """One archive's home, and the environment that its commands run in."""

    home: Path
    environment: Mapping[str, str] = field(factory=dict)

    def start(self, *words: str, before: str = "", **environment: str) -> "subprocess.Popen[str]":
        """Start `jianbao WORDS`. `before`: Python that the process runs first."""
        program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {before}\nfrom crawler.cli import main\nmain()"
        command = [sys.executable, "-c", program, "--home", str(self.home), *words]
        return subprocess.Popen(
            command, env=self.env(**environment), cwd=self.home.parent, text=True, stdout=-1, stderr=-1
        )

    def run(self, *words: str, before: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `jianbao WORDS` to its end; where that is the same, with its imports done (`warm.py`)."""
        own = self.env(**environment)
        if WARM.fits(own):
            return WARM.run(["--home", str(self.home), *words], before, own, self.home.parent, timeout=120)
        with self.start(*words, before=before, **environment) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a command: this one's without what concerns Jianbao or a proxy, and what was given."""
        return {**_plain(), **self.environment, **more}

    def rows(self, statement: str) -> list[Any]:
        """What a query on the SQLite archive gives."""
        with closing(sqlite3.connect(self.home / "archive.db")) as connection:
            return connection.execute(statement).fetchall()

    def articles(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Every article by site and native id, with what a reader sees of it."""
        rows = self.rows(
            "SELECT site, native_id, url, headline, body, published_at, authors, images, revision FROM article"
        )
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}

    def last_run(self) -> dict[str, Any]:
        """The newest row of `crawl_run`."""
        with closing(sqlite3.connect(self.home / "archive.db")) as connection:
            connection.row_factory = sqlite3.Row
            row = dict(connection.execute("SELECT * FROM crawl_run ORDER BY id DESC LIMIT 1").fetchone())
        return row | {"sites": json.loads(row["sites"])}

    def warcs(self) -> list[Path]:
        """The WARC files, oldest first."""
        return sorted((self.home / "warc").glob("*.warc.gz"))


def _plain() -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("JIANBAO_") and "proxy" not in k.lower()}
    return {**own, "PYTHONWARNINGS": "error::ResourceWarning"}


WARM = Warm(_plain())
