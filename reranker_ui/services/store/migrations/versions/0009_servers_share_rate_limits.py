"""Servers of one database share their rate limits."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "allowances",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("full_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowances")),
    )
    if op.get_bind().dialect.name == "postgresql":  # written with each request: no disk waits
        op.execute("ALTER TABLE allowances SET UNLOGGED")
