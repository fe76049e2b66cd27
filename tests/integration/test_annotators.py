"""Twenty annotators at once over HTTP, the server killed in the middle: nothing is lost."""

import time

import httpx
import pytest

from tests.support.annotators import OVERLAP, Crowd, widget_of
from tests.support.labelling import seed
from tests.support.server import Server

PAIRS = 800
PATIENCE = 400  # seconds for everything on a slow machine


class Served(Server):
    """A server that takes who asks from a header, and the id of its Annotate tab."""

    def start(self):
        super().start()
        self.widget = widget_of(httpx.get(f"{self.url}/config", timeout=60).json())


@pytest.mark.timeout(PATIENCE + 200)
def test_twenty_annotators_and_a_killed_server(workspace, home):
    ids = seed(workspace, "many", PAIRS, per_query=10, overlap=OVERLAP)
    served = Served(home, program=("-m", "tests.support.annotators_server"))
    served.start()
    crowd = Crowd(workspace, served, PAIRS, PATIENCE, lambda name: {"x-annotator": name})

    def restart():
        served.kill()
        time.sleep(0.5)
        served.start()

    try:
        crowd.work(restart)
    finally:
        served.kill()
    crowd.check(ids)
