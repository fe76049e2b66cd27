"""The Train tab in a real Chromium: a run started, watched, reloaded, stopped, compared."""

import re

import pytest

from reranker_ui.core.values.execution.placement import Job
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from
from reranker_ui.settings import Settings
from tests.support import fake_worker
from tests.support.checkpoint import checkpoint
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN, seed
from tests.support.server_calls import SERVER_CALLS

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=30_000)
POINTS = """meta => (document.querySelector('.rr-chart')?.data || [])
    .find(trace => trace.meta === meta)?.x.length || 0"""
CURVE = """() => document.querySelector('.rr-chart').data
    .filter(trace => trace.meta === 'train-raw').map(trace => [trace.x, trace.y])[0]"""


@pytest.fixture
def ended(server, nowhere):
    """Runs of a dataset of their own whose events are written at once: `ended(name, end)`."""
    space = open_workspace(Settings(home=server.home))

    def make(dataset, end="finished"):
        if not any(row["dataset"] == dataset for row in lifecycle.list_runs(space, ADMIN)):
            labelled_dataset(space, dataset)
        run = lifecycle.start(space, ADMIN, dataset, recipe_from(base="embedded"))
        fake_worker.main(RunFolder(run["folder"]), 0, end)
        return run

    yield make
    space.engine.dispose()


def points(page, meta, more_than=0, timeout=90_000):
    page.wait_for_function(f"meta => ({POINTS})(meta) > {more_than}", arg=meta, timeout=timeout)
    return page.evaluate(POINTS, meta)


def test_a_run_is_started_watched_reloaded_and_stopped(new_server, new_page, tiny_model):
    server = new_server()
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "caves")
    page = new_page(f"{server.url}/?tab=train&dataset=caves")
    expect(page.get_by_label("Data", exact=True)).to_have_value("caves")
    page.get_by_label("Base model", exact=True).select_option(label="Another model …")
    page.get_by_label("Hub id or folder").fill(str(tiny_model))
    page.get_by_label("Hub id or folder").press("Enter")
    page.locator("#rr-run-advanced summary").click()
    page.get_by_label("Epochs").fill("900")
    expect(page.locator("#rr-train_plan")).to_contain_text("2,700")
    page.get_by_role("button", name="Show the command").click()
    expect(page.locator(".rr-command")).to_contain_text("--dataset caves")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="run 1")).to_be_focused()

    # Points appear by themselves, and a zoom survives the next ones.
    live = page.locator(".rr-live")
    expect(live.locator(".rr-status")).to_have_text("Running", timeout=60_000)
    seen = points(page, "train-raw", 2)
    page.evaluate("Plotly.relayout(document.querySelector('.rr-chart'), {'xaxis.range': [1, 9]})")
    points(page, "train-raw", seen)
    assert page.evaluate("document.querySelector('.rr-chart').layout.xaxis.range") == [1, 9]
    expect(page.get_by_role("button", name="Add to queue")).to_be_visible()
    page.wait_for_function("document.title.includes('% · run 1')")

    # A reload in mid-training, and a second browser: the curve is whole.
    before = page.evaluate(CURVE)
    page.reload()
    points(page, "train-raw", len(before[0]) - 1)
    second = new_page(f"{server.url}/?tab=train", width=390, height=844)
    points(second, "train-raw", len(before[0]) - 1)
    for other in (page, second):
        after = other.evaluate(CURVE)
        assert [line[: len(before[0])] for line in after] == before
        assert after[0] == sorted(set(after[0]))

    # The web process dies; the worker does not notice.
    for other in (page, second):
        other.goto("about:blank")
    server.kill()
    server.start()
    page.goto(f"{server.url}/?tab=train")
    points(page, "train-raw", len(before[0]))
    assert [line[: len(before[0])] for line in page.evaluate(CURVE)] == before

    # Cancelling asks first
    live.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_contain_text("No model is saved")
    page.get_by_role("button", name="Keep running").click()

    # Stop and save
    live.get_by_role("button", name="Stop and save").click()
    expect(live.locator(".rr-status")).to_have_text("Stopped (model saved)", timeout=60_000)
    expect(live.locator(".rr-outcome")).to_contain_text("On the test split")
    row = page.locator('tr[data-run="1"]')
    expect(row).to_contain_text("Stopped (model saved) at step")
    assert (RunFolder(server.home / "runs" / "00001").model / "config.json").is_file()
    expect(page.locator("#rr-run-start")).to_have_text("Start")
    space.engine.dispose()


