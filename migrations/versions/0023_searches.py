"""Searches that are kept, the archive's own id, and the indexes that the query language looks things up in."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_AWAY = sa.text("state <> 'live'")
_EDITED = sa.text("number > 1 AND cause <> 'extractor'")


def upgrade() -> None:
    """Make the tables and the indexes; the archive gets its id."""
    identity = op.create_table(
        "identity",
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.bulk_insert(identity, [{"id": uuid4().hex}])
    op.create_table(
        "query",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("since", _TIME, nullable=True),
        sa.Column("until", _TIME, nullable=True),
        sa.Column("every_copy", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query")),
    )
    op.create_table(
        "query_hit",
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_query_hit_query_id_query")),
        sa.PrimaryKeyConstraint("query_id", "place", name=op.f("pk_query_hit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("ran_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["query_id"], ["query.id"], name=op.f("fk_saved_query_id_query")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_saved")),
    )
    op.create_table(
        "saved_hit",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("article_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["saved.name"], name=op.f("fk_saved_hit_name_saved")),
        sa.PrimaryKeyConstraint("name", "article_id", name=op.f("pk_saved_hit")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_change_article_id"), "change", ["article_id"])
    op.create_index("ix_article_away", "article", ["state"], sqlite_where=_AWAY, postgresql_where=_AWAY)
    op.create_index("ix_revision_edited", "revision", ["article_id"], sqlite_where=_EDITED, postgresql_where=_EDITED)


def downgrade() -> None:
    """Forget all of it."""
    op.drop_index("ix_revision_edited", table_name="revision")
    op.drop_index("ix_article_away", table_name="article")
    op.drop_index(op.f("ix_change_article_id"), table_name="change")
    for table in ("saved_hit", "saved", "query_hit", "query", "identity"):
        op.drop_table(table)
