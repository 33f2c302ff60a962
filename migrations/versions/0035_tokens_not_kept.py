"""PostgreSQL's full-text index keeps the characters of a text alone: its tokens are made of them as it is indexed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from archive.store import fulltext
from archive.store.table import send
from archive.text.tokens import written

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TABLES = {"article_text": "article_id, part", "article_text_headline": "article_id"}
_ARTICLE = sa.table("article", *(sa.column(name) for name in ("id", "headline", "body")))
_BATCH = 1_000
_FUNCTION = """CREATE FUNCTION article_text_tokens(written BYTEA) RETURNS TSVECTOR
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_tsvector(
      ARRAY (SELECT one || next FROM (
        SELECT unnest(each) AS one, unnest(each[2:]) AS next
        FROM (SELECT string_to_array(convert_from(written, 'UTF8'), NULL) AS each OFFSET 0) AS characters
      ) AS pairs WHERE ascii(one) >= 11904)
      || ARRAY (SELECT word FROM (
        SELECT unnest(string_to_array(convert_from(written, 'UTF8'), ' ')) AS word
      ) AS words WHERE ascii(word) BETWEEN 1 AND 11903)
    ) $$"""
_NEW = (
    """CREATE TABLE article_text (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    written BYTEA NOT NULL, CONSTRAINT pk_article_text PRIMARY KEY (article_id, part))
    WITH (toast_tuple_target = 128)""",
    "ALTER TABLE article_text ALTER written SET STORAGE EXTERNAL",
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id), written BYTEA NOT NULL,
    CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
)
_INDEXES = (
    """CREATE INDEX ix_article_text_document ON article_text USING gin (article_text_tokens(written))
    WITH (gin_pending_list_limit = 4096)""",
    "CREATE INDEX ix_article_text_headline_document ON article_text_headline USING gin (article_text_tokens(written))",
)
_OLD = (
    """CREATE TABLE article_text (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    tokens TEXT NOT NULL, written BYTEA NOT NULL, CONSTRAINT pk_article_text PRIMARY KEY (article_id, part))
    WITH (toast_tuple_target = 128)""",
    "ALTER TABLE article_text ALTER written SET STORAGE EXTERNAL",
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id), tokens TEXT NOT NULL,
    written BYTEA NOT NULL, CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
)
_OLD_INDEXES = (
    """CREATE INDEX ix_article_text_document ON article_text USING gin (array_to_tsvector(string_to_array(tokens, ' ')))
    WITH (gin_pending_list_limit = 4096)""",
    """CREATE INDEX ix_article_text_headline_document ON article_text_headline
    USING gin (array_to_tsvector(string_to_array(tokens, ' ')))""",
)


def upgrade() -> None:
    """Make the tables anew: what a column took would stay in their rows."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
        op.execute(f"ALTER INDEX pk_{table} RENAME TO pk_{table}_before")
        op.execute(f"ALTER TABLE {table}_before DROP CONSTRAINT {table}_article_id_fkey")  # the new one has its name
        op.execute(f"DROP INDEX ix_{table}_document")
    _execute(_FUNCTION, *_NEW)
    for table, key in _TABLES.items():
        op.execute(f"INSERT INTO {table} SELECT {key}, written FROM {table}_before ORDER BY {key}")  # noqa: S608
        op.execute(f"DROP TABLE {table}_before")
    _execute(*_INDEXES)


def downgrade() -> None:
    """With the tokens in their order, which the texts alone tell."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    _execute("DROP TABLE article_text, article_text_headline", "DROP FUNCTION article_text_tokens", *_OLD)
    texts = sa.select(_ARTICLE).order_by(_ARTICLE.c.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(texts.where(_ARTICLE.c.id > last)).all():
        entries = [fulltext.entry(row.id, row.headline, row.body) for row in rows]
        bodies = [(one.article_id, part, its) for one in entries for part, its in enumerate(fulltext.parts(one.body))]
        _send("article_text", {"article_id": "bigint", "part": "integer"}, bodies)
        headlines = [(one.article_id, its) for one in entries if (its := fulltext.headline(one))]
        _send("article_text_headline", {"article_id": "bigint"}, headlines)
        last = rows[-1].id
    _execute(*_OLD_INDEXES)


def _send(table: str, keys: dict[str, str], rows: list[Any]) -> None:
    columns = {**keys, "tokens": "text", "written": "bytea"}
    send(op.get_bind(), table, columns, [(*row, "\\x" + written(row[-1]).encode().hex()) for row in rows])


def _execute(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