def test_a_run_whose_job_waits_again_offers_to_save_what_there_is(new_server, new_page, nowhere):
    server = new_server()
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "caves")
    folder = RunFolder(
        lifecycle.start(space, ADMIN, "caves", recipe_from(base="embedded"))["folder"]
    )
    folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    folder.emit("log", step=4, max_steps=9, loss=0.6, pairs_per_second=50.0)
    Job("7", "waiting", "PENDING").save(folder.path)
    page = new_page(f"{server.url}/?tab=train&dataset=caves&run=1")
    actions = page.locator(".rr-live-actions")
    save = actions.get_by_role("button", name="Stop and save")
    actions.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Training of 4 steps is lost.")
    expect(dialog).not_to_contain_text("Stop and save")
    dialog.get_by_role("button", name="Keep waiting").click()
    expect(save).to_have_count(0)
    more = page.get_by_role("button", name="More for run 1")
    more.click()
    expect(page.get_by_role("menuitem", name="Cancel …")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Stop and save")).to_have_count(0)
    more.press("Escape")
    expect(page.locator(".rr-live-facts")).not_to_contain_text("pairs/s")
    checkpoint(folder, 4)
    save.click()
    expect(actions).to_contain_text("Saves when its job runs")
    expect(page.locator(".rr-live .rr-status")).to_have_text("Waiting")
    actions.get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Keep waiting").click()
    Job("7", "running", "RUNNING").save(folder.path)
    expect(actions).to_contain_text("Stopping after this step")
    expect(page.locator(".rr-live-facts")).to_contain_text("pairs/s")
    space.engine.dispose()


def test_a_finished_run_shows_base_beside_tuned(server, new_page, ended):
    run = ended("watched")
    page = new_page(f"{server.url}/?tab=train&run={run['id']}")
    table = page.locator(".rr-outcome-table tbody tr").first
    expect(table).to_contain_text("nDCG@10")
    assert table.locator("td").all_text_contents() == ["0.566", "0.612", "0.403", "0.781", "+0.169"]
    points(page, "warm-raw", 20)
    points(page, "train", 20)
    names = page.evaluate("document.querySelector('.rr-chart').layout.annotations.map(a => a.text)")
    baselines = {"embedde… 0.412", "BM25 0.571", "cosine 0.604"}
    assert baselines | {"warm start", "best checkpoint by AP"} <= set(names)
    expect(page.locator(".rr-panel-title").nth(1)).to_contain_text("cosine, best free")
    expect(page.locator(".rr-live-said")).to_contain_text("The Hub cannot be reached")


def test_the_panel_of_dev_starts_on_a_metric_that_has_values(new_server, new_page, nowhere):
    server = new_server()
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "caves")
    recipe = recipe_from(base="embedded")
    runs = [lifecycle.start(space, ADMIN, "caves", recipe) for _ in range(2)]
    scored, unscored = (RunFolder(run["folder"]) for run in runs)
    for folder in (scored, unscored):
        folder.emit("started", plan={"warm_start_steps": 0, "train_steps": 9})
    page = new_page(f"{server.url}/?tab=train&run=1")
    metric, chart = page.get_by_label("Metric on dev"), page.locator(".rr-live-chart")
    expect(metric).to_have_value("ndcg@10")  # nothing is measured yet
    metrics = {"ndcg@10": None, "mrr@10": None, "map": None, "average_precision": 0.4}
    scored.emit("evaluated", when="base", split="dev", step=0, metrics=metrics)
    scored.emit("log", step=4, max_steps=9, loss=0.6)
    scored.emit("evaluated", when="during", split="dev", step=4, metrics=metrics)
    points(page, "dev", 1)
    expect(metric).to_have_value("average_precision")
    expect(page.locator(".rr-panel-title").nth(1)).to_contain_text("AP on dev")
    expect(chart).not_to_contain_text("computed")
    metric.select_option("ndcg@10")
    expect(chart).to_contain_text("nDCG@10 cannot be computed on this dev split.")
    scored.emit("evaluated", when="during", split="dev", step=8, metrics=metrics)
    scored.emit("log", step=8, max_steps=9, loss=0.5)
    points(page, "train", 1)
    expect(metric).to_have_value("ndcg@10")  # as the user chose

    unscored.emit("log", step=4, max_steps=9, loss=0.6)
    page = new_page(f"{server.url}/?tab=train&run=2")
    expect(page.locator(".rr-live-chart")).to_contain_text("No metric can be computed")
    space.engine.dispose()


