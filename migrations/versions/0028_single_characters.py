"""SQLite's full-text index has one of single characters, too: it is made anew, all texts are taken into it again."""

import sqlalchemy as sa
from alembic import op

from archive.store import fulltext

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ARTICLE = sa.table("article", *(sa.column(name) for name in ("id", "headline", "body")))
_BATCH = 1_000


def upgrade() -> None:
    """Make it, and fill it."""
    _anew(", prefix='1'")


def downgrade() -> None:
    """Make it without."""
    _anew("")


def _anew(options: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    op.execute("DROP TABLE article_text")
    op.execute(f"CREATE VIRTUAL TABLE article_text USING fts5(headline, body, content='', tokenize='ascii'{options})")
    op.execute("INSERT INTO article_text (article_text, rank) VALUES ('hashsize', 8388608)")
    op.execute("INSERT INTO article_text (article_text, rank) VALUES ('automerge', 8)")
    statement = sa.select(_ARTICLE).order_by(_ARTICLE.c.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(statement.where(_ARTICLE.c.id > last)).all():
        fulltext.add(connection, [fulltext.entry(row.id, row.headline, row.body) for row in rows])
        last = rows[-1].id
