"""Schema migrations, run by alembic when a workspace opens."""

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
    """Migrate the database to the newest revision; writes nothing if it is up to date.

    Refused where it comes from a later version.
    """
    config = configuration()
    newest = ScriptDirectory.from_config(config).get_current_head()
    try:
        with engine.connect() as connection:
            if MigrationContext.configure(connection).get_current_revision() == newest:
                return
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise Refused(
            "The database was created by a newer version of this app. Install that version."
        ) from error
