"""An export, its batches applied in order, in a file beside: the last row of a key counts, a tombstone removes it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from archive.errors import UsageError
from archive.export.datasets import DATASETS, Row
from archive.load.exported.package import Package, rows

_OF: Final = {"revisions": "article_id", "captures": "article_id", "changes": "article_id"}
"""The field that names the article to which a row belongs."""
_SCHEMA: Final = """
CREATE TABLE row (dataset TEXT, one INTEGER, other INTEGER, of INTEGER, told TEXT, PRIMARY KEY (dataset, one, other))
    WITHOUT ROWID;
CREATE INDEX of_article ON row (dataset, of);
CREATE TABLE gone (id INTEGER PRIMARY KEY, site TEXT, native_id TEXT);
CREATE TABLE number (dataset TEXT, old INTEGER, new INTEGER, made INTEGER, PRIMARY KEY (dataset, old)) WITHOUT ROWID;
CREATE INDEX number_new ON number (dataset, new);
"""


class Staged:
    """See the module. It also knows which numbers the rows have here: `made`, where they came in with this import."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def apply(self, package: Package) -> None:
        """Apply a package. Raises `UsageError` for a row that is none."""
        self._db.execute("BEGIN")
        if package.whole:
            # Of what was there before and is there no more, a tombstone stays.
            self._db.execute(
                "INSERT OR IGNORE INTO gone SELECT one, told ->> 'site', told ->> 'native_id' FROM row"
                " WHERE dataset = 'articles'"
            )
            self._db.execute("DELETE FROM row")
        for name in DATASETS:
            for row in rows(package, name):
                self._put(name, row)
        self._db.execute("COMMIT")

    def _put(self, name: str, row: Row) -> None:
        key = DATASETS[name].key_of(row)
        one, other = (*key, 0)[:2]
        if row.get("op") == "withdraw":
            if name == "articles":
                self._db.execute(
                    "INSERT OR REPLACE INTO gone SELECT one, told ->> 'site', told ->> 'native_id' FROM row"
                    " WHERE dataset = 'articles' AND one = ?",
                    (one,),
                )
            self._db.execute("DELETE FROM row WHERE dataset = ? AND one = ? AND other = ?", (name, one, other))
            return
        if name == "articles":
            self._db.execute("DELETE FROM gone WHERE id = ?", (one,))
        told = json.dumps({field: row[field] for field in DATASETS[name].fields if field in row}, ensure_ascii=False)
        of = row.get(_OF[name]) if name in _OF else None
        self._db.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?, ?, ?)", (name, one, other, of, told))

    def check(self) -> None:
        """Raises `UsageError` where two articles have one name: each is one publication at one site."""
        found = self._db.execute(
            "SELECT min(one), max(one) FROM row WHERE dataset = 'articles'"
            " GROUP BY told ->> 'site', told ->> 'native_id' HAVING count(*) > 1 LIMIT 1"
        ).fetchone()
        if found is not None:
            raise UsageError(f"articles {found[0]} and {found[1]} of the export have one name; nothing was taken in")

    def count(self, name: str) -> int:
        """How many rows a dataset has."""
        return int(self._db.execute("SELECT count(*) FROM row WHERE dataset = ?", (name,)).fetchone()[0])

    def some(self, name: str, most: int, *, alone: bool = False) -> Iterator[list[Row]]:
        """The rows of a dataset in the order of their keys, some at a time. `alone`: those of no article."""
        after = (0, -1)
        only = "AND of IS NULL" if alone else ""
        while True:
            found = self._db.execute(
                f"SELECT one, other, told FROM row WHERE dataset = ? AND (one, other) > (?, ?) {only}"  # noqa: S608
                " ORDER BY one, other LIMIT ?",
                (name, *after, most),
            ).fetchall()
            if not found:
                return
            after = found[-1][:2]
            yield [json.loads(told) for *_, told in found]

    def of(self, name: str, article_ids: Sequence[int]) -> dict[int, list[Row]]:
        """The rows of a dataset that belong to these articles, in the order of their keys."""
        listed = json.dumps(list(article_ids))
        found: dict[int, list[Row]] = {key: [] for key in article_ids}
        for of, told in self._db.execute(
            "SELECT of, told FROM row WHERE dataset = ? AND of IN (SELECT value FROM json_each(?)) ORDER BY one, other",
            (name, listed),
        ):
            found[of].append(json.loads(told))
        return found

    def has(self, name: str, one: int, other: int) -> bool:
        """Whether there is a row of this key."""
        its = "SELECT 1 FROM row WHERE dataset = ? AND one = ? AND other = ?"
        return self._db.execute(its, (name, one, other)).fetchone() is not None

    def gone(self) -> list[tuple[str, str]]:
        """Site and native id of the articles that were withdrawn."""
        return self._db.execute("SELECT site, native_id FROM gone WHERE site IS NOT NULL ORDER BY id").fetchall()

    def note(self, name: str, numbers: Iterable[tuple[int, int, bool]]) -> None:
        """Note which number a row has here, and whether it came in with this import."""
        self._db.executemany("INSERT OR REPLACE INTO number VALUES (?, ?, ?, ?)", ((name, *one) for one in numbers))

    def here(self, name: str, old: Iterable[int | None]) -> dict[int, int]:
        """The numbers that rows have here, of those that are known."""
        listed = json.dumps(sorted({one for one in old if one is not None}))
        its = "SELECT old, new FROM number WHERE dataset = ? AND old IN (SELECT value FROM json_each(?))"
        return dict(self._db.execute(its, (name, listed)).fetchall())

    def there(self, name: str, new: Iterable[int], *, made: bool = False) -> dict[int, int]:
        """The reverse. `made`: of those alone that came in with this import."""
        only = "AND made" if made else ""
        its = f"SELECT new, old FROM number WHERE dataset = ? {only} AND new IN (SELECT value FROM json_each(?))"  # noqa: S608
        return dict(self._db.execute(its, (name, json.dumps(sorted(new)))).fetchall())

    def made(self, name: str, most: int) -> Iterator[list[int]]:
        """The numbers here of what came in with this import, some at a time."""
        after = 0
        its = "SELECT new FROM number WHERE dataset = ? AND made AND new > ? ORDER BY new LIMIT ?"
        while found := [one for (one,) in self._db.execute(its, (name, after, most)).fetchall()]:
            after = found[-1]
            yield found


@contextmanager
def staged(found: Iterable[Package], folder: Path | None = None) -> Iterator[Staged]:
    """The packages applied in their order, in a file that is removed at the end. `folder`: where there is room for
    it."""
    with TemporaryDirectory(prefix="jianbao-import-", dir=folder) as place:
        made = Staged(Path(place, "staged.db"))
        try:
            for package in found:
                made.apply(package)
            made.check()
            yield made
        finally:
            made.close()
