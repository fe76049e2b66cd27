"""The form of a new run and a run that has ended, in a real Chromium."""

import json
import shutil

import pandas as pd
import pytest

from reranker_ui.core.evaluation.outcome import outcome_of
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training.recipes import recipe_from, recipe_of
from reranker_ui.settings import Settings
from tests.support import fake_worker
from tests.support.labelled_dataset import labelled_dataset
from tests.support.labelling import ADMIN

expect = pytest.importorskip("playwright.sync_api").expect
CARD = """---
base_model: cross-encoder/ms-marco-MiniLM-L6-v2
---
<code>sentence_0</code> <code>sentence_1</code>
- `per_device_train_batch_size`: 8
- `per_device_eval_batch_size`: 8
- `num_train_epochs`: 30
- `learning_rate`: 5e-05
- `fp16`: True
- `optim`: adafactor
"""


@pytest.fixture
def space(server):
    space = open_workspace(Settings(home=server.home))
    yield space
    space.engine.dispose()


def values(page, *names):
    return [page.locator(f"#rr-run-{name}").input_value() for name in names]


def test_the_form_is_filled_by_the_advisor_a_card_and_a_file(server, space, new_page, tmp_path):
    labelled_dataset(space, "formed")
    page = new_page(f"{server.url}/?tab=train&dataset=formed")
    plan, recipe = page.locator("#rr-train_plan"), page.get_by_label("Recipe", exact=True)
    expect(plan).to_contain_text("Split by query")
    page.locator("#rr-run-advanced summary").click()
    page.locator("#rr-run-more summary").click()
    page.evaluate("scrollTo(0, 0)")  # the form scrolls by itself, so that the runs stay near
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_in_viewport(ratio=1)
    below_a_banner = """hidden => {
      document.querySelector(".rr-banner").hidden = hidden;
      return document.getElementById("rr-run-start").getBoundingClientRect().bottom;
    }"""
    assert page.evaluate(below_a_banner, False) < 900
    page.evaluate(below_a_banner, True)

    recipe.select_option("advised")
    why = page.locator("#rr-train_why")
    expect(why).to_contain_text("72 pairs are few")
    expect(page.locator("#rr-run-batch_size")).to_have_value("16")
    page.locator("#rr-run-batch_size").fill("64")
    expect(why).to_contain_text("Set by you: Batch size 64 instead of 16.")
    expect(why).not_to_contain_text("72 pairs are few")
    expect(why).to_contain_text("33% of the pairs are positive")
    page.locator("#rr-run-loss").select_option("ranknet")  # which has no positive weight
    expect(why).not_to_contain_text("33% of the pairs are positive")
    page.locator("#rr-run-loss").select_option("bce")
    expect(why).to_contain_text("33% of the pairs are positive")
    page.get_by_label("Found by").select_option("encoder")
    expect(why).to_contain_text("Hard negativesSet by you: Found by encoder instead of none.")
    page.locator("#rr-run-seed").fill("7")
    page.get_by_label("Time budget").select_option("quality")
    expect(why).to_contain_text("about 20 minutes")
    expect(page.locator("#rr-run-budget")).to_have_value("quality")
    # The advisor changes no field that the user changed.
    assert values(page, "seed", "batch_size") == ["7", "64"]
    expect(why).to_contain_text("Set by you: Batch size 64 instead of 16.")
    page.locator("#rr-run-batch_size").fill("16")
    expect(why).to_contain_text("72 pairs are few")

    recipe.select_option("russian-web")
    expect(why).to_be_hidden()
    expect(page.locator("#rr-run-seed")).not_to_have_value("7")
    expect(page.locator("#rr-run-epochs")).to_have_value("30")
    assert values(page, "learning_rate", "train_embeddings") == ["5e-05", "True"]

    recipe.select_option("given")
    page.get_by_label("Model card or YAML").fill(CARD)
    page.get_by_role("button", name="Fill the form").click()
    expect(why).to_contain_text("optim: adafactor is not supported here")
    assert values(page, "epochs", "learning_rate", "warmup") == ["30", "5e-05", "0"]
    page.get_by_label("As fit() trained").check()
    expect(page.locator("#rr-run-learning_rate")).to_have_value("2e-05")
    expect(plan).to_contain_text("fp16")
    page.get_by_label("Model card or YAML").fill("no card\nat all")
    page.get_by_role("button", name="Fill the form").click()
    expect(why.locator(".rr-error")).to_contain_text("not a model card")

    kept = tmp_path / "mine.yaml"
    kept.write_text("epochs: 2\nloss: ranknet\nnegatives: bm25\nbase: embedded\n")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Open a file").click()
    chosen.value.set_files(kept)
    expect(page.locator("#rr-run-loss")).to_have_value("ranknet")
    page.get_by_role("button", name="Show the command").click()
    expect(page.locator(".rr-command")).to_contain_text("--loss ranknet")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the recipe").click()
    whole = recipe_of(saved.value.path().read_text(), "x")
    assert (whole.epochs, whole.loss, whole.negatives) == (2, "ranknet", "bm25")

    # A chain of runs is asked about before it is queued.
    page.get_by_label("Chained runs").fill("0,0,0")
    expect(plan).to_contain_text("in 3 runs")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("stopped together")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()

    expect(page.locator("#rr-run-epochs")).to_have_value("2")
    page.locator("#rr-run-epochs").fill("many")
    expect(plan.locator(".rr-error")).to_contain_text("many is not valid for epochs")

    # Start leads to the field that is wrong, also where its fold was closed.
    epochs = page.locator("#rr-run-epochs")
    page.locator("#rr-run-advanced summary").click()
    expect(epochs).to_be_hidden()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(epochs).to_be_focused()
    expect(epochs).to_be_in_viewport()
    expect(epochs).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#rr-run-epochs-error")).to_contain_text("many is not valid for epochs")
    epochs.fill("2")
    expect(epochs).to_have_attribute("aria-invalid", "false")
    expect(plan.locator(".rr-error")).to_have_count(0)
    epochs.fill("many")
    expect(plan.locator(".rr-error")).to_be_visible()
    main = page.locator("#rr-run-data, #rr-run-base, #rr-run-recipe")
    assert len(set(main.evaluate_all("all => all.map((one) => one.offsetHeight)"))) == 1

    # One stop a field, in the order of the page.
    page.locator("#rr-run-data").focus()
    stops = []
    for _ in range(3):
        stops.append(page.evaluate("document.activeElement.id"))
        page.keyboard.press("Tab")
    assert stops == ["rr-run-data", "rr-run-base", "rr-run-recipe"]


