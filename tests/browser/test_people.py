"""Signing in, and a session that ends while somebody labels, in a real Chromium."""

import pytest

from reranker_ui.services.people.accounts import add_user, set_role
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support.labelling import seed
from tests.support.server_calls import hold_calls, labels_saved

expect = pytest.importorskip("playwright.sync_api").expect
PASSWORD = "a long password"


@pytest.fixture
def signed_in(new_server, new_page, tmp_path):
    """The page of an annotator who has signed in at the second try."""
    space = open_workspace(Settings(home=tmp_path / "home0"))
    seed(space, "caves", 12)
    seed(space, "came labelled", 3, label=lambda number: 1.0)
    add_user(space, LOCAL, "Sara", "admin", PASSWORD)
    add_user(space, LOCAL, "Mai", "annotator", PASSWORD)
    space.engine.dispose()
    server = new_server(RERANKER_UI_SIGN_IN="password")
    page = new_page(f"{server.url}/?tab=annotate&dataset=caves")
    page.context.offline = True  # the console tells of requests that are refused
    page.get_by_label("Name").fill("Mai")
    page.get_by_label("Password").fill("another password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Wrong name or password. Try again.")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rr-an-query")
    return page


def test_a_session_that_ends_loses_nothing(signed_in):
    page = signed_in
    page.keyboard.press("1")
    labels_saved(page)
    page.context.clear_cookies()
    page.keyboard.press("0")
    expect(page.locator(".rr-an-state")).to_have_text("Signed out, 1 saved in this browser")
    page.keyboard.press("n")
    page.keyboard.type("half a note")
    page.get_by_role("tab", name="Data").click()
    expect(page.locator(".rr-banner")).to_contain_text("You are signed out")
    expect(page.locator(".rr-datasets tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".rr-banner")).to_be_hidden()
    page.get_by_role("tab", name="Annotate").click()
    labels_saved(page)
    expect(page.get_by_label("Note on this pair")).to_have_value("half a note")
    expect(page.locator(".rr-an-progress")).to_contain_text("2 of 12")

    # What an annotator cannot do is not offered, and what is hidden is not said to be missing
    page.get_by_role("tab", name="Playground").click()
    first = page.locator(".rr-play-first")
    expect(first).to_contain_text("a negative candidate whose labels you can see")
    expect(first.get_by_role("button")).to_have_count(0)
    page.get_by_role("tab", name="Data").click()
    expect(page.locator(".rr-datasets tr", has_text="came labelled")).to_contain_text("hidden")
    page.get_by_role("button", name="More for caves").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Make current", "Annotate", "Export"])
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    commands = page.get_by_role("listbox", name="Commands")
    expect(commands).to_contain_text("Annotate caves")
    expect(commands).not_to_contain_text("Import a file")


def test_the_menus_of_the_header_wait_for_their_entries(server, new_page):
    page = new_page()
    release = hold_calls(page)
    page.goto(server.url)
    menus = page.locator(".rr-header [aria-haspopup=menu]")
    expect(menus).to_have_count(2)
    for menu in menus.all():
        expect(menu).to_be_disabled()  # a click would be lost
    release()
    page.locator(".rr-me").click()
    expect(page.get_by_role("menuitem", name="Guide")).to_be_visible()


def test_who_may_no_longer_label_sees_so_and_how_many_labels_were_not_saved(signed_in, tmp_path):
    page = signed_in
    page.keyboard.press("1")
    labels_saved(page)
    space = open_workspace(Settings(home=tmp_path / "home0"))
    set_role(space, LOCAL, "Mai", "viewer")
    space.engine.dispose()
    for key in "101":
        page.keyboard.press(key)
    expect(page.locator(".rr-an-errors")).to_contain_text("labels were not saved.")
    expect(page.locator(".rr-an-errors")).not_to_contain_text("One label")
    expect(page.locator(".rr-an")).to_contain_text("View only")
