"""Markup in a pasted model card and in names of API keys is shown letter by letter; keys end."""

import subprocess

import pytest
from playwright.sync_api import expect

from reranker_ui.services.people.api_keys import make_key
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.browser.test_hostile_texts import nothing_ran
from tests.browser.test_train import labelled_dataset
from tests.support.serving import PASSWORD, with_people
from tests.support.small_disk import small_disk

PAYLOADS = (
    "<img src=x onerror=window.__xss=1>",
    "<svg/onload=window.__xss=2>",
    "</textarea><script>window.__xss=3</script>",
    '" onfocus=window.__xss=4 autofocus x="',
    "${window.__xss=5}",
    "{{constructor.constructor('window.__xss=6')()}}",
    "javascript:window.__xss=7",
    "<iframe srcdoc='<script>parent.__xss=8</script>'>",
)


@pytest.fixture
def page(new_page):
    opened = new_page()
    dialogs = []
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield opened
    nothing_ran(opened, dialogs)


def card(payload: str) -> str:
    """A model card that holds the payload wherever the form shows something of it."""
    return (
        f"---\nbase_model: {payload}\n---\n<code>sentence_0</code> <code>sentence_1</code>\n"
        f"- `num_train_epochs`: 3\n- `optim`: {payload}\n- `lr_scheduler_type`: {payload}\n"
        f"- `{payload}`: 1\n{payload}\n"
    )


def test_a_pasted_card_is_text(server, page):
    space = open_workspace(Settings(home=server.home))
    labelled_dataset(space, "fields")
    space.engine.dispose()
    page.goto(f"{server.url}/?tab=train&dataset=fields")
    page.get_by_label("Recipe", exact=True).select_option("given")
    field, why = page.get_by_label("Model card or YAML"), page.locator("#rr-train_why")
    for payload in PAYLOADS:
        yaml = f"base: '{payload}'\nloss: '{payload}'\nname: '{payload}'\n'{payload}': 1\n"
        for text in (payload, card(payload), yaml):
            field.fill(text)
            page.get_by_role("button", name="Fill the form").click()
            expect(why.locator(".rr-error, .rr-why-note, .rr-notice").first).to_be_visible()
            assert page.evaluate("window.__xss === undefined"), text


def sign_in(page, server, name: str) -> None:
    page.goto(f"{server.url}/login")
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".rr-me").click()


def end_keys(page, server) -> None:
    """Changing one's password offers to end one's keys, and admins end anyone's."""
    page.locator(".rr-me").click()
    page.get_by_text("Change password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(f"{PASSWORD}, another")
    expect(page.get_by_label("Revoke my API keys too")).not_to_be_checked()
    page.get_by_role("dialog").get_by_role("button", name="Change password").click()
    expect(page.locator("[name=password]")).to_be_visible()
    # What the page asked in the moment its session ended was refused.
    page.faults[:] = [fault for fault in page.faults if "401 (Unauthorized)" not in fault]
    sign_in(page, server, "admin")
    page.get_by_text("People and invites").click()
    end = page.get_by_role("button", name="Revoke the API keys of annotator")
    expect(end).to_have_text(f"Revoke {len(PAYLOADS)} keys")
    end.click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(end).to_have_count(0)


@pytest.fixture
def disk(tmp_path):
    """Whether the home lies on a small disk, which `shrink` makes small enough for a warning."""
    with small_disk(tmp_path / "disk", 700_000_000) as mounted:
        yield mounted


def shrink(folder) -> None:
    """Leave a mounted small disk so little room that everyone is warned."""
    subprocess.run(["mount", "-o", "remount,size=190000000", folder], check=True)


def test_the_panels_of_people_and_keys(tmp_path, page, disk):
    server = with_people(tmp_path / "disk" / "home").start()  # not healthy on a smaller disk
    try:
        if disk:
            shrink(tmp_path / "disk")
        space = open_workspace(Settings(home=server.home))
        for payload in PAYLOADS[:4]:
            make_key(space, User("annotator", "annotator"), payload)
        space.engine.dispose()
        sign_in(page, server, "annotator")
        page.get_by_text("API keys").click()
        panel = page.get_by_role("dialog")
        for payload in PAYLOADS[:4]:
            expect(panel.get_by_role("cell", name=payload, exact=True)).to_be_visible()
        for payload in PAYLOADS[4:]:
            panel.locator("form input").fill(payload)
            panel.locator("form button").last.click()
            expect(panel.get_by_role("cell", name=payload, exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        if disk:
            expect(page.locator(".rr-disk")).to_contain_text("is free on the server's disk")
        end_keys(page, server)
        page.goto("about:blank")
    finally:
        server.kill()
