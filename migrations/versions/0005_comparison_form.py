"""One version of all that is computed from texts, where the full-text index had one of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note as version 0, which `jianbao db upgrade` makes anew, what is not all of version 1."""
    bind = op.get_bind()
    if bind.scalar(sa.text("SELECT id FROM article LIMIT 1")) is None:
        op.execute("DELETE FROM dedup_scheme")
    else:
        fulltext = bind.scalar(sa.text("SELECT value FROM property WHERE name = 'fulltext'"))
        left_out = bind.scalar(
            sa.text(
                "SELECT article.id FROM article LEFT JOIN dedup_text ON dedup_text.article_id = article.id "
                "WHERE dedup_text.article_id IS NULL LIMIT 1"
            )
        )
        if fulltext != "1.1" or left_out is not None:
            op.execute("UPDATE dedup_scheme SET version = 0")
    op.drop_table("property")


def downgrade() -> None:
    """Give the full-text index its version again."""
    op.create_table(
        "property",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_property"),
    )
    op.execute(
        "INSERT INTO dedup_scheme (version, scheme, permutations, seed, hash, shingle, shingle_version, fold_version) "
        "SELECT 1, 'affine32', 128, 1, 'crc32-utf32le', 6, 1, 1 WHERE NOT EXISTS (SELECT 1 FROM dedup_scheme)"
    )
    op.execute("INSERT INTO property (name, value) SELECT 'fulltext', '1.' || MAX(version) FROM dedup_scheme")
