"""The older rows of the duplicate index, packed in runs: those that there are become one."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import sqlalchemy as sa
from alembic import op

from archive.dedup.propose import packed

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = ("dedup_middle", "dedup_sealed")
FRESH = 50_000
TOGETHER = 4
SLICE = 1 << 18
ROOM = 32
_EVEN = 47
_CHUNK = 2000


def upgrade() -> None:
    """Make their tables, and of the rows of the two that were before one run."""
    run = op.create_table(
        "dedup_run",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dedup_run"),
    )
    block = op.create_table(
        "dedup_block",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dedup_block"),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # Bits by chance, which nothing packs.
        op.execute("ALTER TABLE dedup_run ALTER COLUMN words SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE dedup_block ALTER COLUMN packed SET STORAGE EXTERNAL")
    size = sum(connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in OLD)  # noqa: S608
    if size:
        level = 0
        while FRESH * TOGETHER ** (level + 1) <= size:
            level += 1
        bits, words = packed.bits_for(size), packed.empty_filter(size)
        for turned, ids in _sorted(connection, size):
            packed.note(words, turned)
            blocks = packed.blocks(turned, ids, bits)
            while some := list(islice(blocks, _CHUNK)):
                op.bulk_insert(block, [{"id": (1 << ROOM) + number, "packed": rows} for number, rows in some])
        told = {"id": 1, "token": 1 + int(words[0] >> np.uint64(2)), "level": level, "bits": bits, "size": size}
        op.bulk_insert(run, [{**told, "words": words.astype("<u8").tobytes()}])
    for name in OLD:
        op.drop_table(name)
    op.execute("DELETE FROM dedup_state WHERE name IN ('middle', 'sealed')")


def downgrade() -> None:
    """All rows of runs to the large table."""
    for name in OLD:
        op.create_table(
            name,
            sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("article_id", KEY, autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("hash", "article_id", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    connection = op.get_bind()
    give = sa.text("INSERT INTO dedup_sealed (hash, article_id) VALUES (:hash, :id) ON CONFLICT DO NOTHING")
    query = sa.text("SELECT id, packed FROM dedup_block WHERE id > :after ORDER BY id LIMIT 200")
    after = 0
    while found := connection.execute(query, {"after": after}).all():
        turned, ids = packed.unpack(b"".join(row.packed for row in found))
        pairs = zip(packed.turned_back(turned).tolist(), ids.tolist(), strict=True)
        connection.execute(give, [{"hash": value, "id": key} for value, key in pairs])
        after = found[-1].id
    op.drop_table("dedup_block")
    op.drop_table("dedup_run")
    op.execute("INSERT INTO dedup_state (name, value) SELECT 'sealed', count(*) FROM dedup_sealed")
    op.execute("INSERT INTO dedup_state (name, value) VALUES ('middle', 0)")


def _sorted(connection: sa.Connection, size: int) -> Iterator[tuple[packed.Hashes, packed.Ids]]:
    """The old rows as a run has them, a slice at a time: those whose lower 47 bits begin alike."""
    cut = (size // SLICE).bit_length()
    query = sa.text(
        " UNION ALL ".join(f"SELECT hash, article_id FROM {name} WHERE hash >= :low AND hash < :high" for name in OLD)  # noqa: S608
    )
    for number in range(1 << cut):
        rows = []
        for above in range(1 << (packed.HASH_BITS - _EVEN)):
            low = (above << _EVEN) + (number << (_EVEN - cut))
            found = connection.execute(query, {"low": low, "high": low + (1 << (_EVEN - cut))})
            rows += [tuple(row) for row in found]
        made = np.array(rows, dtype=np.uint64).reshape(-1, 2)
        turned = packed.turn(made[:, 0])
        order = np.argsort(turned, kind="stable")
        yield turned[order], made[order, 1]
