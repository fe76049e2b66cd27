"""The secret key of a home, for hashes that nobody can reproduce by guessing labels."""

import secrets

import sqlalchemy as sa

from reranker_ui.services.store.database import choices
from reranker_ui.services.store.workspace import Workspace

_NAME = "home key"


def home_key(workspace: Workspace) -> bytes:
    """The secret, 32 bytes; created on first use, and part of backups."""
    stored = sa.select(choices.c.value).where(choices.c.name == _NAME)
    with workspace.writing() as connection:
        value = connection.scalar(stored)
        if value is None:
            value = {"key": secrets.token_hex(32)}
            connection.execute(choices.insert().values(name=_NAME, value=value))
    return bytes.fromhex(value["key"])
