"""axe-core finds nothing wrong on any tab, in light and dark; and what no tool can find."""

import pytest

from tests.support import IN_CI, ROOT

expect = pytest.importorskip("playwright.sync_api").expect
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, {runOnly: {type: "tag", values}});
  return found.violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`));
}"""
PAIRS, RESULTS = ".rr-pairs-table tbody tr + tr", ".rr-result.b"
VIEWS = {
    "tab=data": ".rr-datasets",
    "tab=data&open=starter": PAIRS,
    "tab=data&open=starter&view=quality": ".rr-quality-main",
    "tab=annotate&dataset=starter": ".rr-an-query",
    "tab=annotate&dataset=starter&review=settings": ".rr-an-setting",
    "tab=train&dataset=starter": "#rr-train .rr-card",
    "tab=playground&dataset=starter": ".rr-start",
    "tab=playground&dataset=starter&a=bm25&b=bm25&from=dataset&q=space": RESULTS,
}


def states(page, drawn):
    """The states of a view that are looked at: a name, and what is there once it is drawn."""
    for summary in page.locator("#rr-new-run:visible summary").all():
        summary.click()
    yield "", drawn
    if drawn == PAIRS:
        page.locator("td.passage").first.focus()
        for key, opened in {"Control+k": ".rr-palette-entry", "o": ".rr-drawer-facts"}.items():
            page.keyboard.press(key)
            yield f", {key}", opened
            page.keyboard.press("Escape")
    if drawn == RESULTS:
        page.locator(".rr-result.b .rr-passage").first.click()
        yield ", an open result", ".rr-give"


def test_axe_finds_no_violation(server, new_page):
    if not AXE.exists():
        (pytest.fail if IN_CI else pytest.skip)("axe-core is missing; install it with: npm ci")
    page = new_page()
    found = {}
    for view, drawn in VIEWS.items():
        page.goto(f"{server.url}/?{view}")
        page.wait_for_selector(drawn)
        page.add_script_tag(path=AXE)
        page.add_style_tag(content="* { transition: none !important; }")  # between the themes
        for state, shown in states(page, drawn):
            page.wait_for_selector(shown)
            for theme in ("light", "dark"):
                page.evaluate(
                    "name => document.body.classList.toggle('dark', name === 'dark')", theme
                )
                found[f"{view}{state}, {theme}"] = page.evaluate(RUN)
    assert {view: faults for view, faults in found.items() if faults} == {}


def test_a_keyboard_skips_the_header_and_walks_the_tabs(server, new_page):
    page = new_page(f"{server.url}/?tab=annotate&dataset=starter")
    page.wait_for_selector(".rr-an-query")
    expect(page).to_have_title("Annotate · starter · Reranker UI")
    assert page.locator("main .rr-header").count() == 0
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"
    page.get_by_role("tab", name="Annotate").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Train")).to_be_focused()
    expect(page).to_have_title("Train · starter · Reranker UI")
    page.keyboard.press("Control+k")  # the field keeps the focus, and names the entry
    field = page.get_by_role("combobox", name="Find a command")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("dialog").get_by_role("option", selected=True)
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    expect(chosen).to_have_text("Go to Annotate")


def test_the_focus_follows_into_the_tab_that_a_button_opens(server, new_page):
    page = new_page(f"{server.url}/?tab=data&open=starter")
    page.locator(".rr-opened-head").get_by_role("button", name="Annotate").press("Enter")
    page.wait_for_selector(".rr-an-query")
    page.wait_for_function("document.activeElement.getAttribute('role') === 'tabpanel'")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('#rr-tab-annotate')")
