"""Runs as Hugging Face Jobs: their folder goes through a private bucket, which the job mounts."""

import io
import math
import re
import secrets
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reranker_ui.core.bases.multilingual import START
from reranker_ui.core.values.execution.placement import Job, Phase, job_of
from reranker_ui.core.values.execution.price import Price
from reranker_ui.core.values.json_files import read_object, save
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.executors.run_bucket import CODE, NAME, RunBucket

PLACE = "hub_job.json"  # where the files of the job are, and which were brought already
EVERY = 10.0  # seconds between two questions for one job
ENDING = 60.0  # seconds until a cancelled job has ended
ENDED = ("COMPLETED", "CANCELED", "ERROR", "DELETED")  # stages of a job
PACKAGE = Path(__file__).resolve().parents[1]
MOUNT, SPACE = "/run-files", "/tmp/reranker-ui"  # noqa: S108 - in the job's container
PLACES = {"RERANKER_UI_HOME": f"{SPACE}/home", "PYTHONPATH": f"{SPACE}/code"}
PASSED = ("RERANKER_UI_PRECISION", "RERANKER_UI_THREADS")  # settings of a run, not of a server
SCRIPT = (
    f"set -e; mkdir -p {SPACE}/code; python -m zipfile -e {MOUNT}/{CODE} {SPACE}/code;"
    f" uv pip install --system --quiet -r {SPACE}/code/requirements.txt;"
    f" exec python -m reranker_ui.jobs.bucket_worker {MOUNT} %s"
)
HOURS = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0, "d": 24.0}
LEAST_HOURS = 1 / 60  # of a job, which installs for minutes before it trains
UNITS = {"second": 3600.0, "minute": 60.0, "hour": 1.0}  # of a price, in an hour


_NEXT: dict[Path, float] = {}  # when a run may be asked for again


@dataclass(frozen=True)
class HubJobOptions:
    """The settings of jobs: hardware, time limit such as "4h", image with uv, account that pays."""

    flavor: str
    timeout: str
    image: str
    namespace: str = ""