def test_what_an_admin_may_do_is_offered_as_soon_as_the_role_is_known(server, new_page, ended):
    run, asked, held = ended("watched"), [], []

    def hold(route):
        asked.append(route.request.post_data_json["fn_name"])
        if asked[-1] == "overview" or (asked[-1] == "follow" and asked.count("follow") > 1):
            held.append(route)
        else:
            route.continue_()

    page = new_page()
    page.route(SERVER_CALLS, hold)
    page.goto(f"{server.url}/?tab=train&run={run['id']}")
    actions = page.locator(".rr-live-actions")
    expect(actions.get_by_role("button", name="Open in Playground")).to_be_visible()
    expect(actions.get_by_role("button", name="Run again")).to_have_count(0)
    for route in held:
        if route.request.post_data_json["fn_name"] == "overview":
            route.continue_()
    expect(actions.get_by_role("button", name="Run again")).to_be_visible()
    expect(actions.get_by_role("button", name="Continue training")).to_be_visible()


def test_smoothing_and_theme_change_the_picture_and_not_the_data(server, new_page, ended):
    run = ended("watched")
    page = new_page(f"{server.url}/?tab=train&run={run['id']}")
    points(page, "train", 20)
    line = """() => { const found = document.querySelector('.rr-chart').data
        .find(trace => trace.meta === 'train'); return [found.y, found.line.color]; }"""
    raw = page.evaluate(CURVE)
    smooth, light = page.evaluate(line)
    assert smooth != raw[1] and smooth[0] == pytest.approx(raw[1][0])
    page.get_by_label("Smoothing of the training loss").fill("0")
    page.wait_for_function(f"before => JSON.stringify(({line})()[0]) !== before", arg=str(smooth))
    assert page.evaluate(line)[0] == pytest.approx(raw[1])
    # The system's theme is followed until the user chooses one.
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"before => ({line})()[1] !== before", arg=light)
    page.get_by_role("button", name="Toggle dark mode").click()
    page.wait_for_function(f"before => ({line})()[1] === before", arg=light)
    for system in ("light", "dark"):
        page.emulate_media(color_scheme=system)
        expect(page.locator("body")).not_to_have_class(re.compile(r"\bdark\b"))
    assert page.evaluate(line)[1] == light and page.evaluate(CURVE) == raw


