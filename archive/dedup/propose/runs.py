"""The sealed part of the index: runs of packed rows that are never written again, only merged (a log-structured merge
tree: O'Neil and others, 1996), each with a filter that says without reading what it does not hold.

*Moving.* The small table's rows become a run of level 0. Four runs of one level become one of the next. So a row is
written anew once a level, by numpy, and what moving costs grows as the logarithm of the archive. A merge reads a slice
of each run at a time: memory is bounded whatever their size.

*Look-up.* A filter answers from memory; only blocks that may hold a hash are read. At a million articles nearly every
hash that nobody holds would else cost a page in each run.

*In step.* Runs, blocks and filters are rows of the archive's own SQL, written in the transaction that moves rows: a
kill, a rollback or an older copy of the archive leaves them as they were together. A run has a token, drawn by chance.
A process keeps in memory which runs there are and the filters that it has read, by their tokens; and the very
statement that reads blocks tells which runs stand there. Where they are others, what was found is thrown away, the
list is read again, and the look-up begins anew. So it does not matter who moved rows, when, or whether that was
undone. A run loses rows when an article is withdrawn or changed, which leaves its filter true.

*Reading a filter* costs what some hundred look-ups cost. So a process reads one when it is to look up so many hashes
without it: who asks of one text never does. All filters that a process holds take some 50 bytes an article, and no
run's more than 32 MB.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from attrs import define
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, delete, insert, select, update

from archive.dedup.propose import packed
from archive.dedup.propose.packed import Hashes, Ids, Words
from archive.dedup.propose.shingles import ascending
from archive.dedup.tables import DedupBlock, DedupRun
from archive.store.keys import chunks
from archive.store.table import insert_rows

TOGETHER: Final = 4
"""So many runs of a level become one of the next."""
SLICE: Final = 1 << 19
"""Rows that a merge holds at a time, about."""
_ROOM: Final = 32
"""A block's id is its run's, and its number in the run in as many bits."""
_SOME: Final = 2000
"""Blocks that are read, or unpacked, at a time."""
_BYTES: Final = 16_000
"""Bytes of a filter that are read in the time of one look-up, about."""


@define(eq=False)
class Run:
    """One run, as a process knows it. `size`: rows. `words`: its filter, None until it is read. `asked`: hashes that
    were looked up without it."""

    id: int
    token: int
    level: int
    bits: int
    size: int
    words: Words | None = None
    asked: int = 0

    def first(self, number: int = 0) -> int:
        """The id of the block with a number."""
        return (self.id << _ROOM) + number


@define(eq=False)
class Runs:
    """What this process knows of an archive's runs, in the order of their ids."""

    known: tuple[Run, ...] = ()

    def ready(self, connection: Connection, asked: int) -> tuple[Run, ...]:
        """The known runs, before so many hashes are looked up in them: with the filters that are worth reading by then.
        Without them a batch of texts would read, and hold in memory, a block for each of its hashes in each run."""
        for run in self.known:
            if run.words is None:
                run.asked += asked
                if run.asked * _BYTES * 8 >= run.size * packed.BITS_OF_SMALL:
                    found = connection.scalar(select(DedupRun.words).where(DedupRun.token == run.token))
                    run.words = (
                        None if found is None else np.frombuffer(found, dtype="<u8").astype(np.uint64, copy=False)
                    )
        return self.known

    def told(self, connection: Connection, known: Sequence[Run], tokens: set[tuple[int, int]]) -> bool:
        """Whether those that were known are the runs that stand there, as a look-up told. If not, they are read."""
        if tokens == {(run.id, run.token) for run in known}:
            return True
        self.read(connection)
        return False

    def read(self, connection: Connection) -> None:
        """Read which runs there are."""
        known = {run.token: run for run in self.known}
        columns = (DedupRun.id, DedupRun.token, DedupRun.level, DedupRun.bits, DedupRun.size)
        rows = connection.execute(select(*columns).order_by(DedupRun.id)).all()
        self.known = tuple(known.get(row.token) or Run(*row) for row in rows)

    def add(self, connection: Connection, hashes: Hashes, ids: Ids) -> None:
        """Make a run of rows, and merge what is to be merged."""
        self.read(connection)
        turned = packed.turn(hashes)
        order = np.argsort(turned, kind="stable")
        self._write(connection, 0, len(turned), [(turned[order], ids[order])])
        while crowded := self._crowded():
            size = sum(run.size for run in crowded)
            self._write(connection, crowded[0].level + 1, size, _merged(connection, crowded))
            for run in crowded:
                between = DedupBlock.id.between(run.first(), run.first((1 << run.bits) - 1))
                connection.execute(delete(DedupBlock).where(between))
                connection.execute(delete(DedupRun).where(DedupRun.id == run.id))
            self.known = tuple(run for run in self.known if run not in crowded)

    def _crowded(self) -> list[Run]:
        by_level: defaultdict[int, list[Run]] = defaultdict(list)
        for run in self.known:
            by_level[run.level].append(run)
        return next((by_level[level] for level in sorted(by_level) if len(by_level[level]) >= TOGETHER), [])

    def _write(self, connection: Connection, level: int, size: int, slices: Iterable[tuple[Hashes, Ids]]) -> None:
        """`slices`: rows in their order, `size` in all."""
        last = max((run.id for run in self.known), default=0)
        run = Run(last + 1, secrets.randbits(62), level, packed.bits_for(size), size)
        words = run.words = packed.empty_filter(size)
        for turned, ids in slices:
            packed.note(words, turned)
            first = run.first()
            _insert(connection, [(first + at, rows) for at, rows in packed.blocks(turned, ids, run.bits)])
        names = ("id", "token", "level", "bits", "size")
        told = {name: getattr(run, name) for name in names} | {"words": words.astype("<u8", copy=False).tobytes()}
        connection.execute(insert(DedupRun), told)
        self.known = (*self.known, run)


