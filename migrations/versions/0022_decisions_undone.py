"""Who decided what of stories, why, and what it takes to undo it; what is withdrawn has an index of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_WITHDRAWN = "withdrawn_at IS NOT NULL"
_DECIDED = "decision_id IS NOT NULL"


def upgrade() -> None:
    """Make the table; what was decided before has no row in it, and stays."""
    op.create_table(
        "decision",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.add_column("cluster_event", sa.Column("decision_id", _KEY, nullable=True))
    for name, table, where in (
        ("ix_cluster_event_decided", "cluster_event", sa.text(_DECIDED)),
        ("ix_article_withdrawn", "article", sa.text(_WITHDRAWN)),
    ):
        column = "article_id" if table == "cluster_event" else "id"
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Forget it; what was decided stays."""
    op.drop_index("ix_article_withdrawn", "article")
    op.drop_index("ix_cluster_event_decided", "cluster_event")
    with op.batch_alter_table("cluster_event") as batch:
        batch.drop_column("decision_id")
    op.drop_table("decision")
