"""A shop's way from a file without labels to a demo: its grades, two annotators, two runs."""

import re

import pytest

from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.ranking.demo import demo_settings
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.server_calls import labels_saved

expect = pytest.importorskip("playwright.sync_api").expect
PASSWORD = "a long password"
SLOW = 400_000  # milliseconds; a worker starts, imports torch and trains
QUERIES = 10
GRADES = ["Irrelevant", "Complement", "Substitute", "Exact"]
ROWS = ["Suchbegriff;Artikelnummer;Produkttitel;Preis"]
ROWS += [f"Größe {n};{7000 + n};Matratze in Größe {n}, genau;{n},99" for n in range(QUERIES)]
ROWS += [f"Größe {n};{8000 + n};Lampe, weiß, zu {n};{n},99" for n in range(QUERIES)]


@pytest.fixture
def space(tmp_path):
    """The home of `new_server()`, with an admin and two annotators."""
    space = open_workspace(Settings(home=tmp_path / "home0"))
    add_user(space, LOCAL, "Sara", "admin", PASSWORD)
    for name in ("Mai", "Linh"):
        add_user(space, LOCAL, name, "annotator", PASSWORD)
    yield space
    space.engine.dispose()


@pytest.fixture
def server(space, new_server, tiny_model):
    """A server where people sign in."""
    return new_server(RERANKER_UI_SIGN_IN="password", RERANKER_UI_DEFAULT_BASE=str(tiny_model))


@pytest.fixture
def enter(server, new_page):
    """Sign in: `enter(name, address)` gives a page in a browser of its own."""

    def sign_in(name, address):
        page = new_page(f"{server.url}/?{address}")
        page.set_default_timeout(90_000)  # several pages and workers share a busy machine
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        return page

    return sign_in


def import_on_a_scale(page, path):
    """The file is read on grades with names, and its pairs are opened."""
    page.locator("#rr-file").set_input_files(str(path))
    read_as = page.locator(".rr-read-as")
    expect(read_as).to_contain_text("CSV, CP1252, semicolon", timeout=30_000)
    expect(page.get_by_label("Label", exact=True)).to_have_value("")  # neither number nor price
    scale = page.get_by_role("group", name="Scale")
    scale.get_by_role("button", name="graded").click()
    expect(page.get_by_label("Highest grade")).to_have_value("3", timeout=30_000)
    for grade, name in enumerate(GRADES):
        page.get_by_label(f"Name of label {grade}").fill(name)
    page.get_by_label("Relevant from").select_option("2")
    expect(page.get_by_label("Name of label 3")).to_have_value("Exact", timeout=30_000)
    page.get_by_label("Import as").fill("shop")
    page.get_by_role("button", name=f"Import {2 * QUERIES} pairs").click()
    expect(page.locator(".rr-tiles")).to_contain_text(f"Pairs{2 * QUERIES}", timeout=30_000)
    expect(page.locator(".rr-further").first).to_contain_text("7000")


def two_label_each(page):
    """The owner wants two labels of each pair, also of test pairs."""
    page.locator(".rr-arrival").get_by_role("button", name="Annotate").click()
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_label("Annotators per pair").select_option("2")
    for name in ("Mai", "Linh"):
        page.get_by_label("Name of another annotator").fill(name)
        page.keyboard.press("Enter")
        page.get_by_role("checkbox", name=f"{name} is offered test pairs").check()
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator(".rr-toast")).to_contain_text("saved for everyone")


def label_all(page, grades):
    """Label every pair by key; `grades` gives the key of a passage."""
    passage = page.locator(".rr-an-card .rr-an-passage")
    answers = page.locator(".rr-an-answer")
    expect(answers).to_have_count(4, timeout=60_000)
    expect(answers.last).to_contain_text("Exact")
    for _ in range(2 * QUERIES):
        text = passage.inner_text()
        page.keyboard.press(grades(text))
        expect(passage.filter(has_text=re.compile(f"^{re.escape(text)}$"))).to_have_count(0)
    expect(page.locator(".rr-an-card")).to_contain_text(f"All {2 * QUERIES} pairs are labelled")
    labels_saved(page)


