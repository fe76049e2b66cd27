"""How long from a key to the next pair painted, over 50 keys in a real Chromium.

Run: python -m tests.benchmark.annotate_speed
Plain, and with 80 ms of latency added to every request; the median of each is what counts.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from reranker_ui.services.store.workspace import open_workspace
from reranker_ui.settings import Settings
from tests.support import ROOT
from tests.support.chromium import program
from tests.support.labelling import seed
from tests.support.server import free_port

KEYS = 50
# From the key event to the frame after the one that paints: the same for every approach.
MEASURE = """async ([keys, pause]) => {
  const times = [];
  const passage = () => document.querySelector(".rr-an-card .rr-an-passage").textContent;
  for (let n = 0; n < keys; n++) {
    const before = passage(), begun = performance.now();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: String(n % 2), bubbles: true }));
    while (passage() === before) await new Promise((resolve) => setTimeout(resolve, 0));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    times.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return times;
}"""


def main() -> None:
    """Serve a dataset of 1,000 pairs from a home of its own, and measure."""
    home = Path(tempfile.mkdtemp())
    space = open_workspace(Settings(home=home))
    seed(space, "speed", 1_000)
    port = free_port()
    environment = {**os.environ, "RERANKER_UI_HOME": str(home), "GRADIO_SERVER_PORT": str(port)}
    log = (home / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")], env=environment, stdout=log, stderr=log
    )
    try:
        url = f"http://127.0.0.1:{port}/?tab=annotate&dataset=speed"
        wait(url)
        print(f"{'':18}{'median':>8}{'p95':>8}{'max':>8}   ms from a key to the next pair painted")
        for name, latency, pause in (
            ("plain", 0, 150),
            ("back to back", 0, 0),
            ("80 ms latency", 80, 150),
        ):
            report(name, measure(url, latency, pause))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        space.engine.dispose()
        shutil.rmtree(home, ignore_errors=True)


def wait(url: str) -> None:
    """Until the page answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the page did not start")


def measure(url: str, latency: int, pause: int) -> list[float]:
    """Milliseconds of each key, in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.goto(url)
        page.wait_for_selector(".rr-an-query")
        page.wait_for_timeout(3_000)
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        conditions = {"offline": False, "latency": latency}
        conditions |= {"downloadThroughput": -1, "uploadThroughput": -1}
        network.send("Network.emulateNetworkConditions", conditions)
        times = page.evaluate(MEASURE, [KEYS, pause])
        page.wait_for_function("() => document.querySelector('.rr-an-state.saved')", timeout=60_000)
        browser.close()
    return times


def report(name: str, times: list[float]) -> None:
    """One line."""
    ordered = sorted(times)
    p95 = ordered[int(0.95 * len(ordered))]
    print(f"{name:18}{statistics.median(times):8.1f}{p95:8.1f}{ordered[-1]:8.1f}", flush=True)


if __name__ == "__main__":
    main()
