"""The run folder: the only code that knows its file names, its events and its status."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from reranker_ui.core.values import event_log
from reranker_ui.core.values.checkpoints import newest_checkpoint
from reranker_ui.core.values.execution import placement
from reranker_ui.core.values.execution.process_folder import ProcessFolder
from reranker_ui.core.values.filesystems import NO_FILE
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.json_files import parse_object
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["pair_id", "query_key", "query", "passage", "grade"]
STARTING = 60.0  # seconds at most from creating the folder to submitting the run
BRING_BACK = "Bring the run back with `python -m reranker_ui restore --runs`, or delete it."
Phase = Literal["warm_start", "train"]
Stop = Literal["keep", "cancel"]
_STOPS: dict[bytes, Stop] = {b"keep": "keep", b"cancel": "cancel"}


@with_config(ConfigDict(extra="allow"))
class Lineage(TypedDict, total=False):
    """Where the data of a run came from; `scale` is `{kind, max}`."""

    dataset: str
    scale: dict[str, Any]
    counts: dict[str, int]
    hash: str
    notices: list[str]
    findings: list[dict[str, Any]]
    parent_run: int | None


_LINEAGE = TypeAdapter(Lineage)


class Cancelled(Exception):  # noqa: N818 - not an error
    """Raised where a run obeys the stop `cancel`."""


class Lost(Exception):  # noqa: N818 - the run can be resumed
    """Raised where a process of the run was killed."""


class RunFolder(ProcessFolder):
    """One run on disk. Inputs are written once, before the start; the worker writes the rest.

    The one exception is the file `stop`, which anyone who may stop the run creates.
    """

    LOCK, LOG = "worker.alive", "worker.log"

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self.recipe_file = self.path / "recipe.json"
        self.sizes_file = self.path / "sizes.json"  # chosen by the worker
        self.lineage_file = self.path / "lineage.json"
        self.texts_file = self.path / "texts.parquet"
        self.mapped_file = self.path / ".train.arrow"  # while the worker reads a large train split
        self.events_file = self.path / "events.jsonl"
        self.stop_file = self.path / "stop"
        self.checkpoints = self.path / "checkpoints"
        self.model = self.path / "model"
        self.test_scores_file = self.path / "test_scores.parquet"
        self.combined_file = self.path / "combined.json"
        self.outcome_file = self.path / "outcome.json"
        self.cutoff_file = self.path / "cutoff.json"  # chosen by users after the run has ended
        self.pushed_file = self.path / "pushed.json"  # by version 0.1
        self.push = JobFolder(self.path / "push", "The push")

    @property
    def number(self) -> int:
        """The number in the folder's name, `runs/00007` -> 7."""
        return int(self.path.name)

    @property
    def home(self) -> Path:
        """The home that contains the folder: `HOME/runs/00007` -> `HOME`."""
        return self.path.resolve().parent.parent

    def write_inputs(
        self,
        recipe: Recipe,
        splits: Mapping[str, "pd.DataFrame"],
        lineage: Mapping[str, Any],
        texts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Freeze the inputs. Each frame has the columns COLUMNS; `grade` is the label as given.

        `splits`: none where their files are there already.
        `texts`: pairs of the train split without a label, which a warm start reads.
        A base that is a folder is frozen with its absolute path: the worker runs elsewhere.
        """
        if (base := Path(recipe.base).expanduser()).is_dir():
            recipe = recipe.model_copy(update={"base": str(base.resolve())})
        self.path.mkdir(parents=True, exist_ok=True)
        for split, pairs in splits.items():
            pairs[COLUMNS].to_parquet(self.path / f"{split}.parquet", index=False)
        if texts:
            import pandas as pd

            pd.DataFrame(texts, columns=["query", "passage"]).to_parquet(self.texts_file)
        self.lineage_file.write_text(json.dumps(lineage, ensure_ascii=False, indent=1))
        self.recipe_file.write_text(recipe.model_dump_json(indent=1))

    def recipe(self) -> Recipe:
        """The recipe as frozen."""
        return Recipe.model_validate_json(self.recipe_file.read_text())

    def scale(self) -> Scale:
        """The scale of the labels that the run was frozen with."""
        return Scale.from_json(self.lineage()["scale"])

    def lineage(self) -> Lineage:
        """Where the data came from; OSError or ValueError where the file cannot be read."""
        return _LINEAGE.validate_python(parse_object(self.lineage_file.read_bytes()))

    def lineage_if_readable(self) -> Lineage:
        """As `lineage`, empty where the file is missing or damaged."""
        try:
            return self.lineage()
        except (OSError, ValueError):
            return Lineage()

    def pairs(self, split: str) -> "pd.DataFrame":
        """The frozen pairs of `train`, `dev` or `test`, with the columns COLUMNS.

        Refused where the file is missing or damaged.
        """
        import pandas as pd

        try:
            return pd.read_parquet(self.path / f"{split}.parquet", columns=COLUMNS)
        except (OSError, ValueError, KeyError) as error:  # pyarrow's errors are of these kinds
            raise Refused(
                f"{split}.parquet of run {self.path.name.lstrip('0')} is missing or damaged, so"
                f" its frozen pairs cannot be read. {BRING_BACK}"
            ) from error

    def damage(self) -> str | None:
        """What is missing or damaged in the folder, as a sentence; None where all can be read.

        Checks the folder, the events, the recipe and the lineage, which the list of runs needs.
        """
        if not self.path.is_dir():
            return "Its folder is missing."
        if self.events_file.is_dir():
            return f"Its {self.events_file.name} is damaged."
        for file, read in ((self.recipe_file, self.recipe), (self.lineage_file, self.lineage)):
            try:
                read()
            except FileNotFoundError:
                return f"Its {file.name} is missing."
            except (OSError, ValueError):
                return f"Its {file.name} is damaged."
        return None

    def texts(self) -> list[tuple[str, str]]:
        """The frozen pairs of the train split that have no label; none in an older run."""
        if not self.texts_file.is_file():
            return []
        import pandas as pd

        frame = pd.read_parquet(self.texts_file)
        return list(zip(frame["query"], frame["passage"], strict=True))

    def emit(self, event: str, phase: Phase = "train", **fields: Any) -> None:
        """Append one event. OSError on a full disk, with nothing written."""
        event_log.append(
            self.events_file, {"event": event, "time": time.time(), "phase": phase, **fields}
        )

    def events(self, since: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Whole events from byte `since` on, and the byte to start from next time."""
        lines = event_log.read(self.events_file, since)
        return lines.events, lines.end

    def status(self) -> event_log.Status:
        """The status of the run by its events and whether its worker lives."""
        alive = self.lives()  # first: a worker that ends meanwhile has written its last event
        return event_log.status_of((event["event"] for event in self.events()[0]), alive)

    def last_stop(self) -> dict[str, Any] | None:
        """The last `stopped` event; None where the run was never stopped with its model saved."""
        events = [event for event in self.events()[0] if event["event"] == "stopped"]
        return events[-1] if events else None

    def stop_again(self) -> bool:
        """Mark a resumed run as stopped with the metrics it had; False without a saved model."""
        if (before := self._saved_stop()) is None:
            return False
        self.emit("stopped", metrics=before.get("metrics"))
        return True

    def was_saved(self) -> bool:
        """Whether the run was once stopped and still has the model saved then."""
        return self._saved_stop() is not None

    def _saved_stop(self) -> dict[str, Any] | None:
        # The folder is asked first: most runs have no model, and their events need no reading.
        return self.last_stop() if self.model.is_dir() else None

    def lives(self) -> bool:
        """Whether a worker is alive in this folder or may still start."""
        return self.alive() or self.is_new() or placement.has_live_job(self.path)

    def is_new(self) -> bool:
        """Whether the run was created so recently that it may not be submitted yet."""
        submitted = self.alive_file.exists() or (self.path / placement.JOB).exists()
        if submitted or not self.path.is_dir():
            return False
        # The clock may have been set back.
        return abs(time.time() - self.path.stat().st_mtime) < STARTING

    def last_checkpoint(self) -> Path | None:
        """The newest complete checkpoint; a lost run resumes from it."""
        return newest_checkpoint(self.checkpoints)

    def run_lock(self) -> FileLock:
        """The lock of the home: only one run trains at a time."""
        return FileLock(self.home / "run.lock")

    def has_run_ahead(self) -> bool:
        """Whether an earlier local run of the home has a worker that is alive or about to start."""
        return any(
            (other.alive() or (other.is_new() and other.status() == "queued"))
            and not other.waits_for_its_parent()
            and placement.placement_of(other.path).executor == placement.LOCAL
            for other in map(RunFolder, self.path.resolve().parent.iterdir())
            if other.path.name.isdecimal() and other.number < self.number
        )

    def waits_for_its_parent(self) -> bool:
        """Whether the run that this one continues has saved no model yet, but still may."""
        if (number := self.lineage_if_readable().get("parent_run")) is None:
            return False
        parent = RunFolder(self.path.resolve().parent / f"{number:05d}")
        if parent.model.is_dir() or not parent.path.is_dir():
            return False
        return parent.alive() or parent.status() in ("queued", "running", "lost")

    def request_stop(self, how: Stop) -> None:
        """Ask the worker to stop after this step. `cancel` wins, whichever comes first."""
        if self.stop_requested() == "cancel":
            return
        draft = self.stop_file.with_suffix(".new")
        draft.write_text(how)
        draft.replace(self.stop_file)

    def stop_requested(self) -> Stop | None:
        """How the run was asked to stop; None if it was not."""
        try:
            return _STOPS.get(self.stop_file.read_bytes().strip())
        except OSError as error:
            if error.errno not in NO_FILE:
                raise
            return None
