"""Which further columns the owner of a dataset shows beside its pairs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_columns", sa.JSON(none_as_null=True), nullable=True))
