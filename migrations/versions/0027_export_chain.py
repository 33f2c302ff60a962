"""The chain of exported batches, and what is due for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables. No chain is begun: the triggers come with the first batch."""
    op.create_table(
        "export_batch",
        sa.Column("number", _KEY, autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("last_change", _KEY, nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_export_batch")),
    )
    op.create_table(
        "export_due",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("regrouped", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_due")),
    )


def downgrade() -> None:
    """Forget the chain, and note nothing more."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        found = sa.text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'export\\_due\\_%' ESCAPE '\\'"
        )
        for name in connection.scalars(found).all():
            op.execute(f'DROP TRIGGER "{name}"')
    else:
        found = sa.text(
            "SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'export\\_due\\_%' "
            "AND pronamespace = current_schema()::regnamespace"
        )
        for name in connection.scalars(found).all():
            op.execute(f"DROP FUNCTION {name} CASCADE")
    op.drop_table("export_due")
    op.drop_table("export_batch")
