"""The statistics by which PostgreSQL plans its queries."""

import logging

import sqlalchemy as sa

from reranker_ui.services.store.workspace import Workspace

_LABELS = ("annotations", "decisions", "imported_labels", "gold_pairs")
log = logging.getLogger(__name__)


def refresh_statistics(workspace: Workspace) -> None:
    """Update the statistics of the pairs, after many were stored.

    Until PostgreSQL does that by itself, minutes later, it plans for the few pairs there were: the
    label stream of a million took seconds. Labels can be stored meanwhile. SQLite needs none.
    """
    if workspace.engine.dialect.name != "postgresql":
        return
    with workspace.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            autocommit.exec_driver_sql("VACUUM (ANALYZE) pairs")
            autocommit.exec_driver_sql(f"ANALYZE {', '.join(_LABELS)}")
        except sa.exc.DBAPIError as error:  # what was stored stays
            log.warning("PostgreSQL did not update its statistics: %s", error.orig)
