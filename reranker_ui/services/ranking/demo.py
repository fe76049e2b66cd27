"""What a demo shows: its title and text, one dataset, one run and example queries.

The owner chooses it on the page or in the settings; by default it is the newest run with a model,
and its dataset. Visitors of a demo see nothing else.
"""

from dataclasses import asdict, dataclass, field
from typing import TypedDict

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.pairs import query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.runs.listing import find_run, list_runs
from reranker_ui.services.runs.rows import ALONE, Run
from reranker_ui.services.store.access import LOCAL, VISITOR, User, require
from reranker_ui.services.store.database import choices, datasets, pairs
from reranker_ui.services.store.workspace import Workspace

NAME = "demo"
FREE = ("bm25", "cosine", "base")  # rankers that every demo offers beside its run
_LONGEST, _MOST_QUERIES = 2_000, 20


@dataclass(frozen=True)
class Demo:
    """What is shown; `run` is a number as text. "" where the owner chose nothing."""

    title: str = ""
    text: str = ""
    dataset: str = ""
    run: str = ""
    queries: list[str] = field(default_factory=list)


class DemoRun(TypedDict):
    """A run that a demo can show."""

    id: str
    name: str
    dataset: str


class DemoSettings(TypedDict):
    """What the owner chose, as `Demo`, and what there is to choose from."""

    title: str
    text: str
    dataset: str
    run: str
    queries: list[str]
    datasets: list[str]
    runs: list[DemoRun]


class DemoQuery(TypedDict):
    """A query of a demo. `labelled`: whether the dataset has its pairs."""

    query: str
    labelled: bool


class DemoPage(TypedDict):
    """What the Playground of a demo is drawn with."""

    title: str
    text: str
    run: str
    queries: list[DemoQuery]


def has_model(run: Run) -> bool:
    """Whether a run has left a model."""
    return run["status"] in ("finished", "stopped") and RunFolder(run["folder"]).model.is_dir()


def demo_of(workspace: Workspace) -> Demo:
    """What the demo of this home shows; a dataset or run that was deleted is left open."""
    chosen = _chosen(workspace)
    runs = [run for run in list_runs(workspace, LOCAL) if has_model(run)]
    by_name = {str(run["id"]): run for run in runs} | {run["name"]: run for run in runs}
    run = by_name.get(chosen.run) or next(
        (candidate for candidate in runs if chosen.dataset in ("", candidate["dataset"])), None
    )
    dataset = chosen.dataset or (run["dataset"] if run else "")
    if not _exists(workspace, dataset):
        dataset = ""
    number = str(run["id"]) if run else ""
    return Demo(chosen.title, chosen.text, dataset, number, chosen.queries)


def demo_settings(workspace: Workspace, user: User) -> DemoSettings:
    """What is chosen and what can be chosen, for the owner."""
    require(user, "admin")
    runs = [run for run in list_runs(workspace, user) if has_model(run)]
    with workspace.reading() as connection:
        names = connection.scalars(select(datasets.c.name).order_by(datasets.c.name)).all()
    chosen = _saved(workspace)
    return {
        "title": chosen.title,
        "text": chosen.text,
        "dataset": chosen.dataset,
        "run": chosen.run,
        "queries": chosen.queries,
        "datasets": list(names),
        "runs": [
            {"id": str(run["id"]), "name": run["name"], "dataset": run["dataset"]} for run in runs
        ],
    }


def set_demo(
    workspace: Workspace, user: User, *, title: str, text: str, dataset: str, run: str,
    queries: list[str],
) -> None:  # fmt: skip
    """Choose what the demo shows; "" leaves the dataset or the run open.

    Refused: texts that are too long, a dataset or run that is not there.
    """
    require(user, "admin")
    if max(len(title), len(text)) > _LONGEST or len(queries) > _MOST_QUERIES:
        raise Refused(
            f"Title and text can have {_LONGEST:,} characters each, and a demo shows at most"
            f" {_MOST_QUERIES} queries."
        )
    if run and not has_model(find_run(workspace, user, run)):
        raise Refused(f"Run {run} has no model. Choose another run.")
    chosen = Demo(title.strip(), text.strip(), dataset, run, _queries(queries))
    with workspace.writing() as connection:
        if dataset:
            find_dataset(connection, dataset)
        connection.execute(choices.delete().where(choices.c.name == NAME))
        connection.execute(choices.insert().values(name=NAME, value=asdict(chosen)))


def shown_to(workspace: Workspace, user: User) -> Demo | None:
    """The demo that a visitor is limited to; None for users who see everything."""
    if not workspace.settings.demo or user != VISITOR:
        return None
    return workspace.memory.get(("demo",), lambda: demo_of(workspace), seconds=5)


def check_shown(
    workspace: Workspace, user: User, *, dataset: str | None = None, model: str | None = None
) -> None:
    """Refuse a visitor of a demo a dataset or model that it does not show."""
    demo = shown_to(workspace, user)
    if demo is None:
        return
    if dataset and dataset != demo.dataset:
        raise Refused("This demo does not show that dataset. Reload the page.")
    if model and model.removesuffix(ALONE) not in (*FREE, demo.run):
        raise Refused("This demo does not show that model. Reload the page.")


def demo_page(workspace: Workspace, user: User) -> DemoPage | None:
    """What the Playground of a demo is drawn with; None outside of a demo."""
    require(user, "viewer")
    if not workspace.settings.demo:
        return None
    demo = shown_to(workspace, user) or demo_of(workspace)
    keys = {query_key(query): query for query in demo.queries}
    with workspace.reading() as connection:
        labelled_keys = _keys(connection, demo.dataset, list(keys))
    queries: list[DemoQuery] = [
        {"query": query, "labelled": key in labelled_keys} for key, query in keys.items()
    ]
    return {"title": demo.title, "text": demo.text, "run": demo.run, "queries": queries}


def _keys(connection: sa.Connection, dataset: str, keys: list[str]) -> set[str]:
    of = select(pairs.c.query_key).join(datasets, datasets.c.id == pairs.c.dataset_id)
    conditions = (
        datasets.c.name == dataset,
        pairs.c.query_key.in_(keys),
        pairs.c.retired_at.is_(None),
    )
    return set(connection.scalars(of.where(*conditions)))


def _exists(workspace: Workspace, dataset: str) -> bool:
    with workspace.reading() as connection:
        query = select(datasets.c.id).where(datasets.c.name == dataset)
        return connection.scalar(query) is not None


def _saved(workspace: Workspace) -> Demo:
    with workspace.reading() as connection:
        value = connection.scalar(select(choices.c.value).where(choices.c.name == NAME))
    return Demo(**value) if value else Demo()


def _chosen(workspace: Workspace) -> Demo:
    """The settings, and for what they leave open the choices of the page."""
    settings, saved = workspace.settings, _saved(workspace)
    return Demo(
        settings.demo_title or saved.title,
        settings.demo_text or saved.text,
        settings.demo_dataset or saved.dataset,
        settings.demo_run or saved.run,
        _queries(settings.demo_queries) or saved.queries,
    )


def _queries(queries: list[str]) -> list[str]:
    return list(dict.fromkeys(query.strip() for query in queries if query.strip()))
