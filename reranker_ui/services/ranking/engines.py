"""Fast engines of models: opened from the cache, or built in the background while torch is used."""

import logging
import shutil
import threading
from hashlib import blake2b
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.engine import FastEngine, NotFast, kept_in
from reranker_ui.core.models.model_folder import sha256_of
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.filesystems import note_use
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.store.jobs import start
from reranker_ui.services.store.workspace import Workspace

log = logging.getLogger(__name__)
SAMPLES = 48  # pairs of the run on which engine and torch are compared
KEPT = 16  # engines kept in the cache, each as large as its model
READ = ("*.safetensors", "*.json", "*.txt", "*.model")
GPU = Path("/dev/nvidia0")
Kind = Literal["engine", "onnx"]


def engine_folder(workspace: Workspace, model: Path) -> Path:
    """The cache folder of a model's engine, named by a hash of its weights and settings."""
    digest = blake2b(digest_size=12)
    for file in sorted({file for pattern in READ for file in model.glob(pattern)}):
        digest.update(f"{file.name} {sha256_of(file)}\n".encode())
    if workspace.settings.precision != "auto":
        digest.update(workspace.settings.precision.encode())
    return workspace.cache / "engines" / digest.hexdigest()


def open_engine(workspace: Workspace, model: Path) -> FastEngine | None:
    """The engine of a model, if it is in the cache and agreed with torch on this machine."""
    if not wanted(workspace):
        return None
    folder = engine_folder(workspace, model)
    if not folder.is_dir():
        return None
    try:
        note_use(folder, KEPT)
        return FastEngine(folder)
    except (NotFast, OSError, RuntimeError) as error:
        log.info("%s is scored by torch: %s", model, error)
        return None


def delete_engine(workspace: Workspace, model: Path) -> None:
    """Delete the engine of a model that is about to be deleted."""
    if model.is_dir():
        shutil.rmtree(engine_folder(workspace, model), ignore_errors=True)


def make_later(workspace: Workspace, model: Path, reranker: Reranker) -> None:
    """Build the engine in the background; `reranker` switches to it when it is ready.

    Only in a server process: a short command would not benefit.
    """
    engine = reranker.engine
    on_cpu = isinstance(engine, TorchEngine) and engine.model.device.type == "cpu"
    if not (_MAKER.serving and on_cpu and wanted(workspace)):
        return
    folder = engine_folder(workspace, model)
    if kept_in(folder) is None:  # missing or for another processor; failures are not retried
        _MAKER.ask(model, folder, reranker)


def begin() -> None:
    """Mark this process as a server, so that it builds engines."""
    _MAKER.serving = True


def wanted(workspace: Workspace) -> bool:
    """Whether this home and machine use fast engines; with a GPU torch is used."""
    return workspace.settings.engine == "auto" and not GPU.exists()


class _Maker:
    # One conversion at a time: each uses a processor and a gigabyte.
    def __init__(self) -> None:
        self.serving = False
        self._queue: SimpleQueue[tuple[Path, Path, Reranker]] = SimpleQueue()
        self._begun = threading.Lock()

    def ask(self, model: Path, folder: Path, reranker: Reranker) -> None:
        self._queue.put((model, folder, reranker))
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._work, name="engines", daemon=True).start()

    def _work(self) -> None:
        while True:
            model, folder, reranker = self._queue.get()
            try:
                if kept_in(folder) is None:  # otherwise another process has built it meanwhile
                    _convert(model, folder)
                note_use(folder, KEPT)
                reranker.use(FastEngine(folder))
            except NotFast as error:
                log.info("%s is scored by torch: %s", model, error)
            except Exception:
                log.exception("No fast engine for %s", model)


def conversion_of(kind: Kind, target: Path) -> JobFolder:
    """The job that converts a model to the folder `target` in the cache."""
    path = target.parent.with_name("conversions") / f"{kind}-{target.name}"
    return JobFolder(path, "The conversion")


def converting(workspace: Workspace, kind: Kind) -> bool:
    """Whether a conversion of this kind is running."""
    jobs = (workspace.cache / "conversions").glob(f"{kind}-*")
    return any(JobFolder(path).alive() for path in jobs)


def begin_conversion(kind: Kind, model: Path, target: Path) -> JobFolder:
    """Start converting the model in a folder to `target`, unless already running."""
    job = conversion_of(kind, target)
    request = {"kind": kind, "model": str(model), "target": str(target), "pairs": _samples(model)}
    start(job, "reranker_ui.jobs.convert", request)
    return job


def _convert(model: Path, folder: Path) -> None:
    job = begin_conversion("engine", model, folder)
    state = job.wait()
    job.remove()
    if state.refused:
        raise NotFast(state.refused)


def _samples(model: Path) -> list[Pair]:
    # A run is compared on its own dev pairs, which it was not trained on.
    folder = RunFolder(model.parent)
    if folder.model != model or not folder.recipe_file.exists():
        return []
    pairs = folder.pairs("dev").head(SAMPLES)
    return list(zip(pairs["query"], pairs["passage"], strict=True))


_MAKER = _Maker()
