"""The worker's side of a phase on several processes: it starts them and takes their weights."""

from dataclasses import replace
from pathlib import Path

from safetensors.torch import load_model
from sentence_transformers import CrossEncoder

from reranker_ui.core.training import fitting
from reranker_ui.core.training.parallel.task import Answer, Task, TaskFolder, no_answer
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.run_events import LiveEvaluator
from reranker_ui.core.training.run_plan import Plan
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.values.refused import Diverged, Refused
from reranker_ui.core.values.run_folder import Cancelled


def learn_as_planned(
    plan: Plan,
    model: CrossEncoder,
    spec: PhaseSpec,
    pace: Pace,
    evaluator: LiveEvaluator | None = None,
    resume: Path | None = None,
) -> bool:
    """As `fitting.learn`: in this process, or in as many as the run was placed on.

    Raises Lost where one of the processes was killed.
    """
    if plan.launch is None:
        return fitting.learn(model, spec, plan.folder, plan.machine, pace, evaluator, resume)
    threads = max(1, plan.machine.threads // spec.ranks)
    task = Task(
        spec,
        replace(plan.machine, threads=threads),
        pace,
        plan.recipe.max_length,
        evaluator is not None,
        evaluator and evaluator.primary_metric,
        resume,
    )
    folder = TaskFolder(plan.folder.path)
    folder.delete()  # of a worker that was killed
    try:
        fitting.save_model(model, folder.model, folder.path / "model.new")
        folder.give(task)
        intact = plan.launch(plan.folder.path, spec.ranks)
        answer = _answer(folder, intact)
        vars(pace).update(vars(answer.pace))
        load_model(model, folder.weights, device=str(model.device))
    finally:
        folder.delete()
    model.eval()
    return answer.ended == "stopped"


def _answer(folder: TaskFolder, intact: bool) -> Answer:
    """The answer of a phase that left a model; what the processes raised is raised here."""
    answer = folder.answered()
    if answer is None:
        raise no_answer(folder, intact)
    if answer.ended == "cancelled":
        raise Cancelled
    if answer.ended == "diverged":
        raise Diverged(answer.error)
    if answer.ended == "refused":
        raise Refused(answer.error)
    return answer