@pytest.mark.parametrize("width", [1360, 390])
def test_the_plan_follows_the_number_of_processes(new_server, new_page, width):
    server = new_server(RERANKER_UI_EXECUTORS="slurm,local")  # without a cluster
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "placed")
    page = new_page(f"{server.url}/?tab=train&dataset=placed", width=width, height=1400)
    plan, place = page.locator("#rr-train_plan"), page.get_by_label("Trains on", exact=True)
    count = page.get_by_label("Processes", exact=True)
    page.get_by_label("Base model", exact=True).select_option("embedded")
    expect(count).to_have_value("1")
    count.fill("3")
    expect(plan).to_contain_text("33 instead of 32: 11 on each of 3 processes")
    boxes = [control.bounding_box() for control in (place, count)]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["height"] == boxes[1]["height"]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.get_by_role("button", name="Show the command").click()
    expect(page.locator(".rr-command")).to_contain_text("--processes 3")
    count.fill("65")
    expect(plan.locator(".rr-error")).to_contain_text("1 to 64 processes or GPUs")
    place.select_option("local")
    expect(plan).to_contain_text("Time on this machine")
    expect(plan).not_to_contain_text("on each of")
    space.engine.dispose()


@pytest.fixture
def finished(space, nowhere, tiny_model):
    """A run with a model, its results by query, and a tuned model worse than its base."""
    if not any(row["dataset"] == "ended" for row in lifecycle.list_runs(space, ADMIN)):
        labelled_dataset(space, "ended")
    run = lifecycle.start(space, ADMIN, "ended", recipe_from(base="embedded"))
    folder = RunFolder(run["folder"])
    fake_worker.main(folder, 0, "none")
    precision = {"base": 0.9, "bm25": 0.5, "cosine": 0.6, "tuned": 0.7}
    folder.emit(
        "finished", metrics={k: fake_worker.metrics(v) for k, v in precision.items()}, seconds=9
    )
    shutil.copytree(tiny_model, folder.model)
    rows = [
        {"query_key": str(n), "query": f"<b>query {n}</b>", "passage": f"${{passage}} {n} {g}",
         "grade": g, "base": g, "bm25": 0.0, "cosine": 0.1 * g, "tuned": -g if n < 3 else g}
        for n in range(8) for g in (0.0, 1.0)
    ]  # fmt: skip
    poor = {"pairs": 600, "mean": 0.33, "relevant": 0.22, "error": 0.11}
    outcome = outcome_of(pd.DataFrame(rows)) | {"probabilities": poor}
    folder.outcome_file.write_text(json.dumps(outcome))
    return run


