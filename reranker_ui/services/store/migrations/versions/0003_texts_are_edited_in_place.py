"""Texts are edited in place: what follows them knows by a version."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
EDITED = "text_version IS NOT NULL"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("texts_version", sa.Integer(), server_default="0", nullable=False)
        )
    op.add_column("pairs", sa.Column("text_version", sa.Integer(), nullable=True))
    op.create_index(
        "ix_pairs_edited",
        "pairs",
        ["dataset_id", "text_version"],
        sqlite_where=sa.text(EDITED),
        postgresql_where=sa.text(EDITED),
    )
