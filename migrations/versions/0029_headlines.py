"""PostgreSQL's full-text index has the headlines in a table of their own, too, filled from the one that it has."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_STEPS = (
    """CREATE TABLE article_text_headline (article_id BIGINT NOT NULL REFERENCES article (id),
    document TSVECTOR NOT NULL, CONSTRAINT pk_article_text_headline PRIMARY KEY (article_id))""",
    # The words of a headline weigh A there, and have no weight here.
    """INSERT INTO article_text_headline SELECT article_id, document FROM
    (SELECT article_id, setweight(ts_filter(document, '{a}'), 'D') AS document FROM article_text WHERE part = 0) made
    WHERE length(document) > 0""",
    "CREATE INDEX ix_article_text_headline_document ON article_text_headline USING gin (document)",
)


def upgrade() -> None:
    """Make it, and fill it."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in _STEPS:
            op.execute(statement)


def downgrade() -> None:
    """Without it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE article_text_headline")
