"""A run's cut-off and calibration: computed on its dev split, and saved with the run."""

import time
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from reranker_ui.core.evaluation.calibration import Calibration, calibrate, calibrated
from reranker_ui.core.evaluation.cutoff import ChosenCutoff, choose_cutoff
from reranker_ui.core.models.reranker import sigmoid
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.labels import GRADES, Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.labels.visibility import visibility_of_run
from reranker_ui.services.ranking.gains import kept_scores
from reranker_ui.services.ranking.rankers import Ranker, find_ranker
from reranker_ui.services.runs.listing import find_handle
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace, record

GOALS = {
    "f1": "Best F1",
    "precision:0.8": "Precision at least 80%",
    "precision:0.9": "Precision at least 90%",
    "precision:0.95": "Precision at least 95%",
    "recall:0.8": "Recall at least 80%",
    "recall:0.9": "Recall at least 90%",
    "recall:0.95": "Recall at least 95%",
}


class _Platt(TypedDict):
    method: Literal["platt"]
    a: float
    b: float


class _Isotonic(TypedDict):
    method: Literal["isotonic"]
    x: list[float]
    y: list[float]


@with_config(ConfigDict(extra="allow"))
class StoredCutoff(TypedDict):
    """A cut-off as saved with a run; it may have more fields."""

    goal: str
    score: float
    logit: float
    calibrated: float
    calibration: _Platt | _Isotonic


_STORED = TypeAdapter(StoredCutoff)


class Cutoff(ChosenCutoff):
    """A cut-off of a run; `score`, `low`, `high` and those in `curve` are probabilities.

    `calibrated`: the calibrated probability at the cut; `goals`: what can be asked for, in words.
    """

    calibration: Calibration
    calibrated: float
    score: float
    run: int
    goals: dict[str, str]


def find_cutoff(workspace: Workspace, user: User, run: int | str, goal: str = "f1") -> Cutoff:
    """A cut-off of a run that meets `goal`, one of GOALS, on its frozen dev split.

    Refused: a run without a model, an unknown goal, what `choose_cutoff` refuses, and annotators
    from whom the labels of the dev split are hidden.
    """
    require(user, "viewer")
    if goal not in GOALS:
        raise Refused(f"{goal} is not a goal. Choose one of {', '.join(GOALS)}.")
    ranker, folder = _run(workspace, user, run)
    with workspace.reading() as connection:
        if visibility_of_run(connection, user, int(ranker.name)).hides("dev"):
            raise Refused("A threshold needs labels that are hidden from annotators.")
    pairs = folder.pairs("dev").dropna(subset=["grade"]).reset_index(drop=True)
    logits = kept_scores(workspace, ranker, pairs)
    keys, relevant = pairs["query_key"].tolist(), _scale(folder).relevant(pairs["grade"]).tolist()
    report = choose_cutoff(keys, relevant, logits, goal)
    calibration = calibrate(keys, relevant, logits)
    return {
        **report,
        "calibration": calibration,
        "calibrated": calibrated(calibration, [report["logit"]])[0],
        "score": _probability(report["logit"]),
        "low": _probability(report["low"]),
        "high": _probability(report["high"]),
        "curve": [(_probability(cut), p, r) for cut, p, r in report["curve"]],
        "run": int(folder.path.name),
        "goals": GOALS,
    }


def save_cutoff(workspace: Workspace, user: User, run: int | str, goal: str) -> dict[str, Any]:
    """Save a cut-off and its calibration in the run's folder; returns it."""
    require(user, "admin")
    report = find_cutoff(workspace, user, run, goal)
    folder, now = folder_of(workspace, report["run"]), time.time()
    cutoff = {name: value for name, value in report.items() if name not in ("curve", "goals")}
    cutoff |= {"split": "dev", "by": user.name, "at": now}
    save(folder.cutoff_file, cutoff)
    with workspace.writing() as connection:
        after = {"goal": goal, "score": report["score"]}
        record(connection, user, "run.cutoff", f"run:{report['run']}", at=now, after=after)
    return cutoff


def delete_cutoff(workspace: Workspace, user: User, run: int | str) -> None:
    """Delete the cut-off of a run."""
    require(user, "admin")
    handle = find_handle(workspace, user, run)
    handle.folder.cutoff_file.unlink(missing_ok=True)
    with workspace.writing() as connection:
        record(connection, user, "run.no cutoff", f"run:{handle.id}", at=time.time())


def load_cutoff(workspace: Workspace, user: User, name: str) -> StoredCutoff | None:
    """The saved cut-off of the run with this id; None if there is none or `name` is not an id."""
    require(user, "viewer")
    if not name.isdecimal():
        return None
    try:
        return _STORED.validate_python(read_object(folder_of(workspace, int(name)).cutoff_file))
    except ValidationError:  # there is none, or it is damaged
        return None


def _run(workspace: Workspace, user: User, run: int | str) -> tuple[Ranker, RunFolder]:
    ranker = find_ranker(workspace, user, str(run))
    if not ranker.name.isdecimal():
        raise Refused(f"{ranker.title} is not a run, and only runs have their own dev split.")
    return ranker, folder_of(workspace, int(ranker.name))


def _probability(logit: float) -> float:
    return float(sigmoid(logit))


def _scale(folder: RunFolder) -> Scale:
    # A run without a readable lineage still has its pairs: labels above 0 are then relevant.
    scale = folder.lineage_if_readable().get("scale")
    return Scale.from_json(scale) if scale else GRADES
