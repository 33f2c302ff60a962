"""The chain of sealed batches as the database has it."""

from sqlalchemy import Connection, select

from archive.export.tables import ExportBatch


def head(connection: Connection) -> tuple[int, str] | None:
    """The number and the digest of the last sealed batch; None before the first."""
    statement = select(ExportBatch.number, ExportBatch.digest).order_by(ExportBatch.number.desc()).limit(1)
    found = connection.execute(statement).first()
    return None if found is None else (found.number, found.digest)
