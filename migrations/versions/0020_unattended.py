"""What a run could not do, an address a row; how often a host was asked on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the columns; they begin empty."""
    op.create_table(
        "problem",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("capture_id", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["crawl_run.id"], name=op.f("fk_problem_run_id_crawl_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_index(op.f("ix_problem_run_id"), "problem", ["run_id"])
    op.add_column("host", sa.Column("asked_on", sa.Text(), nullable=True))
    op.add_column("host", sa.Column("asked", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget all of it."""
    with op.batch_alter_table("host") as batch:
        batch.drop_column("asked")
        batch.drop_column("asked_on")
    op.drop_table("problem")