def train_twice(page):
    """Two runs, the second queued behind the first."""
    page.locator("#rr-run-advanced summary").click()
    page.get_by_label("Epochs").fill("1")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator('tr[data-run="1"]')).to_be_visible()
    page.get_by_label("Learning rate").fill("0.001")
    page.locator("#rr-run-start").click()
    for number in (1, 2):
        row = page.locator(f'tr[data-run="{number}"]')
        expect(row).to_contain_text("Finished", timeout=SLOW)


def visit(server, new_page):
    """What the owner chose is all that a visitor of the demo sees."""
    server.kill()
    server.environment["RERANKER_UI_DEMO"] = "true"
    page = new_page(server.start().url)
    page.set_default_timeout(90_000)
    page.get_by_role("heading", name="Mattresses").wait_for()
    assert page.get_by_role("tab").all_inner_texts() in ([], ["Playground"])
    rankers = page.get_by_label("Ranker B")
    expect(rankers).to_have_value("2")
    assert "run 1" not in rankers.inner_text()
    expect(page.locator(".rr-start")).to_have_text(["Größe 0", "weiße Lampe"])
    page.get_by_role("button", name="Größe 0").click()
    expect(page.locator(".rr-result.b")).to_have_count(2, timeout=90_000)  # the model is loaded
    for offered in ("Use this model", "Exact 3"):
        expect(page.get_by_role("button", name=offered)).to_have_count(0)


def test_from_a_file_without_labels_to_a_demo(space, server, enter, new_page, tmp_path):
    path = tmp_path / "artikel.csv"
    path.write_text("\n".join(ROWS), "cp1252")
    owner = enter("Sara", "tab=data")
    import_on_a_scale(owner, path)
    two_label_each(owner)

    mai = enter("Mai", "tab=annotate&dataset=shop")
    label_all(mai, lambda text: "3" if "genau" in text else "0")
    linh = enter("Linh", "tab=annotate&dataset=shop")
    label_all(linh, lambda text: "2" if "Größe 0" in text else "3" if "genau" in text else "0")

    owner.reload()
    owner.get_by_role("button", name="Disputed").click()
    expect(owner.locator(".rr-an-votes")).to_contain_text("Exact")
    owner.keyboard.press("3")
    expect(owner.locator(".rr-an-review")).to_contain_text("No disputed pairs")
    owner.get_by_role("button", name="Train a reranker").click()

    train_twice(owner)
    for number in (1, 2):
        owner.locator(f'tr[data-run="{number}"] input').check()
    selected = owner.get_by_role("toolbar", name="Selected runs")
    selected.get_by_role("button", name="Compare").click()
    compared = owner.locator(".rr-compare-table")
    expect(compared.first).to_contain_text("nDCG@10")
    expect(compared.filter(has_text="Learning rate")).to_contain_text("0.001")
    owner.get_by_role("button", name="Close the comparison").click()

    owner.locator('tr[data-run="2"]').get_by_role("button", name="Open").click()
    expect(owner.get_by_role("button", name="Use this model")).to_be_visible()
    owner.get_by_role("button", name=re.compile("Sara")).click()
    owner.get_by_role("menuitem", name="Demo").click()
    owner.get_by_label("Title", exact=True).fill("Mattresses")
    owner.get_by_label("Run", exact=True).select_option("2")
    owner.get_by_label("Queries to begin with").fill("Größe 0\nweiße Lampe")
    owner.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(owner.locator(".rr-toast")).to_have_text("The demo is saved")
    assert demo_settings(space, LOCAL)["run"] == "2"
    for page in (owner, mai, linh):
        page.goto("about:blank")
    visit(server, new_page)
