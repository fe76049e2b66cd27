"""A dataset to label, made straight in the tables, for the tests of the Annotate widget."""

import shutil
import time

from reranker_ui.core.values.pairs import pair_key, passage_key, query_key
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import datasets, pairs, runs

MAI, LINH = User("Mai", "annotator"), User("Linh", "annotator")
ADMIN, VIEWER = User("Sara", "admin", local=True), User("Vera", "viewer")


def seed(workspace, name="caves", count=12, *, per_query=3, scale=("binary", 1.0), **settings):
    """A dataset of `count` pairs without labels; returns their ids. `label`, `split`: functions
    of a pair's number."""
    label = settings.pop("label", lambda number: None)
    split = settings.pop("split", lambda number: "train")
    texts = settings.pop("texts", None)
    now = time.time()
    rows = []
    for number in range(count):
        query, passage = (
            texts[number]
            if texts
            else (f"how is cave {number // per_query} formed?", f"Passage {number} on ice caves.")
        )
        rows.append(
            {
                "query": query,
                "passage": passage,
                "query_key": query_key(query),
                "passage_key": passage_key(passage),
                "pair_key": pair_key(query, passage),
                "label": label(number),
                "split": split(number),
                "source": "caves.csv",
                "created_at": now,
            }
        )
    with workspace.writing() as connection:
        values = {"name": name, "scale": scale[0], "max_grade": scale[1], "created_by": "Sara"}
        made = connection.execute(
            datasets.insert().values(**values, created_at=now, updated_at=now, **settings)
        )
        (dataset_id,) = made.inserted_primary_key
        connection.execute(pairs.insert(), [{**row, "dataset_id": dataset_id} for row in rows])
        query = pairs.select().where(pairs.c.dataset_id == dataset_id).order_by(pairs.c.id)
        return [row.id for row in connection.execute(query)]


def started_run(workspace, name="caves"):
    """A run that has started, straight in its table and folder; returns its id and its folder."""
    with workspace.writing() as connection:
        row = {"dataset_name": name, "name": f"run {time.time_ns()}", "executor": "local"}
        row |= {"recipe": Recipe().model_dump(mode="json"), "counts": {}, "created_by": "Sara"}
        row |= {"dataset_id": find_dataset(connection, name).id, "created_at": time.time()}
        (number,) = connection.execute(runs.insert().values(**row)).inserted_primary_key
        connection.execute(runs.update().where(runs.c.id == number).values(name=f"run {number}"))
    folder = RunFolder(workspace.runs / f"{number:05d}")
    folder.path.mkdir(parents=True)
    for event in ("queued", "started"):
        folder.emit(event, metrics={})
    return number, folder


def finished_run(workspace, model, name="caves"):
    """A run that left `model`, straight in its table and folder; returns its id."""
    number, folder = started_run(workspace, name)
    folder.emit("finished", metrics={})
    shutil.copytree(model, folder.model)
    return number
