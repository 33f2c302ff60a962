"""How PostgreSQL reads the statements of a search: by its indexes.

It does not know that a text lies outside the row that names it, and so takes it for cheaper to read all texts than to
ask an index for a wide word, which costs twenty times as much; nor how many rows are kept for the parts of a statement,
of which 4 MB would go through a file; and it compiles what is read in a tenth of a second.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

# A statement that came ten times on a connection would else be planned for any word at once, as if none were wide.
_SETTINGS: Final = {
    "enable_seqscan": "off",
    "jit": "off",
    "work_mem": "'64MB'",
    "plan_cache_mode": "force_custom_plan",
}
_ON: Final = "; ".join(f"SET LOCAL {name} = {value}" for name, value in _SETTINGS.items())
_OFF: Final = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _SETTINGS)


@contextmanager
def by_index(connection: Connection) -> Iterator[None]:
    """For the statements that are sent in the block, in a transaction."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(_ON)
    yield
    # Not where a statement failed: the transaction, and with it what holds in it alone, is over.
    connection.exec_driver_sql(_OFF)
