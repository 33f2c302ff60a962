"""What has changed since the last batch: noted in `export_due` by triggers, in the transaction that changes it, so that
no writer can forget it. Before a chain is begun there are no triggers, and nothing is written.

A trigger's name holds a digest of what it does. Where the triggers that stand are not those that this program makes (a
migration rebuilt a table, an archive was rebuilt, the program is a newer one), something may have gone by unnoted: all
is due then (`ANEW`).
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from time import sleep
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, Engine, insert, text

from archive.errors import DatabaseUnavailable
from archive.export.tables import ExportDue
from archive.store.db import reading, writing
from archive.store.models import Article
from archive.watch.states import State

ANEW: Final = "*"
"""In the place of a dataset: the next batch holds all that there is, and what was before falls."""
CAPTURES_OF: Final = "captures_of"
"""In the place of a dataset: all captures of an article, by its key too, which no index finds."""
PREFIX: Final = "export_due_"
# A lock on PostgreSQL is waited for in turns shorter than its deadlock_timeout (1 s), so that ours is the transaction
# that gives way, and no writer's.
_WAIT: Final = "500ms"
_TURNS: Final = 120
_PAUSE: Final = 0.25
"""Seconds in which writers go on."""
_INTO: Final = "INSERT INTO export_due (dataset, key, other, regrouped)"


@frozen
class Trigger:
    """`table`, `when` (INSERT, DELETE, UPDATE OF …), `condition`, and the statements that note what is due."""

    table: str
    when: str
    notes: tuple[str, ...]
    condition: str = ""

    @property
    def name(self) -> str:
        """Of it, and on PostgreSQL of its function."""
        told = repr((self.table, self.when, self.notes, self.condition)).encode()
        return f"{PREFIX}{self.table}_{hashlib.sha256(told).hexdigest()[:12]}"


def _note(dataset: str, key: str, other: str = "0", *, regrouped: bool = False) -> str:
    return f"{_INTO} VALUES ('{dataset}', {key}, {other}, {int(regrouped)})"


def _note_all(dataset: str, key: str, other: str, rows: str) -> str:
    return f"{_INTO} SELECT '{dataset}', {key}, {other}, 0 FROM {rows}"  # noqa: S608 - all of it is ours


def _revised(article: str) -> str:
    """What is told of the revisions of an article."""
    return _note_all("changes", "id", "0", f"change WHERE article_id = {article} AND kind = 'revised'")


def _differs(*columns: str) -> str:
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)


def _of_table(table: str, dataset: str, key: str, other: str = "0") -> Iterator[Trigger]:
    """A table whose rows are the rows of a dataset."""
    yield Trigger(table, "INSERT", (_note(dataset, f"NEW.{key}", _at("NEW", other)),))
    yield Trigger(table, "DELETE", (_note(dataset, f"OLD.{key}", _at("OLD", other)),))
    yield Trigger(table, "UPDATE", (_note(dataset, f"NEW.{key}", _at("NEW", other)),))
    keys = [key] if other == "0" else [key, other]
    yield Trigger(table, "UPDATE", (_note(dataset, f"OLD.{key}", _at("OLD", other)),), _differs(*keys))


def _at(row: str, column: str) -> str:
    return column if column == "0" else f"{row}.{column}"


@cache
def triggers() -> tuple[Trigger, ...]:
    """All of them."""
    own = ", ".join(c.name for c in Article.__table__.columns if c.name not in ("id", "cluster_id", "blocks"))
    states = ", ".join(f"'{state}'" for state in State)
    # Who stands for a story changes for two articles at most: who did or does, and the one whose number the story has,
    # which stood for itself alone.
    stands = [_note("articles", key, regrouped=True) for key in ("NEW.id", "NEW.representative_id")]
    stood = [_note("articles", key, regrouped=True) for key in ("OLD.id", "OLD.representative_id")]
    its = (
        _note_all("revisions", "article_id", "number", "revision WHERE article_id = NEW.id"),
        _note_all("changes", "id", "0", "change WHERE article_id = NEW.id"),
        _note_all("links", "article_id", "other_id", "link WHERE article_id = NEW.id"),
        _note_all("links", "article_id", "other_id", "link WHERE other_id = NEW.id"),
        _note(CAPTURES_OF, "NEW.id"),
    )
    story = _note("stories", "coalesce(NEW.cluster_id, NEW.id)")
    left = _note("stories", "coalesce(OLD.cluster_id, OLD.id)")
    texts = (_note("revisions", "NEW.id", "NEW.revision"), _note("revisions", "NEW.id", "OLD.revision"))
    return (
        Trigger("article", "INSERT", (_note("articles", "NEW.id"), story)),
        Trigger("article", "DELETE", (_note("articles", "OLD.id"), left)),
        Trigger("article", f"UPDATE OF {own}", (_note("articles", "NEW.id"),)),
        Trigger(
            "article",
            "UPDATE OF cluster_id",
            (_note("articles", "NEW.id", regrouped=True), story, left),
            _differs("cluster_id"),
        ),
        Trigger(
            "article",
            "UPDATE OF published_at, published_precision",
            (story,),
            _differs("published_at", "published_precision"),
        ),
        # The present text stands in the article's row; what a revision changed is told by the texts.
        Trigger(
            "article",
            "UPDATE OF headline, body, revision",
            (*texts, _revised("NEW.id")),
            _differs("headline", "body", "revision"),
        ),
        Trigger("article", "UPDATE OF withdrawn_at", (*its, story), _differs("withdrawn_at")),
        *_of_table("revision", "revisions", "article_id", "number"),
        Trigger("revision", "INSERT", (_revised("NEW.article_id"),)),
        Trigger("revision", "DELETE", (_revised("OLD.article_id"),)),
        Trigger("revision", "UPDATE", (_revised("NEW.article_id"),)),
        *_of_table("capture", "captures", "id"),
        *_of_table("change", "changes", "id"),
        *_of_table("link", "links", "article_id", "other_id"),
        Trigger("change", "INSERT", (_note("articles", "NEW.article_id"),), f"NEW.kind IN ({states})"),
        Trigger("dedup_text", "INSERT", (_note("articles", "NEW.article_id"),)),
        Trigger("dedup_text", "DELETE", (_note("articles", "OLD.article_id"),)),
        Trigger("dedup_text", "UPDATE OF length, signature", (_note("articles", "NEW.article_id"),)),
        *_of_table("cluster", "stories", "id"),
        Trigger("cluster", "INSERT", tuple(stands), "NEW.representative_id <> NEW.id"),
        Trigger("cluster", "DELETE", tuple(stood), "OLD.representative_id <> OLD.id"),
        Trigger("cluster", "UPDATE OF representative_id", (*stands, *stood), _differs("representative_id")),
    )


def begin(engine: Engine) -> bool:
    """See to it that the triggers stand; whether they did not, and all is due now. Waits for the writers at work."""
    with reading(engine) as connection:
        if standing(connection) == {trigger.name for trigger in triggers()}:
            return False
    turn = 0
    while True:
        try:
            with writing(engine) as connection:
                _install(connection)
            return True
        except DatabaseUnavailable:
            turn += 1
            if engine.dialect.name == "sqlite" or turn == _TURNS:
                raise
            sleep(_PAUSE)


def _install(connection: Connection) -> None:
    """Put the triggers in the place of whatever ones there are."""
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        tables = ", ".join(sorted({trigger.table for trigger in triggers()}))
        connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
        connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
    for name in standing(connection):
        drop = f'DROP TRIGGER "{name}"' if sqlite else f'DROP FUNCTION "{name}" CASCADE'
        connection.exec_driver_sql(drop)
    put_up(connection)
    connection.execute(insert(ExportDue).values(dataset=ANEW, key=0, other=0, regrouped=0))


def put_up(connection: Connection) -> None:
    """Make the triggers in a database that has none."""
    for trigger in triggers():
        for statement in _on_sqlite(trigger) if connection.dialect.name == "sqlite" else _on_postgresql(trigger):
            connection.exec_driver_sql(statement)


def standing(connection: Connection) -> set[str]:
    """The names of the triggers that there are."""
    if connection.dialect.name == "sqlite":
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'export_due_%'"
    else:
        found = (
            "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname LIKE 'export_due_%' "
            "AND relnamespace = CAST(current_schema() AS regnamespace) AND tgenabled = 'O'"
        )
    return set(connection.scalars(text(found)))


def _on_sqlite(trigger: Trigger) -> Sequence[str]:
    condition = f" WHEN {trigger.condition}" if trigger.condition else ""
    body = " ".join(f"{note};" for note in trigger.notes)
    return (f'CREATE TRIGGER "{trigger.name}" AFTER {trigger.when} ON "{trigger.table}"{condition} BEGIN {body} END',)


def _on_postgresql(trigger: Trigger) -> Sequence[str]:
    condition = f" WHEN ({trigger.condition})" if trigger.condition else ""
    body = " ".join(f"{note};" for note in trigger.notes)
    function = (
        f'CREATE OR REPLACE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$note$ BEGIN {body} RETURN NULL; END $note$"
    )
    made = f'CREATE TRIGGER "{trigger.name}" AFTER {trigger.when} ON "{trigger.table}" FOR EACH ROW{condition}'
    return function, f'{made} EXECUTE FUNCTION "{trigger.name}"()'
