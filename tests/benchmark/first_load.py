"""How long a first visit takes on a slow line: `python -m tests.benchmark.first_load [FOLDER ...]`.

50 kB/s and 400 ms for each request, without anything in the browser's cache. For each tab: seconds
until the skeleton is painted and until the tab can be used, the requests and the kilobytes until
then. FOLDER: checkouts, which are measured in turn, so that they share what else the machine does.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.benchmark.annotate_speed import wait
from tests.support import ROOT
from tests.support.chromium import program
from tests.support.server import free_port

TIMES = 3
LINE = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
USABLE = {
    "data": ".rr-datasets .rr-name-link",
    "annotate": ".rr-an-answers button:enabled",
    "train": ".rr-run-form select",
    "playground": ".rr-ask .rr-button",
}


def main(checkouts: list[str]) -> None:
    """Serve each checkout from a home of its own, and print the middle of TIMES visits a tab."""
    home = Path(tempfile.mkdtemp())
    servers = [serve(Path(path), home / str(at)) for at, path in enumerate(checkouts)]
    try:
        for _, address in servers:
            wait(address)
        print(f"{'':12}{'skeleton':>10}{'usable':>10}{'requests':>10}{'kB':>10}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
            for tab in USABLE:
                report(tab, checkouts, browser, [address for _, address in servers])
            browser.close()
    finally:
        for process, _ in servers:
            process.send_signal(signal.SIGKILL)
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def serve(checkout: Path, home: Path) -> tuple[subprocess.Popen, str]:
    """A server of the checkout, and its address."""
    port = free_port()
    environment = {**os.environ, "RERANKER_UI_HOME": str(home), "GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=checkout,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, f"http://127.0.0.1:{port}/"


def report(tab: str, checkouts: list[str], browser: Browser, addresses: list[str]) -> None:
    """One line for each checkout."""
    visits = [[visit(browser, url, tab) for url in addresses] for _ in range(TIMES)]
    for checkout, measured in zip(checkouts, zip(*visits, strict=True), strict=True):
        middle = [statistics.median(values) for values in zip(*measured, strict=True)]
        print(f"{tab:12}" + "".join(f"{value:10.1f}" for value in middle), checkout, flush=True)


def visit(browser: Browser, address: str, tab: str) -> tuple[float, float, int, float]:
    """Seconds to the skeleton and to a usable tab, requests and kilobytes until then."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    network = context.new_cdp_session(page)
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {"offline": False, **LINE})
    begun = time.perf_counter()
    page.goto(f"{address}?tab={tab}", wait_until="commit")
    page.wait_for_selector("#rr-first-paint", timeout=60_000)
    skeleton = time.perf_counter() - begun
    page.wait_for_selector("#rr-first-paint", state="detached", timeout=60_000)
    page.wait_for_selector(USABLE[tab], timeout=60_000)
    usable = time.perf_counter() - begun
    context.close()
    return skeleton, usable, len(sizes), sum(sizes) / 1000


if __name__ == "__main__":
    main(sys.argv[1:] or [str(ROOT)])
