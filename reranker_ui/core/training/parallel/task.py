"""The task that a worker gives the processes of a phase, and their answer, as files."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.rows.row_columns import read_columns, write_columns
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import Lost

# Has so many processes do what a run folder asks for; False where one was killed.
Launch: TypeAlias = Callable[[Path, int], bool]


@dataclass(frozen=True)
class Task:
    """What each process needs beside the model; `best` is the metric that selects weights.

    `machine.threads` are those of one process; `resume` is the checkpoint to continue from.
    """

    spec: PhaseSpec
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


@dataclass(frozen=True)
class Scoring:
    """What a model in a folder is to compute: logits of pairs, or embeddings of texts of a kind.

    `threads` are those of one process. `combined`: the file by which a run combines the logits of
    its model with cosine, by the encoder in the folder `encoder`, and BM25.
    """

    model: Path
    kind: Literal["pair", "query", "document"]
    threads: int
    max_length: int | None = None
    combined: Path | None = None
    encoder: Path | None = None


_TASK, _ANSWER, _SCORING = TypeAdapter(Task), TypeAdapter(Answer), TypeAdapter(Scoring)


class TaskFolder:
    """The folder `ranks` in a run folder, which lasts as long as the phase."""

    def __init__(self, run: Path) -> None:
        self.path = run / "ranks"
        self.model = self.path / "model"
        self.weights = self.path / "weights.safetensors"
        self._task, self._answer = self.path / "task.json", self.path / "answer.json"
        self._failure = self.path / "failure.json"
        self._spec = self.path / "phase.arrow"
        self._scoring, self._rows = self.path / "scoring.json", self.path / "rows.parquet"

    def give(self, task: Task) -> None:
        """Write the task, in a folder that is otherwise empty but for the model."""
        write_columns(self._spec, task.spec.columns)
        spec = replace(task.spec.with_columns({}), queries=[], passages=[], targets=[])
        self._task.write_bytes(_TASK.dump_json(replace(task, spec=spec)))

    def task(self) -> Task:
        """The task; the processes share the memory of its rows."""
        task = _TASK.validate_json(self._task.read_bytes())
        return replace(task, spec=task.spec.with_columns(read_columns(self._spec)))

    def answer(self, answer: Answer) -> None:
        """Write the answer; only the first process does."""
        save(self._answer, _ANSWER.dump_python(answer, mode="json"))

    def answered(self) -> Answer | None:
        """The answer; None if no process has written one."""
        answer = read_object(self._answer)
        return _ANSWER.validate_python(answer) if answer else None

    def give_scoring(self, scoring: Scoring, rows: Sequence[Pair]) -> None:
        """Write what is to be computed; `rows` are pairs, or texts each with an empty passage."""
        self.path.mkdir()
        pd.DataFrame(rows, columns=["query", "passage"]).to_parquet(self._rows, index=False)
        self._scoring.write_bytes(_SCORING.dump_json(scoring))

    @property
    def scores(self) -> bool:
        """Whether the processes are to score, not to train."""
        return self._scoring.exists()

    def scoring(self) -> Scoring:
        """What is to be computed."""
        return _SCORING.validate_json(self._scoring.read_bytes())

    def rows(self) -> pd.DataFrame:
        """The rows of all processes: query and passage."""
        return pd.read_parquet(self._rows)

    def save_part(self, rank: int, values: Any) -> None:
        """Write what one of N processes computed: of the rows rank, rank + N, rank + 2N, ..."""
        draft = self.part(rank).with_suffix(".new")
        with draft.open("wb") as file:
            np.save(file, values)
        draft.replace(self.part(rank))

    def part(self, rank: int) -> Path:
        """The file of what one process computed."""
        return self.path / f"part-{rank}.npy"

    def fail(self, sentence: str) -> None:
        """Write why a process failed.

        The first failure is the cause and is kept; the other processes only lost their connection.
        """
        if not self._failure.exists():
            save(self._failure, {"error": sentence})

    def failure(self) -> str | None:
        """Why a process failed; None where none did."""
        fault = read_object(self._failure)
        return str(fault["error"]) if fault else None

    def delete(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


def no_answer(files: TaskFolder, intact: bool) -> Refused | Lost:
    """Why the processes left no answer; `intact`: none of them was killed."""
    failure = files.failure()
    if intact and failure:
        return Refused(failure)
    return Lost("A process of the run was killed, so the others were ended too.")
