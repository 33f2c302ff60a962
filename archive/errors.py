"""Every error raised on purpose, with the exit code that a cron job sees. docs/exit-codes.md lists them.

JianbaoError                1  something went wrong that no other code names
├── UsageError              2  a command's words, or a file handed to it
├── DoubtfulRun             3  the run ended, and a person should look
├── DatabaseUnavailable     4  locked, unreachable, no database
├── SchemaMismatch          5  an older or newer schema
├── StorageError            6  the home folder cannot be written
├── NetworkUnavailable      7  no source answered
├── AlreadyRunning          8  another run holds the lock
├── NotFound                9  no such article, cluster, run or alarm
├── PersonNeeded           10  the run ended, and an alarm is open
└── ArchiveDamaged         11  records, rows or indexes are not as they should be
"""

from typing import ClassVar


class JianbaoError(Exception):
    """The base. The message is one line and says what to do about it."""

    exit_code: ClassVar[int] = 1


class UsageError(JianbaoError):
    """A command's words, or a file that was handed to it, are wrong."""

    exit_code = 2


class DoubtfulRun(JianbaoError):
    """The run ended, but pages were doubtful or failed, or a source gave less than it is expected to."""

    exit_code = 3


class DatabaseUnavailable(JianbaoError):
    """The database is locked, unreachable, or not a database."""

    exit_code = 4


class SchemaMismatch(JianbaoError):
    """The database's schema, or the version of its text rules, is older or newer than this version of Jianbao."""

    exit_code = 5


class StorageError(JianbaoError):
    """The home folder cannot be written: permissions, a full disk, a file-size limit."""

    exit_code = 6


class NetworkUnavailable(JianbaoError):
    """No source answered at all."""

    exit_code = 7


class AlreadyRunning(JianbaoError):
    """Another run holds the same archive's crawl lock."""

    exit_code = 8


class NotFound(JianbaoError):
    """No article, cluster, run or alarm has that id."""

    exit_code = 9


class PersonNeeded(JianbaoError):
    """The run ended, and an alarm is open: something left what is usual, and does not mend itself; or a look at the
    archive or the machine found what only a person can mend. Its message is "" where a person was told of it."""

    exit_code = 10


class ArchiveDamaged(JianbaoError):
    """Records, rows or indexes of the archive are not as they should be (`jianbao verify`)."""

    exit_code = 11
