"""Run a coroutine in a test, also in a process whose main thread already has an event loop."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def finish(coroutine: Coroutine):
    """What the coroutine returns. Playwright's loop stays open in the main thread of a worker."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
