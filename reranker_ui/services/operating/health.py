"""Health checks: database, disk, worker."""

import platform
import shutil
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import sqlalchemy as sa

from reranker_ui import __version__
from reranker_ui.core.values.machine import LEAST_DISK
from reranker_ui.core.values.refused import Unavailable
from reranker_ui.services.operating import backup_schedule
from reranker_ui.services.store.access import LOCAL, User, require
from reranker_ui.services.store.database import datasets
from reranker_ui.services.store.engine import sqlite_version
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle

_PACKAGES = ("gradio", "torch", "sentence-transformers", "transformers", "sqlalchemy")


def pulse(workspace: Workspace) -> dict[str, Any]:
    """The public health check, without details.

    `{"status": ok|failing, "database", "disk", "worker", "runs": ok|damaged}`. A damaged run is
    reported, but the status stays ok, as everything else works.
    """
    parts = {
        "database": _database(workspace),
        "disk": _disk(workspace),
        "worker": _worker(workspace),
    }
    is_ok = all(part["ok"] for part in parts.values())
    words = {name: "ok" if part["ok"] else "failing" for name, part in parts.items()}
    words["runs"] = "damaged" if parts["worker"].get("damaged") else "ok"
    return {"status": "ok" if is_ok else "failing", **words}


def health(workspace: Workspace, user: User) -> dict[str, Any]:
    """As `pulse`, with numbers and versions: free bytes, milliseconds, active runs, damage."""
    require(user, "viewer")
    return {
        "backup": backup_schedule.state(workspace, user),
        "status": pulse(workspace)["status"],
        "database": _database(workspace),
        "disk": _disk(workspace),
        "worker": _worker(workspace),
        "versions": _versions(),
    }


def _database(workspace: Workspace) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        with workspace.reading() as connection:
            connection.execute(sa.select(datasets.c.id).limit(1)).all()
    except (sa.exc.SQLAlchemyError, Unavailable) as error:
        return {"ok": False, "fault": type(error).__name__}
    milliseconds = round(1000 * (time.perf_counter() - started), 1)
    return {"ok": True, "kind": workspace.engine.dialect.name, "milliseconds": milliseconds}


def _disk(workspace: Workspace) -> dict[str, Any]:
    free = shutil.disk_usage(workspace.home).free
    return {"ok": free >= LEAST_DISK, "free_bytes": free}


def _worker(workspace: Workspace) -> dict[str, Any]:
    try:
        now = lifecycle.current(workspace, LOCAL)
    except (sa.exc.SQLAlchemyError, Unavailable) as error:
        return {"ok": False, "fault": type(error).__name__}
    running = now["running"]["name"] if now["running"] else None
    return {
        "ok": True,
        "running": running,
        "waiting": now["waiting"],
        "damaged": now["damaged"],
    }


def _versions() -> dict[str, str]:
    versions = {"reranker-ui": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "missing"
    return versions | {"sqlite": sqlite_version()}
