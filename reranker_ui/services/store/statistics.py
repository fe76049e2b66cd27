"""What PostgreSQL knows about the tables it plans for."""

import logging

import sqlalchemy as sa

from reranker_ui.services.store.workspace import Workspace

_COUNTED = ("annotations", "decisions", "imported_labels", "gold_pairs")
log = logging.getLogger(__name__)


def refresh_statistics(workspace: Workspace) -> None:
    """Count anew after many pairs were stored.

    Until PostgreSQL does that by itself, minutes later, it plans for the few pairs there were: the
    label stream of a million took seconds. Nothing waits for it. SQLite needs none.
    """
    if workspace.engine.dialect.name != "postgresql":
        return
    with workspace.engine.connect() as connection:
        by_itself = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            by_itself.exec_driver_sql("VACUUM (ANALYZE) pairs")
            by_itself.exec_driver_sql(f"ANALYZE {', '.join(_COUNTED)}")
        except sa.exc.DBAPIError as error:  # what was stored stays
            log.warning("PostgreSQL did not count its pairs anew: %s", error.orig)
