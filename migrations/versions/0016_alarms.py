"""What is usual of a site is measured, an alarm is raised where that is left; the witness reads whole pages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Make the tables and the column. What is usual is learned from the next run on: what the archive has was fetched
    over years, by lists and templates of then."""
    op.create_table(
        "measure",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("sample", sa.JSON(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "measure", "scope", name=op.f("pk_measure")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("raised_at", _TIME, nullable=False),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("usual", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("next_command", sa.Text(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["crawl_run.id"], name=op.f("fk_alarm_run_id_crawl_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index("ix_alarm_open", "alarm", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.add_column("capture", sa.Column("whole_share", sa.Float(), nullable=True))


def downgrade() -> None:
    """Forget alarms and what is usual."""
    with op.batch_alter_table("capture") as batch:
        batch.drop_column("whole_share")
    op.drop_table("alarm")
    op.drop_table("measure")
