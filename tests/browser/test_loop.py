"""Once round the loop in a real Chromium, from the first start to a better ranking."""

import pytest
from sqlalchemy import func, select

from reranker_ui.services.store.database import annotations
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.server_calls import labels_saved

expect = pytest.importorskip("playwright.sync_api").expect
SLOW = 120_000  # ms; a worker starts, imports torch and trains


def test_the_whole_loop(new_server, new_page, tiny_model):
    server = new_server(RERANKER_UI_DEFAULT_BASE=str(tiny_model))
    page = new_page(server.url)

    # The first start shows the sample and offers to label.
    expect(page.get_by_role("heading", name="Teach a reranker")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Label ten pairs").click()

    # Ten keys, ten labels.
    card = page.locator(".rr-an-card .rr-an-passage")
    for number in range(10):
        expect(card).to_be_visible()
        before = page.locator(".rr-an-card").inner_text()
        page.keyboard.press(str(number % 2))
        page.wait_for_function(
            "before => document.querySelector('.rr-an-card').innerText !== before", arg=before
        )
    expect(page.locator(".rr-toast")).to_contain_text("You can train a reranker on them now")
    labels_saved(page)
    space = open_workspace(Settings(home=server.home))
    with space.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(annotations)) == 10

    # Train on them, and watch.
    page.get_by_role("tab", name="Train").click()
    page.locator("#rr-run-advanced summary").click()
    page.get_by_label("Epochs").fill("1")
    page.locator("#rr-run-more summary").click()
    page.get_by_label("Max steps").fill("40")  # a tenth of the sample shows the way as well
    page.get_by_role("button", name="Start", exact=True).click()
    live = page.locator(".rr-live")
    expect(live.locator(".rr-status")).to_have_text("Finished", timeout=SLOW)
    expect(live).to_contain_text("BM25")
    expect(live).to_contain_text("Cosine")

    # The first page leads on to the comparison.
    page.get_by_role("tab", name="Data").click()
    page.get_by_role("button", name="Compare base and tuned").wait_for()

    # See the run beside a baseline, on a query that it has not seen.
    page.get_by_role("tab", name="Playground").click()
    page.locator(".rr-start").first.click()
    page.wait_for_selector(".rr-lists", timeout=SLOW)
    expect(page.locator(".rr-result.a").first).to_be_visible()
    expect(page.locator(".rr-result.b").first).to_be_visible()
    expect(page.locator(".rr-side.b")).to_contain_text("run 1")
    links = page.locator(".rr-side.b .rr-measure")
    expect(links.get_by_role("button")).to_have_text(["Use this model", "Threshold"])
    assert links.evaluate("one => one.scrollWidth <= one.clientWidth")  # neither is cut
    expect(page.locator(".rr-took")).to_contain_text("on this machine")
    space.engine.dispose()