@pytest.mark.parametrize("width", [1360, 390])
def test_a_finished_run_tells_query_by_query_and_goes_on(server, new_page, finished, width):
    page = new_page(f"{server.url}/?tab=train&dataset=ended&run={finished['id']}", width=width)
    expect(page.locator(".rr-verdict")).to_contain_text("Not better than embedded")
    duels = page.locator(".rr-duels tr")  # the strongest free ranker before the base
    expect(duels.first).to_contain_text("Against Cosine")
    expect(duels.nth(1)).to_contain_text("0 better, 5 same, 3 worse")
    gain = page.locator(".rr-outcome-table thead th").last
    expect(gain).to_contain_text("Gain over Cosine")
    assert gain.bounding_box()["x"] + gain.bounding_box()["width"] <= width
    page.locator(".rr-worst summary").click()
    expect(page.locator(".rr-worst-table tbody tr")).to_have_count(3)
    expect(page.locator(".rr-worst-table")).to_contain_text("<b>query 0</b>")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    notices = page.locator(".rr-outcome .rr-notice")
    expect(notices.first).to_contain_text("only 8 queries")
    expect(page.locator(".rr-outcome-head")).to_contain_text("calibration error 0.110")
    expect(notices.nth(1)).to_contain_text("mean is 0.33, and 22% of the pairs are relevant")

    # Panels: another metric, a log scale, another third panel
    trace = "meta => document.querySelector('.rr-chart').data.find(t => t.meta === meta)?.y"
    before = page.evaluate(trace, "dev")
    page.get_by_label("Metric on dev").select_option("map")
    page.wait_for_function(f"b => JSON.stringify(({trace})('dev')) !== b", arg=json.dumps(before))
    page.get_by_role("button", name="Log scale").click()
    page.wait_for_function("document.querySelector('.rr-chart').layout.yaxis.type === 'log'")
    page.get_by_label("Third panel").select_option("pairs_per_second")
    page.wait_for_function(f"() => (({trace})('extra') || []).some(y => y > 40)")

    # Files, and a push that is refused in words
    page.locator(".rr-files > summary").click()
    with page.expect_download() as model:
        page.get_by_role("link", name="Download the model").click()
    assert model.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name="Push to the Hub …").click()
    expect(page.get_by_label("Private")).to_be_checked()
    page.get_by_label("Name on the Hub").fill("no name")
    page.get_by_label("Name on the Hub").press("Enter")
    expect(page.locator(".rr-push .rr-error")).to_contain_text("Name the model on the Hub")

    page.locator(".rr-live-actions").get_by_role("button", name="Continue training").click()
    expect(page.get_by_label("Base model", exact=True)).to_have_value(finished["name"])
    expect(page.locator("#rr-train_why")).to_contain_text("with a fresh optimizer")
    page.get_by_role("button", name="Show the command").click()
    expect(page.locator(".rr-command")).to_contain_text(f"--base '{finished['name']}'")

    # A query opens in the Playground with both rankers; the address of Train stays clean.
    page.locator(".rr-worst-open").first.click()
    expect(page.get_by_label("Query", exact=True)).to_have_value("<b>query 0</b>")
    assert f"&b={finished['id']}&q=" in page.url and "run=" not in page.url
    page.get_by_role("tab", name="Train").click()
    page.wait_for_url("**tab=train**")
    assert "q=" not in page.url and f"run={finished['id']}" in page.url
