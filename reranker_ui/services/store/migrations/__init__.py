"""Numbered steps of the schema, run by alembic when a workspace opens."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from reranker_ui.core.values.refused import Refused


def configuration() -> Config:
    """Alembic's configuration; no ini file, so that it works from an installed package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to the newest step; nothing is written when it is there already.

    Refused where it comes from a later version.
    """
    config = configuration()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Refused(
                "The database was made by a later version of this app. Install that one first."
            ) from error
