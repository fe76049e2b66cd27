"""Several servers on one PostgreSQL and one home: what holds for one holds for all of them."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.imports.read_state import received, sweep_readings
from reranker_ui.services.operating.backup_schedule import BackupThread
from reranker_ui.services.people import sign_in_lock
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.people.allowances import SharedBucket
from reranker_ui.services.people.sessions import open_session, session_user
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import choices
from reranker_ui.services.store.people_tables import allowances, users
from reranker_ui.services.store.serving import not_serving, serving, serving_api
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from tests.support import nginx
from tests.support.annotators import OVERLAP, Crowd, widget_of
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import seed
from tests.support.server import Server, free_port
from tests.support.serving import PASSWORD, call

PAIRS = 120
PATIENCE = 240  # seconds for everything on a slow machine


@pytest.fixture
def shared(postgres, monkeypatch):
    """The address of a new database, in force for the home of this test."""
    url = postgres.new_database()
    monkeypatch.setenv("RERANKER_UI_DATABASE_URL", url)
    return url


@pytest.fixture
def servers(home, shared):
    """What two servers know: the workspaces that they opened."""
    both = [open_workspace() for _ in range(2)]
    yield both
    for one in both:
        one.engine.dispose()


def test_writers_of_two_servers_take_turns(servers):
    with servers[0].writing() as connection:
        connection.execute(choices.insert().values(name="n", value=0))

    def count(number):
        with servers[number % 2].writing() as connection:
            n = connection.scalar(sa.select(choices.c.value).where(choices.c.name == "n"))
            connection.execute(choices.update().values(value=n + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(40)))
    with servers[1].reading() as connection:
        assert connection.scalar(sa.select(choices.c.value)) == 40


def test_a_killed_writer_keeps_nobody_waiting(servers, shared, postgres):
    server = postgres.url("postgres").replace("+psycopg", "")
    with pytest.raises(Refused), servers[0].writing() as connection:
        pid = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        connection.execute(choices.insert().values(name="lost", value=1))
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        with servers[1].writing() as other:
            assert other.scalar(sa.select(choices.c.value)) is None
        connection.scalar(sa.select(1))


def test_sessions_and_failed_sign_ins_count_on_both(servers):
    first, second = servers
    add_user(first, LOCAL, "Mai", "annotator")
    with first.reading() as connection:
        number = connection.scalar(sa.select(users.c.id))
    assert session_user(second, open_session(first, number)).name == "Mai"
    for number in range(5):
        sign_in_lock.begin(servers[number % 2], "a host", "Mai")
    for one in servers:
        with pytest.raises(sign_in_lock.Locked):
            sign_in_lock.check(one, "a host", "Mai")


def test_a_rate_limit_is_shared(servers):
    first, second = (SharedBucket(one, "changes", rate=0.5, burst=3) for one in servers)
    assert [first.take("Mai"), second.take("Mai"), first.take("Mai")] == [0, 0, 0]
    assert 0 < second.take("Mai") <= 2 and 0 < first.take("Mai") <= 2
    assert second.take("Linh") == 0 == SharedBucket(servers[0], "uploads", 0.5, 3).take("Mai")
    with servers[0].writing() as connection:
        connection.execute(allowances.update().values(full_at=0.0))
    assert SharedBucket(servers[1], "changes", 0.5, 3).take("Mai") == 0
    with servers[0].writing() as connection:  # as before the clock was set back by a day
        connection.execute(allowances.update().values(full_at=allowances.c.full_at + 86_400))
    assert [first.take("Mai") for _ in range(3)] == [0, 0, 0] and 0 < first.take("Mai") <= 2
    with servers[0].reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(allowances)) == 1


def test_a_plot_goes_on_from_the_other_server(servers, nowhere, tiny_model):
    first, second = servers
    labelled_dataset(first)
    recipe = recipe_from(base=str(tiny_model), warm_start="off", max_length=32)
    run = lifecycle.start(first, LOCAL, "caves", recipe)
    folder = RunFolder(run["folder"])
    folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    folder.emit("log", step=1, max_steps=9, loss=0.7)
    seen = lifecycle.follow(first, LOCAL, None)
    first.engine.dispose()  # it is killed
    folder.emit("log", step=2, max_steps=9, loss=0.6)
    known = {"drawn": run["id"], "steps": seen["run"]["steps"], "since": seen["next"]}
    later = lifecycle.follow(second, LOCAL, None, **known)
    assert later["since"] and [event["step"] for event in later["events"]] == [2]


def test_a_home_is_served_twice_and_restored_only_alone(servers):
    settings = servers[0].settings
    with serving(settings), serving(settings):
        with pytest.raises(Refused, match="Stop its servers first"), not_serving(settings):
            pass
        alone = settings.model_copy(update={"database_url": None})
        with pytest.raises(Refused, match="SQLite supports one server"), serving(alone):
            pass
    with not_serving(settings), pytest.raises(Refused), serving(settings):
        pass
    refused = pytest.raises(Refused, match="Stop its servers first")
    with serving_api(settings), serving_api(settings), refused, not_serving(settings):
        pass


def test_a_change_is_backed_up_once(servers, tmp_path):
    seed(servers[0])
    add_user(servers[0], LOCAL, "Mai", "annotator")
    for one in servers:
        one.settings.backup = str(tmp_path / "place")
    first, second = map(BackupThread, servers)
    for keeper in (first, second, first):
        keeper.turn()
    assert first.at == second.at is not None and second.fault is None
    assert len(first.copies.newest_first()) == 1


def test_what_a_killed_server_received_is_removed_after_a_day(servers):
    shared = received(servers[0])
    for name, age in (("old", 2 * 86_400), ("new", 0)):
        (shared / name).mkdir()
        then = time.time() - age
        os.utime(shared / name, (then, then))
    sweep_readings(servers[1])
    assert [path.name for path in shared.iterdir()] == ["new"]


@pytest.mark.timeout(PATIENCE + 200)
def test_twenty_annotators_over_two_servers_and_one_is_killed(servers, home, tmp_path):
    workspace = servers[0]
    ids = seed(workspace, "many", PAIRS, per_query=10, overlap=OVERLAP)
    add_user(workspace, LOCAL, "admin", "admin", PASSWORD)
    (workspace.cache / "starter-was-loaded").touch()  # the sample takes seconds to import
    both = [Server(home, {"RERANKER_UI_SIGN_IN": "password"}) for _ in range(2)]
    address = f"http://127.0.0.1:{(port := free_port())}"
    places = nginx.location("/", "http://reranker-ui")
    site = f"{nginx.upstream([one.port for one in both])} server {{ listen 127.0.0.1:{port};"
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Server.start, both))
        with nginx.running(tmp_path, f"{site} {places} }}", f"{address}/health"):
            config = used_on_both(workspace, *both)
            served = SimpleNamespace(url=address, widget=widget_of(config))
            crowd = Crowd(
                workspace, served, PAIRS, PATIENCE, lambda name: signed_in(workspace, name)
            )
            crowd.work(halfway=both[0].kill)
    finally:
        for one in both:
            one.kill()
    crowd.check(ids)


def used_on_both(workspace, first, second):
    """Sign in, upload and export on one server, for the other; returns the page's config."""
    admin = httpx.Client(base_url=first.url, timeout=60)
    answer = admin.post("/login", data={"name": "admin", "password": PASSWORD})
    assert answer.status_code == 303
    file = {"files": ("some.csv", b"query,passage,label\nq,p,1\n")}
    (path,) = admin.post("/gradio_api/upload", files=file).json()

    admin.base_url = second.url
    config = admin.get("/config").json()
    begun = call(admin, "begin_upload", {"path": path, "name": "some.csv"}, config).json()
    assert (workspace.home / "uploads" / begun["ok"]["token"] / "some.csv").is_file()
    asked = {"dataset": "many", "format": "csv"}
    written = call(admin, "export", asked, config).json()["ok"]

    admin.base_url = first.url
    lines = admin.get(f"/gradio_api/file={written['path']}").text.splitlines()
    assert len(lines) == 1 + written["pairs"] == 1 + PAIRS
    return config


def signed_in(workspace, name):
    """The headers of someone's browser, without the cost of a password."""
    now = time.time()
    with workspace.writing() as connection:
        row = users.insert().values(name=name, role="annotator", created_at=now)
        (number,) = connection.execute(row).inserted_primary_key
    return {"cookie": f"reranker_ui_session={open_session(workspace, number)}"}
