"""PostgreSQL's full-text index keeps the tokens of a text, without their places: it is made anew, all texts are taken
into it again."""

import sqlalchemy as sa
from alembic import op

from archive.store import fulltext
from archive.store.table import send

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_ARTICLE = sa.table("article", *(sa.column(name) for name in ("id", "headline", "body")))
_BATCH = 1_000
_TABLES = (
    """CREATE TABLE article_text (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    tokens TEXT NOT NULL, CONSTRAINT pk_article_text PRIMARY KEY (article_id, part)) WITH (toast_tuple_target = 128)""",
    """CREATE INDEX ix_article_text_document ON article_text USING gin (array_to_tsvector(string_to_array(tokens, ' ')))
    WITH (gin_pending_list_limit = 4096)""",
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id), tokens TEXT NOT NULL,
    CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
    """CREATE INDEX ix_article_text_headline_document ON article_text_headline
    USING gin (array_to_tsvector(string_to_array(tokens, ' ')))""",
)
# A headline weighs A in the first row, and no phrase leaves it: the body begins one place behind.
_PLACED = """coalesce((SELECT string_agg('''' || token || ''':' || place + {before}, ' ')
    FROM unnest(string_to_array({table}.tokens, ' ')) WITH ORDINALITY AS made (token, place)), '')::tsvector"""
_BACK = (
    "ALTER TABLE article_text RENAME TO without_places",
    "ALTER TABLE article_text_headline RENAME TO headline_without_places",
    "ALTER INDEX pk_article_text RENAME TO pk_without_places",
    "ALTER INDEX pk_article_text_headline RENAME TO pk_headline_without_places",
    "DROP INDEX ix_article_text_document",
    "DROP INDEX ix_article_text_headline_document",
    """CREATE TABLE article_text (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    document TSVECTOR NOT NULL, CONSTRAINT pk_article_text PRIMARY KEY (article_id, part))""",
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id),
    document TSVECTOR NOT NULL, CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
    f"""INSERT INTO article_text_headline
    SELECT article_id, {_PLACED.format(table="headline_without_places", before=0)} FROM headline_without_places""",  # noqa: S608
    f"""INSERT INTO article_text
    SELECT t.article_id, t.part, setweight(coalesce(h.document, ''), 'A') || {_PLACED.format(table="t", before=1)}
    FROM without_places t LEFT JOIN article_text_headline h ON h.article_id = t.article_id AND t.part = 0""",  # noqa: S608
    "CREATE INDEX ix_article_text_document ON article_text USING gin (document) WITH (gin_pending_list_limit = 4096)",
    "CREATE INDEX ix_article_text_headline_document ON article_text_headline USING gin (document)",
    "DROP TABLE without_places",
    "DROP TABLE headline_without_places",
)


def upgrade() -> None:
    """Make it, and fill it."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    op.execute("DROP TABLE article_text, article_text_headline")
    for statement in _TABLES:
        op.execute(statement)
    texts = sa.select(_ARTICLE).order_by(_ARTICLE.c.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(texts.where(_ARTICLE.c.id > last)).all():
        entries = [fulltext.entry(row.id, row.headline, row.body) for row in rows]
        bodies = [(one.article_id, part, its) for one in entries for part, its in enumerate(fulltext.parts(one.body))]
        send(connection, "article_text", {"article_id": "bigint", "part": "integer", "tokens": "text"}, bodies)
        headlines = [(one.article_id, its) for one in entries if (its := fulltext.headline(one))]
        send(connection, "article_text_headline", {"article_id": "bigint", "tokens": "text"}, headlines)
        last = rows[-1].id


def downgrade() -> None:
    """Give every token its place."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _BACK:
            op.get_bind().exec_driver_sql(statement)
