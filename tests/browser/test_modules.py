"""The page's modules: one that fails to load breaks its own tab only."""

import re

import pytest
from playwright.sync_api import expect

FAILED = "This part of the page failed to load. Reload the page to try again."
NOT_LOADED = (
    "This part of the page could not be loaded. Check the connection, then reload the page."
)


@pytest.mark.parametrize("how", ["not served", "a syntax error"])
def test_a_module_that_fails_breaks_its_own_tab(server, new_page, how):
    page = new_page()

    def answer(route):
        if how == "not served":
            route.abort()
        else:
            route.fulfill(content_type="text/javascript", body="const broken = ;")

    page.route(re.compile(r"/modules/\w+/(playground|data_later)\.js$"), answer)
    page.goto(server.url)
    expect(page.locator("#rr-data")).to_contain_text("Datasets")
    page.get_by_role("button", name="starter", exact=True).click()
    expect(page.locator("#rr-data [role=alert]")).to_have_text(NOT_LOADED)
    page.get_by_role("tab", name="Playground").click()
    expect(page.locator("#rr-playground [role=alert]")).to_have_text(FAILED)
    page.get_by_role("tab", name="Annotate").click()
    expect(page.locator("#rr-annotate")).to_contain_text("Guidelines")
    expect(page.locator(".rr-header")).to_contain_text(re.compile(r"Dataset.+pairs"))
    assert page.faults, "the console names what failed"
    page.faults.clear()


def test_modules_come_from_the_cache_when_the_page_is_loaded_again(server, new_page):
    page = new_page(server.url)
    expect(page.locator("#rr-data")).to_contain_text("Datasets")
    page.reload()
    expect(page.locator("#rr-data")).to_contain_text("Datasets")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.name.includes('/modules/'))"
        ".map((one) => one.transferSize)"
    )
    assert sizes and not any(sizes), sizes
