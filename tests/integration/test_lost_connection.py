"""A database server that is gone: a sentence, and work continues once it is back."""

import psycopg
import pytest

from reranker_ui.core.values.refused import Unavailable
from reranker_ui.services.labels.datasets import list_datasets
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings

NOWHERE = "postgresql+psycopg://someone:hidden-word@127.0.0.1:1/labels"


def test_a_server_that_does_not_answer_is_a_sentence(home):
    with pytest.raises(Unavailable, match="cannot be reached") as error:
        open_workspace(Settings(home=home, database_url=NOWHERE))
    assert "RERANKER_UI_DATABASE_URL" in str(error.value)
    assert "hidden-word" not in str(error.value) and "\n" not in str(error.value)


def test_a_command_ends_without_a_traceback(home, command):
    code, _, errors = command("runs", RERANKER_UI_DATABASE_URL=NOWHERE)
    assert code == 1 and "cannot be reached" in errors and "Traceback" not in errors


def test_a_connection_that_is_lost_comes_back(home, postgres):
    url = postgres.new_database()
    workspace = open_workspace(Settings(home=home, database_url=url))
    name = url.rpartition("/")[2]
    server = postgres.url("postgres").replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as admin:
        with pytest.raises(Unavailable, match="cannot be reached"), workspace.reading() as lost:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            lost.exec_driver_sql("SELECT 1")
        with pytest.raises(Unavailable, match="cannot be reached"):
            list_datasets(workspace, LOCAL)
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert list_datasets(workspace, LOCAL) == []
    workspace.engine.dispose()
