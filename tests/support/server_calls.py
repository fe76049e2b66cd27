"""The calls of the server that a page in the browser makes: held, broken off, waited for."""

import re

from playwright.sync_api import expect

SERVER_CALLS = re.compile("component_server")


def hold_calls(page):
    """Hold the calls of `page`; returns a function that lets them and all later ones through."""
    held = []
    page.route(SERVER_CALLS, lambda route: held.append(route))

    def release():
        page.route(SERVER_CALLS, lambda route: route.continue_())  # the newest route wins
        for route in held:
            route.continue_()

    return release


def labels_saved(page):
    """Wait until the server has confirmed every label of `page`; "Saved" alone stays for a
    moment while one is on its way."""
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((key) => key.startsWith('rr-outbox'))"
    )
    expect(page.locator(".rr-an-state")).to_have_text("Saved")
