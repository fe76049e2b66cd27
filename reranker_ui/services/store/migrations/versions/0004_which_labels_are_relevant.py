"""Which labels of a dataset are relevant, and whether its scale begins at 0."""

import sqlalchemy as sa
from alembic import op

from reranker_ui.core.formats.labels.label_scale import with_relevance
from reranker_ui.core.values.labels import Scale

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the step; a scale whose labels have no 0 gets the default of an import."""
    with op.batch_alter_table("datasets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("min_grade", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("relevant_from", sa.Float(), nullable=True))
    connection = op.get_bind()
    datasets = sa.table("datasets", *map(sa.column, _COLUMNS))
    for row in connection.execute(sa.select(datasets)).all():
        scale = with_relevance(Scale(row.scale, row.max_grade), _labels(connection, row.id))
        values = {"min_grade": scale.min, "relevant_from": scale.relevant_from}
        connection.execute(datasets.update().where(datasets.c.id == row.id).values(values))


_COLUMNS = ("id", "scale", "max_grade", "min_grade", "relevant_from")


def _labels(connection: sa.Connection, dataset_id: int) -> list[float]:
    """The lowest and the highest label of a dataset, imported or given."""
    pairs = sa.table("pairs", *map(sa.column, ("id", "dataset_id", "label")))
    given = sa.table("annotations", *map(sa.column, ("pair_id", "label")))
    of_dataset = pairs.c.dataset_id == dataset_id
    ends = [
        sa.select(sa.func.min(pairs.c.label), sa.func.max(pairs.c.label)).where(of_dataset),
        sa.select(sa.func.min(given.c.label), sa.func.max(given.c.label)).where(
            given.c.pair_id == pairs.c.id, of_dataset
        ),
    ]
    return [v for query in ends for v in connection.execute(query).one() if v is not None]
