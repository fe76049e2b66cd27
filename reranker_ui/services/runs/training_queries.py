"""What a run has learned from: the queries of a split that it, or a run before it, trained on."""

from sqlalchemy import select

from reranker_ui.core.values.pairs import near, query_key
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.runs.listing import find_handle
from reranker_ui.services.runs.rows import ALONE, folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import runs
from reranker_ui.services.store.workspace import Workspace


def learned_queries(
    workspace: Workspace, user: User, run: str, dataset: str, split: str
) -> list[str]:
    """The queries of a split, near-duplicates too, that `run` or its parents trained on.

    `run`: its name or number, also with ALONE. There are some only where the split was changed
    after the run had started, or where it learned from another dataset with the same queries.
    """
    require(user, "viewer")
    labelled = labelled_pairs(workspace, user, dataset, split)
    learned = {near(query_key(query)) for query in _trained_on(workspace, user, run)}
    leaked = labelled[labelled["query_key"].map(near).isin(learned)]
    return list(dict.fromkeys(leaked["query"]))


def _trained_on(workspace: Workspace, user: User, run: str) -> set[str]:
    queries: set[str] = set()
    number: int | None = find_handle(workspace, user, run.removesuffix(ALONE)).id
    keys: set[int] = set()
    while number is not None and number not in keys:
        keys.add(number)
        folder = folder_of(workspace, number)
        if folder.path.is_dir():
            queries |= set(folder.pairs("train")["query"])
        with workspace.reading() as connection:
            number = connection.scalar(select(runs.c.parent_run_id).where(runs.c.id == number))
    return queries
