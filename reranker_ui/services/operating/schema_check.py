"""Migrates a restored database and checks that it has exactly the schema of this app."""

import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.operating import snapshots

_Part = tuple[str, str, str]  # kind, name and definition


def migrate(file: Path) -> None:
    """Migrate the snapshot `file` to the current schema; Refused where it ends in another one.

    A generated column could make everyone an admin; a constraint or an index could refuse labels.
    """
    try:
        with snapshots.fresh(file) as engine:
            parts = _parts(engine)
    except Unavailable:
        raise
    except (sa.exc.SQLAlchemyError, ValueError, LookupError, TypeError) as error:
        raise Refused(f"The snapshot cannot be migrated: {str(error)[:200]}") from error
    for kind, name, _ in sorted(parts ^ _expected()):
        raise Refused(f'The {kind} "{name}" of the snapshot differs from that of this app.')


@cache
def _expected() -> frozenset[_Part]:
    with (
        tempfile.TemporaryDirectory() as folder,
        snapshots.fresh(Path(folder) / "empty.db") as engine,
    ):
        return _parts(engine)


def _parts(engine: sa.Engine) -> frozenset[_Part]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all()
    return frozenset(
        (kind, name, " ".join(str(sql).split()))
        for kind, name, sql in rows
        if not name.startswith("sqlite_")  # its own, which nobody else can create
    )
