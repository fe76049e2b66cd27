"""Debian's Chromium, for the browser tests and the benchmarks that time the page."""

import shutil

# The shell without windows does the same in three quarters of the time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
INSTALL = f"sudo apt-get install -y {PROGRAMS[0]}"


def program() -> str | None:
    """The path of the first one that is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
