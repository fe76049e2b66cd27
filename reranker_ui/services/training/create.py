"""Creates a run: the run it continues, its folder written, its row entered."""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from reranker_ui.core.bases.base_models import ResolvedBase, resolve_base
from reranker_ui.core.evaluation.baselines import pairs_of
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.values.execution.placement import Placement, placement_of
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.machine import LEAST_DISK, bytes_in_words, free_disk
from reranker_ui.core.values.recipe import EMBEDDED, Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels import datasets
from reranker_ui.services.runs.allowed_models import check_base
from reranker_ui.services.runs.listing import chain_of, find_run
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User
from reranker_ui.services.store.database import journal, runs
from reranker_ui.services.store.home_key import home_key
from reranker_ui.services.store.workspace import Workspace, record
from reranker_ui.services.training.data_check import findings_of
from reranker_ui.services.training.freeze import notices, unlabelled_texts
from reranker_ui.services.training.frozen_files import FrozenFiles


@dataclass(frozen=True)
class Chain:
    """Several runs that one recipe starts; `first`: its first run, None for that one itself."""

    first: int | None


def continued(
    workspace: Workspace, user: User, recipe: Recipe, parent: int | None
) -> tuple[Recipe, int | None]:
    """The recipe with a base "run 12" made the folder of that run's model, and its number.

    Refused: a run that has left no model, a base that `user` may not name.
    """
    if not is_run(recipe.base):
        check_base(workspace, user, recipe.base)
        return recipe, parent
    row = find_run(workspace, user, recipe.base)
    model = folder_of(workspace, row["id"]).model
    if row["status"] not in ("finished", "stopped") or not model.is_dir():
        raise Refused(f"{row['name']} is {row['status']} and has no model to continue from.")
    changes = {"base": str(model.resolve()), "revision": None}
    return recipe.model_copy(update=changes), int(row["id"])


def repeated(workspace: Workspace, user: User, run: int | str) -> tuple[str, Recipe, int | None]:
    """What starts `run` again: its dataset, its recipe, and the number of the run it continues.

    Of a run of a chain, what starts the whole chain again, if its first run is still there.
    """
    row = find_run(workspace, user, run)
    *later, first = chain_of(workspace, user, row)
    if row["chain"] not in (None, first["id"]):
        later, first = [], row
    sizes = [size for chained in (first, *reversed(later)) for size in chained["recipe"]["passes"]]
    recipe = Recipe.model_validate({**first["recipe"], "passes": sizes})
    return row["dataset"], recipe, first["parent"]


def is_run(base: str) -> bool:
    """Whether a base is named as a run is: "run 12"."""
    return base.startswith("run ") and base[4:].strip().isdecimal()


def known_base(
    workspace: Workspace, user: User, recipe: Recipe, train: pd.DataFrame
) -> ResolvedBase | None:
    """The base of a recipe for the pairs `train`, None for one that only the Hub knows.

    Nothing is downloaded. Refused: a base that is not here and cannot be on the Hub.
    """
    name = continued(workspace, user, recipe, None)[0].base
    if name not in EMBEDDED and name.count("/") == 1 and hub_is_reachable(workspace.cache):
        return None
    return resolve_base(name, workspace.cache, recipe.revision, pairs_of(train))


def check_disk(workspace: Workspace) -> None:
    """Refuse a run where the disk of the home is all but full."""
    if (free := free_disk(workspace.runs)) < LEAST_DISK:
        raise Refused(
            f"Only {bytes_in_words(free)} is free on the disk of the runs. "
            "Delete runs that are not needed."
        )


def create_run(
    workspace: Workspace,
    user: User,
    dataset: str,
    recipe: Recipe,
    data: FrozenFiles,
    parent: int | None,
    chain: Chain | None = None,
    placement: Placement | None = None,
) -> int:
    """Write the folder of a new run and its row, both or neither; returns its number.

    Refused: a base that `known_base` refuses.
    """
    counts, sample = data.counts, data.sample
    scale = datasets.scale_of(workspace, user, dataset)
    continues = chain is not None and chain.first is not None  # from a model that will be there
    base = None if continues else known_base(workspace, user, recipe, sample["train"])
    lineage = {
        "dataset": dataset,
        "scale": scale,
        "findings": findings_of(sample, Scale.from_json(scale), base),
        "counts": counts,
        "hash": data.hash(home_key(workspace)),
        "notices": notices(counts),
        "parent_run": parent,
    }
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=workspace.runs))
    try:
        texts = unlabelled_texts(workspace, user, dataset)
        data.link_into(draft)
        RunFolder(draft).write_inputs(recipe, {}, lineage, texts)
        if placement and placement != Placement():
            placement.save(draft)
        entered = {"counts": counts, "parent_run_id": parent}
        return _insert(workspace, user, draft, dataset, recipe, entered, chain)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _insert(
    workspace: Workspace,
    user: User,
    draft: Path,
    dataset: str,
    recipe: Recipe,
    entered: dict[str, Any],
    chain: Chain | None,
) -> int:
    # The folder takes its name inside the transaction: row and folder appear together, and a
    # folder left without a row by a crash in between is skipped.
    now = time.time()
    with workspace.writing() as connection:
        number = _next_number(workspace, connection)
        values = {
            "id": number,
            "dataset_id": datasets.find_dataset(connection, dataset).id,
            "dataset_name": dataset,
            "chain_id": chain and (chain.first or number),
            "name": f"run {number}",
            "recipe": recipe.model_dump(mode="json"),
            "executor": placement_of(draft).executor,
            "created_by": user.name,
            "created_at": now,
            **entered,
        }
        connection.execute(runs.insert().values(values))
        draft.rename(folder_of(workspace, number).path)
        record(connection, user, "run.start", f"run:{number}", at=now, after=values["recipe"])
    return number


def _next_number(workspace: Workspace, connection: sa.Connection) -> int:
    # The journal remembers deleted runs: "run 7" never comes to mean another run.
    last = connection.execute(
        sa.select(journal.c.subject)
        .where(journal.c.what == "run.start")
        .order_by(journal.c.id.desc())
        .limit(1)
    ).scalar()
    numbers = [int(path.name) for path in workspace.runs.iterdir() if path.name.isdecimal()]
    newest = connection.execute(sa.select(sa.func.max(runs.c.id))).scalar() or 0
    return max([newest, *numbers, int(last.partition(":")[2]) if last else 0]) + 1
