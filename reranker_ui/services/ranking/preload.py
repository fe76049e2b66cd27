"""Preloads the Playground's default models when the page starts and when a run ends."""

import logging
import threading
import time

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking.demo import demo_of
from reranker_ui.services.ranking.ranker_choices import choices
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
PAUSE = 10.0  # seconds between two looks for a newer run


def begin(workspace: Workspace) -> None:
    """Load them in the background, as long as this process serves."""
    threading.Thread(target=follow, args=(workspace,), name="preload", daemon=True).start()


def first_models(workspace: Workspace) -> list[str]:
    """The rankers that the Playground begins with; none before there is a run with a model."""
    if workspace.settings.demo and (run := demo_of(workspace).run):
        return [run, "cosine"]
    suggested = choices(workspace, LOCAL)
    return [suggested["b"], suggested["a"]] if suggested["b"] != "cosine" else []


def follow(workspace: Workspace) -> None:
    """Load the default models, and again whenever they change."""
    loaded: list[str] = []
    while True:
        try:
            names = first_models(workspace)
            if names != loaded:
                for name in names:
                    find_ranker(workspace, LOCAL, name)
                loaded = names
        except Refused as refused:
            log.info("no model is preloaded: %s", refused)
        except Exception:
            log.exception("no model is preloaded")
            return
        time.sleep(PAUSE)