class HubJobsExecutor:
    """Starts `jobs.bucket_worker` in a job; `api` is a HfApi with the token that pays."""

    # A request takes half a minute to the job, and its last events half a minute back.
    name, title, patience, in_order = "hf-jobs", "Hugging Face Jobs", 90.0, False

    def __init__(
        self, api: Any, options: HubJobOptions, environment: Mapping[str, str] | None = None
    ) -> None:
        """`environment` is that of the server; a job gets the variables PASSED of it."""
        self.api, self.options = api, options
        known = environment or {}
        self.environment = {name: known[name] for name in PASSED if known.get(name)}

    def submit(self, folder: RunFolder) -> str:
        """Send the folder and start its job; returns the job's id."""
        from huggingface_hub import Volume

        with _hub_errors_refused("The job was not started"):
            namespace = self.options.namespace or self.api.whoami()["name"]
            prefix = f"{folder.path.name}-{secrets.token_hex(4)}"
            bucket = RunBucket(self.api, f"{namespace}/{NAME}", prefix)
            bucket.send(folder, code())
            mounted = Volume(
                type="bucket", source=bucket.bucket, mount_path=MOUNT, path=prefix, read_only=False
            )
            job = self.api.run_job(
                image=self.options.image,
                command=["bash", "-c", SCRIPT % folder.path.name],
                env=self.environment | PLACES,
                flavor=self.options.flavor,
                timeout=self.options.timeout,
                name=f"reranker-{folder.path.name}",
                volumes=[mounted],
                namespace=namespace,
            )
        save(folder.path / PLACE, {"bucket": bucket.bucket, "prefix": prefix, "known": {}})
        Job(job.id, state=stage_of(job)).save(folder.path)
        return str(job.id)

    def refresh(self, folders: Sequence[RunFolder]) -> None:
        """Ask for the jobs of `folders` and bring their events; all files once a job has ended.

        Where the Hub does not answer, nothing changes.
        """
        for folder in folders:
            if time.monotonic() < _NEXT.get(folder.path, 0.0):
                continue
            _NEXT[folder.path] = math.inf  # while it is asked for: its files may take long
            try:
                with suppress(Refused, FileNotFoundError), _hub_errors_refused(""):
                    self._refresh(folder)
            finally:
                _NEXT[folder.path] = time.monotonic() + EVERY

    def _refresh(self, folder: RunFolder) -> None:
        job = job_of(folder.path)
        if job is None or (place := read_object(folder.path / PLACE)) is None:
            return
        bucket = RunBucket(self.api, place["bucket"], place["prefix"])
        stage = self._stage(job, bucket)
        if phase_of(stage) == "ended":
            with _missing_passed():
                bucket.bring_all(folder)
            self._keep_log(folder, job, bucket)
            Job(job.id, "ended", stage).save(folder.path)
            with _missing_passed():
                bucket.remove()
            return
        hashes = bucket.bring_events(folder, place["known"])
        if hashes != place["known"]:
            save(folder.path / PLACE, place | {"known": hashes})
        if stage != job.state:
            Job(job.id, phase_of(stage), stage).save(folder.path)

    def _keep_log(self, folder: RunFolder, job: Job, bucket: RunBucket) -> None:
        """Keep what the job printed, where it ended before its worker wrote a log."""
        if not folder.log_file.exists():
            with _missing_passed():
                lines = self.api.fetch_job_logs(job_id=job.id, namespace=bucket.namespace)
                folder.log_file.write_text("\n".join(lines) + "\n")

    def _stage(self, job: Job, bucket: RunBucket) -> str:
        with _missing_passed():
            status = self.api.inspect_job(job_id=job.id, namespace=bucket.namespace)
            return stage_of(status)
        return "DELETED"

    def pass_stop(self, folder: RunFolder, how: str) -> None:
        """Send the stop request; the job sees it within about half a minute."""
        if place := read_object(folder.path / PLACE):
            with _hub_errors_refused("The run was not stopped"):
                RunBucket(self.api, place["bucket"], place["prefix"]).request_stop(how)

    def price(self) -> Price:
        """What the chosen hardware costs now; Refused for hardware that the Hub does not have."""
        with _hub_errors_refused("The price of the job is not known"):
            kinds = {kind.name: kind for kind in self.api.list_jobs_hardware()}
        hardware = kinds.get(self.options.flavor)
        if hardware is None:
            raise Refused(
                f"Hugging Face Jobs has no hardware {self.options.flavor}. Set"
                f" RERANKER_UI_HF_JOBS_FLAVOR to one of {', '.join(kinds)}."
            )
        hourly = hardware.unit_cost_usd * UNITS.get(hardware.unit_label, 60.0)
        maximum = round(hourly * self._hours(), 4)
        return Price(hardware.pretty_name, round(hourly, 4), maximum, gpus_of(hardware))

    def _hours(self) -> float:
        parts = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", self.options.timeout)
        hours = float(parts[1]) * HOURS[parts[2]] if parts else 0.0
        if hours < LEAST_HOURS:
            raise Refused(
                f"RERANKER_UI_HF_JOBS_TIMEOUT is {self.options.timeout or 'empty'}. Set it to a"
                " number with s, m, h or d, of one minute or more, such as 4h."
            )
        return hours

    def end(self, folder: RunFolder) -> None:
        """Cancel the job, wait until it has ended, and bring its files.

        Refused where the Hub does not answer.
        """
        if (job := job_of(folder.path)) is None or job.phase == "ended":
            return
        place = read_object(folder.path / PLACE) or {}
        with _hub_errors_refused("The job was not cancelled"):
            namespace = str(place.get("bucket", "")).partition("/")[0] or None
            self.api.cancel_job(job_id=job.id, namespace=namespace)
            until = time.monotonic() + ENDING
            while time.monotonic() < until:
                self._refresh(folder)
                job = job_of(folder.path)
                if job is None or job.phase == "ended":
                    return
                time.sleep(1.0)


def gpus_of(hardware: Any) -> int:
    """The number of GPUs of a JobHardwareInfo."""
    accelerator = hardware.accelerator
    is_gpu = accelerator is not None and str(accelerator.type).casefold() == "gpu"
    return int(accelerator.quantity) if is_gpu else 0


def stage_of(job: Any) -> str:
    """The stage of a JobInfo in the Hub's own word."""
    return str(getattr(job.status.stage, "value", job.status.stage))


def phase_of(stage: str) -> Phase:
    """Whether a job in this stage waits, runs or has ended."""
    if stage in ENDED:
        return "ended"
    return "running" if stage == "RUNNING" else "waiting"


def code() -> bytes:
    """This package with its requirements and what it trains from, as a ZIP archive."""
    root, packed = PACKAGE.parent, io.BytesIO()
    files = [*sorted(PACKAGE.rglob("*.py")), root / "requirements.txt", START]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, str(path.relative_to(root)))
    return packed.getvalue()


@contextmanager
def _missing_passed() -> Iterator[None]:
    """Ignore a job or a bucket that was deleted on the Hub."""
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        if error.response.status_code != 404:
            raise


@contextmanager
def _hub_errors_refused(what: str) -> Iterator[None]:
    from httpx2 import HTTPError
    from huggingface_hub.errors import HFValidationError

    try:
        yield
    except FileNotFoundError:  # a run that was deleted meanwhile
        raise
    # Answers of the Hub are HTTPErrors too; its transfer of files raises RuntimeErrors.
    except (HTTPError, HFValidationError, OSError, RuntimeError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(". ")
        raise Refused(
            f"{what}: {first}. Check HF_TOKEN, which needs the right to run jobs, and try again."
        ) from error
