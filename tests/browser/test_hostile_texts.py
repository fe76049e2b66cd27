"""Texts that try to be markup, script or template: shown letter by letter on every page."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.labels.guidelines import edit_guidelines
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.integration.test_backups import a_finished_run
from tests.support.server import Server

NAME = "<img src=x onerror=window.__xss=77>"
INJECTED = """() => [...document.querySelectorAll(
    '[onerror],[onload],[onmouseover],[onfocus],[ontoggle],iframe,object,embed,img[src="x"],base:not([href="./"])')]
    .map((node) => node.outerHTML.slice(0, 200))"""
TABS = ("data", "annotate", "train", "playground")


@pytest.fixture(scope="module")
def payloads(data_folder):
    manifest = json.loads((data_folder / "hostile" / "manifest.json").read_text())
    entries = manifest["files"] if isinstance(manifest, dict) else manifest
    return next(one for one in entries if one["file"] == "xss_payloads.csv")["payloads"]


@pytest.fixture(scope="module")
def site(tmp_path_factory, data_folder):
    """A dataset with a hostile name, file name, texts, guidelines, notes, dispute and run."""
    home = tmp_path_factory.mktemp("hostile") / "home"
    space = open_workspace(Settings(home=home))
    source = tmp_path_factory.mktemp("files") / "<svg onload=window.__xss=78>.csv"
    rows = (data_folder / "hostile" / "xss_payloads.csv").read_text(encoding="utf-8")
    source.write_text(rows, encoding="utf-8")
    import_file(space, LOCAL, source, NAME)
    edit_guidelines(space, LOCAL, NAME, rows[:3000])
    for pair in range(1, 6):
        for label, name in enumerate(("Ada", "Lin")):
            note = "<script>window.__xss=79</script>"
            client = f"{name}{pair}".ljust(20, "0")
            annotate(space, User(name, "annotator"), pair, float(label), client, note)
    a_finished_run(space, NAME)
    space.engine.dispose()
    server = Server(home)
    yield server.start().url
    server.kill()


def nothing_ran(page, dialogs):
    assert page.evaluate("window.__xss === undefined"), page.url
    assert page.evaluate(INJECTED) == [], page.url
    assert "62615533" not in page.locator("body").inner_text(), page.url
    assert dialogs == []


@pytest.fixture
def page(site, new_page):
    opened = new_page()
    dialogs = []
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.dialogs = dialogs
    yield opened
    nothing_ran(opened, dialogs)


def test_an_injected_node_would_be_seen(new_page):
    page = new_page()
    page.set_content("<p>quiet</p>")
    assert page.evaluate(INJECTED) == []
    page.set_content("<svg onload='window.__xss = 1'></svg>")
    assert page.evaluate("window.__xss") == 1 and len(page.evaluate(INJECTED)) == 1


def test_every_tab_shows_them_as_they_are(site, page):
    for tab in TABS:
        page.goto(f"{site}/?tab={tab}")
        expect(page.locator(".rr-switch b")).to_have_text(NAME)
        page.wait_for_timeout(700)
        nothing_ran(page, page.dialogs)


def test_an_opened_dataset_and_all_that_stands_in_it(site, page, payloads):
    page.goto(f"{site}/?tab=data")
    row = page.locator(".rr-datasets tr", has_text=NAME)
    row.get_by_role("button", name="Open").click()
    table = page.locator(".rr-pairs-table tbody")
    expect(table.locator("tr")).to_have_count(30)
    shown = table.locator("td.query").all_text_contents()
    assert [text for text in payloads if text not in shown] == []
    for view in page.locator(".rr-pairs-head [role=tab], .rr-views [role=tab]").all():
        view.click()
        page.wait_for_timeout(500)
        nothing_ran(page, page.dialogs)


def test_labelling_and_disputes(site, page):
    page.goto(f"{site}/?tab=annotate")
    page.locator(".rr-widget-annotate").get_by_text("window.__xss").first.wait_for()
    for key in "g1h":
        page.keyboard.press(key)
        page.wait_for_timeout(400)
        nothing_ran(page, page.dialogs)
        page.keyboard.press("Escape")
    disputed = page.get_by_role("button", name="Disputed").or_(
        page.get_by_role("tab", name="Disputed")
    )
    if disputed.count():
        disputed.first.click()
        page.wait_for_timeout(700)


def test_rankings(site, page, payloads):
    page.goto(f"{site}/?tab=playground&a=bm25&b=bm25&q={quote(payloads[0])}")
    page.locator(".rr-lists").wait_for(timeout=60_000)
    assert page.get_by_label("Query", exact=True).input_value() == payloads[0]
    nothing_ran(page, page.dialogs)
