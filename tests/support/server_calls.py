"""The calls of the server that a page in the browser makes: held, or broken off by a test."""

import re

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