_OF: Final[WeakKeyDictionary[Engine, Runs]] = WeakKeyDictionary()


def runs_of(connection: Connection) -> Runs:
    """What this process knows of the runs of the connection's archive."""
    return _OF.setdefault(connection.engine, Runs())


def likely(known: Sequence[Run], turned: Hashes) -> tuple[Hashes, list[int]]:
    """What to look for: each hash once for every run that may hold it, named as `_named` does; and in which blocks."""
    if not known:
        return turned[:0], []
    bits = packed.bits_of(turned)
    # All runs at once but for the look into their filters: with few hashes, it is the number of numpy's calls that
    # costs.
    sizes = np.array([0 if run.words is None else len(run.words) for run in known], dtype=np.uint64)
    places = packed.places(turned, sizes[:, np.newaxis])
    held = [bits if run.words is None else run.words[its] for run, its in zip(known, places, strict=True)]
    which, hits = np.nonzero((np.stack(held) & bits) == bits)
    found = turned[hits]
    shifts = np.array([packed.HASH_BITS - run.bits for run in known], dtype=np.uint64)
    blocks = np.array([run.first() for run in known], dtype=np.uint64)[which] + (found >> shifts[which])
    return _named(which.astype(np.uint64), found), ascending(blocks).tolist()


def find(known: Sequence[Run], wanted: Hashes, blocks: Mapping[int, bytes]) -> Iterator[tuple[int, int]]:
    """Of what is looked for, by the blocks that were read: the hashes, each with an article that holds it."""
    places = {run.id: place for place, run in enumerate(known)}
    for order in chunks(sorted(blocks), _SOME):  # unpacked, a block is five times as large
        turned, ids = packed.unpack(b"".join([blocks[key] for key in order]))
        its = np.array([places[key >> _ROOM] for key in order], dtype=np.uint64)
        named = _named(np.repeat(its, [len(blocks[key]) // packed.ROW for key in order]), turned)
        start, end = np.searchsorted(named, wanted, "left"), np.searchsorted(named, wanted, "right")
        held = end > start
        values = packed.turned_back(turned[start[held]]).tolist()
        for value, first, last in zip(values, start[held].tolist(), end[held].tolist(), strict=True):
            for article_id in ids[first:last].tolist():
                yield value, article_id


def remove(connection: Connection, pairs: Collection[tuple[int, int]]) -> None:
    """Remove (hash, article id) rows, wherever they stand."""
    runs = runs_of(connection)
    runs.read(connection)
    turned = packed.turn(np.array([value for value, _ in pairs], dtype=np.uint64))
    gone = set(zip(turned.tolist(), (article_id for _, article_id in pairs), strict=True))
    _, numbers = likely(runs.known, ascending(turned))
    blocks: dict[int, bytes] = {}
    for some in chunks(numbers):
        rows = connection.execute(select(DedupBlock.id, DedupBlock.packed).where(DedupBlock.id.in_(some)))
        blocks.update((row.id, row.packed) for row in rows)
    for key, block in blocks.items():
        its, ids = packed.unpack(block)
        kept = np.array([row not in gone for row in zip(its.tolist(), ids.tolist(), strict=True)])
        if not kept.all():
            _replace(connection, key, packed.pack(its[kept], ids[kept]))


def drop(connection: Connection, article_ids: Collection[int]) -> None:
    """Remove all rows of these articles. Reads everything."""
    gone = np.array(sorted(article_ids), dtype=np.uint64)
    for key, its, ids in everything(connection):
        kept = ~np.isin(ids, gone)
        if not kept.all():
            _replace(connection, key, packed.pack(its[kept], ids[kept]))


def everything(connection: Connection) -> Iterator[tuple[int, Hashes, Ids]]:
    """Every block: its id, the turned hashes of its rows, and the articles that hold them."""
    after = 0
    query = select(DedupBlock.id, DedupBlock.packed).order_by(DedupBlock.id).limit(_SOME)
    while rows := connection.execute(query.where(DedupBlock.id > after)).all():
        for row in rows:
            yield row.id, *packed.unpack(row.packed)
        after = rows[-1].id


def untrue(connection: Connection) -> Iterator[tuple[int, int, bytes]]:
    """Runs with a filter that does not know all that they hold: the id and the token of each, and its filter made anew.
    Reads everything."""
    runs = Runs()
    runs.read(connection)
    for run in runs.known:
        made = packed.empty_filter(run.size)
        for turned, _ in _merged(connection, [run]):
            packed.note(made, turned)
        stored = connection.scalar(select(DedupRun.words).where(DedupRun.id == run.id)) or b""
        words = np.frombuffer(stored, dtype="<u8") if len(stored) == made.nbytes else np.zeros_like(made)
        if (made & ~words).any():
            yield run.id, run.token, made.astype("<u8", copy=False).tobytes()


def _named(places: NDArray[np.uint64], turned: Hashes) -> Hashes:
    """Turned hashes, each with the place of the run where it is looked for."""
    return (places << np.uint64(packed.HASH_BITS)) | turned


def _merged(connection: Connection, runs: Sequence[Run]) -> Iterator[tuple[Hashes, Ids]]:
    """The rows of several runs in their order, a slice at a time: those whose hashes begin alike."""
    size = sum(run.size for run in runs)
    cut = min(*(run.bits for run in runs), (size // SLICE).bit_length())
    for number in range(1 << cut):
        found = []
        for run in runs:
            share = run.bits - cut
            between = DedupBlock.id.between(run.first(number << share), run.first(((number + 1) << share) - 1))
            query = select(DedupBlock.packed).where(between).order_by(DedupBlock.id)
            found.append(packed.unpack(b"".join(connection.scalars(query).all())))
        turned, ids = (np.concatenate([rows[part] for rows in found]) for part in (0, 1))
        order = np.argsort(turned, kind="stable")
        yield turned[order], ids[order]


def _insert(connection: Connection, blocks: list[tuple[int, bytes]]) -> None:
    if connection.dialect.name == "sqlite":
        # The driver's own executemany: SQLAlchemy's costs as much again for each row.
        connection.exec_driver_sql("INSERT INTO dedup_block (id, packed) VALUES (?, ?)", blocks)
        return
    for some in chunks(blocks):
        insert_rows(connection, DedupBlock, [{"id": key, "packed": rows} for key, rows in some])


def _replace(connection: Connection, key: int, rows: bytes) -> None:
    which = DedupBlock.id == key
    connection.execute(update(DedupBlock).where(which).values(packed=rows) if rows else delete(DedupBlock).where(which))
