"""The task that a worker gives the processes of a phase, and their answer, as files."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from reranker_ui.core.training.phase import Lesson
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.machine import Machine

# Runs jobs/rank.py on a run folder in so many processes; False where one was killed.
Launch: TypeAlias = Callable[[Path, int], bool]


@dataclass(frozen=True)
class Task:
    """What each process needs beside the model; `best` is the metric that selects weights.

    `machine.threads` are those of one process; `resume` is the checkpoint to continue from.
    """

    lesson: Lesson
    machine: Machine
    pace: Pace
    max_length: int
    evaluates: bool = False
    best: str | None = None
    resume: Path | None = None


@dataclass(frozen=True)
class Answer:
    """How the phase ended: `error` is the sentence of a refused or diverged one."""

    ended: Literal["learned", "stopped", "cancelled", "refused", "diverged"]
    pace: Pace
    error: str = ""


_TASK, _ANSWER = TypeAdapter(Task), TypeAdapter(Answer)


class TaskFolder:
    """The folder `ranks` in a run folder, which lasts as long as the phase."""

    def __init__(self, run: Path) -> None:
        self.path = run / "ranks"
        self.model = self.path / "model"
        self.weights = self.path / "weights.safetensors"
        self._task, self._answer = self.path / "task.json", self.path / "answer.json"
        self._failure = self.path / "failure.json"

    def give(self, task: Task) -> None:
        """Write the task, in a folder that is otherwise empty but for the model."""
        self._task.write_bytes(_TASK.dump_json(task))

    def task(self) -> Task:
        """The task."""
        return _TASK.validate_json(self._task.read_bytes())

    def answer(self, answer: Answer) -> None:
        """Write the answer; only the first process does."""
        save(self._answer, _ANSWER.dump_python(answer, mode="json"))

    def answered(self) -> Answer | None:
        """The answer; None where no process came so far."""
        found = read_object(self._answer)
        return _ANSWER.validate_python(found) if found else None

    def fail(self, sentence: str) -> None:
        """Write why a process failed; the first one knows, the others lost their connection."""
        if not self._failure.exists():
            save(self._failure, {"error": sentence})

    def failure(self) -> str | None:
        """Why a process failed; None where none did."""
        found = read_object(self._failure)
        return str(found["error"]) if found else None

    def delete(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
