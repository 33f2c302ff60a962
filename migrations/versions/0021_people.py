"""What people say of articles: tags, notes, corrections, withdrawals."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_STANDING = "ended_at IS NULL"
_DOUBTFUL = "ended_at IS NULL AND extracted_at IS NOT NULL"


def upgrade() -> None:
    """Make the tables and the column; nobody has said anything yet."""
    op.add_column("article", sa.Column("withdrawn_at", _TIME, nullable=True))
    op.create_table(
        "tag",
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_tag_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", "tag", name=op.f("pk_tag")),
    )
    op.create_index(op.f("ix_tag_tag_article_id"), "tag", ["tag", "article_id"])
    _of_article(
        "note",
        sa.Column("story", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    _of_article(
        "correction",
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("extracted", sa.JSON(), nullable=False),
        sa.Column("extracted_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
    )
    for name, columns, where in (
        ("ix_correction_standing", ["article_id", "field"], sa.text(_STANDING)),
        ("ix_correction_doubtful", ["id"], sa.text(_DOUBTFUL)),
    ):
        op.create_index(name, "correction", columns, sqlite_where=where, postgresql_where=where)
    _of_article(
        "withdrawal",
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased_at", _TIME, nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
    )


def _of_article(name: str, *columns: "sa.Column[object]") -> None:
    """A table of rows that a person wrote about an article."""
    op.create_table(
        name,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("article_id", _KEY, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f(f"fk_{name}_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_article_id"), name, ["article_id"])


def downgrade() -> None:
    """Forget all of it; what was withdrawn is shown again."""
    for name in ("withdrawal", "correction", "note", "tag"):
        op.drop_table(name)
    with op.batch_alter_table("article") as batch:
        batch.drop_column("withdrawn_at")
