"""PostgreSQL's full-text index has the characters of a text beside its tokens, in which a phrase is looked for."""

import sqlalchemy as sa
from alembic import op

from archive.store.table import send
from archive.text.tokens import written

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TABLES = {
    "article_text": {"article_id": "bigint", "part": "integer", "tokens": "text"},
    "article_text_headline": {"article_id": "bigint", "tokens": "text"},
}
_BATCH = 1_000
_NEW = (
    """CREATE TABLE article_text (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    tokens TEXT NOT NULL, written BYTEA NOT NULL, CONSTRAINT pk_article_text PRIMARY KEY (article_id, part))
    WITH (toast_tuple_target = 128)""",
    "ALTER TABLE article_text ALTER written SET STORAGE EXTERNAL",
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id), tokens TEXT NOT NULL,
    written BYTEA NOT NULL, CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
)
_INDEXES = (
    """CREATE INDEX ix_article_text_document ON article_text USING gin (array_to_tsvector(string_to_array(tokens, ' ')))
    WITH (gin_pending_list_limit = 4096)""",
    """CREATE INDEX ix_article_text_headline_document ON article_text_headline
    USING gin (array_to_tsvector(string_to_array(tokens, ' ')))""",
)
_OLD = (
    "ALTER TABLE article_text DROP COLUMN written",
    "ALTER TABLE article_text_headline DROP COLUMN written",
)


def upgrade() -> None:
    """Make the tables anew: rows that were changed in their place would stand in them, and in their indexes, twice."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
        op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_{table}_before")
        op.execute(f"ALTER TABLE {table}_before DROP CONSTRAINT {table}_article_id_fkey")  # the new one has its name
        op.execute(f"DROP INDEX ix_{table}_document")
    for statement in _NEW:
        op.execute(statement)
    for table, columns in _TABLES.items():
        rows = sa.text(f"SELECT {', '.join(columns)} FROM {table}_before ORDER BY article_id")  # noqa: S608
        for some in op.get_bind().execute(rows.execution_options(yield_per=_BATCH)).partitions():
            made = [(*row, "\\x" + written(row.tokens).encode().hex()) for row in some]
            send(op.get_bind(), table, {**columns, "written": "bytea"}, made)
        op.execute(f"DROP TABLE {table}_before")
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Without it."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _OLD:
            op.execute(statement)