def test_runs_are_compared_and_deleted(server, new_page, ended):
    first, second = ended("compared"), ended("compared", "failed")
    page = new_page(f"{server.url}/?tab=train&run={second['id']}")
    expect(page.locator(".rr-live-said")).to_contain_text("out of memory")
    row = page.locator(f'tr[data-run="{first["id"]}"]')
    more = row.get_by_role("button", name=f"More for {first['name']}")
    for word, lines in (("Show in the chart", 1), ("Hide from the chart", 0)):
        more.click()
        page.get_by_role("menuitem", name=word).click()
        page.wait_for_function(f"() => (({POINTS})('compared-train') > 0) == {lines}")

    # A name and a note, a comparison with an address, and a deletion that asks
    more.click()
    page.get_by_role("menuitem", name="Name and note …").click()
    page.get_by_label("Name", exact=True).fill("Wide <b>net")
    page.get_by_label("Note", exact=True).fill("try again")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Wide <b>net")
    for number in (first["id"], second["id"]):
        page.locator(f'tr[data-run="{number}"] input').check()
    page.get_by_role("toolbar", name="Selected runs").get_by_role("button", name="Compare").click()
    expect(page.locator(".rr-compare-table").first).to_contain_text("Wide <b>net")
    assert f"compare={first['id']}%2C{second['id']}" in page.url
    expect(page.get_by_role("toolbar", name="Selected runs")).to_be_hidden()  # not over the table
    title = new_page(page.url).get_by_role("heading", name="Compare runs")
    expect(title).to_be_focused()  # the link leads to it, below run and form
    expect(title).to_be_in_viewport()
    page.get_by_role("button", name="Close the comparison").click()
    page.get_by_label("Filter runs").fill("no such run")
    expect(page.locator(".rr-runs")).to_contain_text("No run matches")
    page.get_by_label("Filter runs").fill("try again")
    expect(page.locator("tr[data-run]")).to_have_count(1)
    page.locator(f'tr[data-run="{second["id"]}"]').wait_for(state="detached")
    row.locator("input").check()
    page.get_by_role("button", name="Clear the selection").click()
    expect(row.locator("input")).not_to_be_checked()
    row.get_by_role("button", name="More for Wide").click()
    page.get_by_role("menuitem", name="Delete …").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete Wide").click()
    expect(row).to_have_count(0)

    # What a role cannot do is not offered. The page sets the role again whenever it has asked.
    shown = page.evaluate(
        "() => { document.body.classList.remove('rr-admin');"
        " return getComputedStyle(document.querySelector('#rr-new-run')).display; }"
    )
    assert shown == "none"


def test_a_refusal_is_said_at_the_form(server, new_page):
    space = open_workspace(Settings(home=server.home))
    seed(space, "unlabelled", count=3)
    page = new_page(f"{server.url}/?tab=train&dataset=unlabelled")
    expect(page.locator("#rr-train_plan .rr-error")).to_contain_text("no labelled pair")
    space.engine.dispose()


def test_a_run_is_resumed_on_another_executor(new_server, new_page, nowhere):
    server = new_server(RERANKER_UI_EXECUTORS="local,slurm")  # without a cluster
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "caves")
    run = lifecycle.start(space, ADMIN, "caves", recipe_from(base="embedded"))
    RunFolder(run["folder"]).emit("failed", error="The machine was full.", traceback="")
    page = new_page(f"{server.url}/?tab=train&run={run['id']}")
    page.locator(".rr-live").get_by_role("button", name="Resume", exact=True).click()
    dialog = page.get_by_role("dialog", name="Resume run 1")
    place = dialog.get_by_label("Trains on")
    expect(place).to_be_focused()
    expect(place).to_have_value("local")
    place.select_option("slurm")
    dialog.get_by_label("Processes").fill("2")
    dialog.get_by_role("button", name="Resume").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".rr-live-name")).to_contain_text("Slurm, 2 processes")
    expect(page.locator(".rr-live-said")).to_contain_text("Slurm")
    space.engine.dispose()


def test_names_are_text_and_never_markup(server, new_page, ended):
    name = "<img src=x onerror=alert(1)>${alert(2)}"
    ended(name)
    page = new_page(f"{server.url}/?tab=train&dataset=none")
    expect(page.locator(".rr-run-data").filter(has_text="onerror")).to_contain_text(name)


@pytest.mark.parametrize("width", [1360, 768, 390, 320])
def test_nothing_scrolls_sideways(server, new_page, ended, width):
    run = ended("watched")
    page = new_page(f"{server.url}/?tab=train&run={run['id']}", width=width)
    points(page, "train", 20)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    if width < 640:
        live, form = page.locator("#rr-train-live"), page.locator("#rr-new-run")
        assert live.bounding_box()["y"] < form.bounding_box()["y"]
        height = page.evaluate("document.querySelector('.rr-chart').layout.height")
        assert height == 160 + 44 + 160 + 8 + 40
