"""A process that is killed in the middle of an export."""

import os
import signal
from collections.abc import Callable

from sqlalchemy import Connection, Engine, event

_SYSTEM: tuple[tuple[object, str], ...] = (
    (os, "fsync"),
    (os, "mkdir"),
    (os, "rename"),
    (os, "replace"),
    (os, "unlink"),
    (os, "rmdir"),
)


def killed(do: Callable[[], object], at: int, *, from_commit: bool = False) -> bool:
    """Whether a process of its own that does it was killed before its call number `at` that changes a folder, or
    commits. `from_commit`: the first commit that writes is number 1."""
    child = os.fork()
    if child == 0:
        try:
            left, counts = at, not from_commit

            def count(*_: object) -> None:
                nonlocal left
                left -= counts
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            for module, name in _SYSTEM:
                real = getattr(module, name)
                setattr(module, name, lambda *args, _real=real, **more: (count(), _real(*args, **more))[1])

            def commit(connection: Connection) -> None:
                nonlocal counts
                counts = counts or bool(connection.get_execution_options().get("jianbao_write"))
                count()

            event.listen(Engine, "commit", commit)
            do()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
