"""What a run folder says about its run: status, metrics, how far it is, why it ended."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from reranker_ui.core.evaluation.verdict import FEW, TITLES, state_of
from reranker_ui.core.values import event_log
from reranker_ui.core.values.event_log import TERMINAL, Status, status_of
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.run_folder import BRING_BACK, RunFolder

Ranker = Literal["base", "tuned", "bm25", "cosine", "combined"]
Baseline = Literal["base", "bm25", "cosine"]  # what runs are compared with
RANKERS: tuple[Ranker, ...] = get_args(Ranker)
VerdictMetric = Literal["ndcg@10", "average_precision"]
LIVE = ("queued", "running")
PACE = ("eta", "pairs_per_second")  # in a log event
Event = dict[str, Any]
Metrics = dict[Ranker, dict[str, float | None] | None]


@dataclass
class Progress:
    """A run by its events. Times are Unix seconds, `eta` seconds from `logged_at`."""

    dead: Status = "lost"  # if no worker lives
    living: Status = "queued"  # if one does
    metrics: Metrics = field(default_factory=lambda: dict.fromkeys(RANKERS))
    dev: Metrics = field(default_factory=lambda: dict.fromkeys(RANKERS))
    started: Event = field(default_factory=dict)
    log: Event = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    ended: Event = field(default_factory=dict)
    waits: bool = False  # queued, and not started since
    seen_at: float = 0.0  # the last event of a worker that had started
    lost: str = ""  # why the worker gave up

    @property
    def warm_steps(self) -> int:
        """Steps of the warm start that come before those of the training."""
        return int((self.started.get("plan") or {}).get("warm_start_steps") or 0)

    @property
    def steps(self) -> int | None:
        """Steps of the whole run, warm start included; None until the run has started."""
        steps = (self.started.get("plan") or {}).get("train_steps")
        return None if steps is None else self.warm_steps + int(steps)

    @property
    def step(self) -> int:
        """Steps done of the whole run."""
        done = int(self.log.get("step") or 0)
        return done + (self.warm_steps if self.log.get("phase") == "train" else 0)


def read(folder: RunFolder) -> Progress:
    """The progress in `folder`, read again only when its events have grown."""
    return _read(folder.path, *_marks(folder.events_file, folder.lineage_file))


def damage(folder: RunFolder) -> str | None:
    """What of the folder is missing or damaged and what to do, in sentences; None if nothing."""
    files = (folder.path, folder.recipe_file, folder.lineage_file)
    return _damage(folder.path, *_marks(*files))


@lru_cache(maxsize=2048)
def _damage(path: Path, *_marks: int) -> str | None:
    damage = RunFolder(path).damage()
    return f"{damage} {BRING_BACK}" if damage else None


def _marks(*files: Path) -> tuple[int, ...]:
    # Size and time of each file: they change with what is in it.
    marks: list[int] = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            marks += (0, 0)
        else:
            marks += (stat.st_size, stat.st_mtime_ns)
    return tuple(marks)


@lru_cache(maxsize=512)
def _read(path: Path, *_marks: int) -> Progress:
    folder = RunFolder(path)
    lines = event_log.read(folder.events_file)
    progress = progress_of(lines.events)
    before = list(folder.lineage_if_readable().get("notices") or [])
    progress.notices = list(dict.fromkeys(before + progress.notices))
    if lines.unreadable:
        skipped = "1 line of the events of this run is damaged and was skipped."
        if lines.unreadable > 1:
            skipped = f"{lines.unreadable:,} lines of the events of this run are damaged and were"
            skipped += " skipped."
        progress.notices.append(skipped)
    return progress


def progress_of(events: list[Event]) -> Progress:
    """The progress that a list of events amounts to."""
    progress = Progress()
    for event in events:
        _take(progress, event)
    names = [event["event"] for event in events]
    progress.dead, progress.living = (status_of(iter(names), alive) for alive in (False, True))
    return progress


def _take(progress: Progress, event: Event) -> None:
    kind = event["event"]
    if kind in ("queued", "started"):
        _begin(progress, event)
    elif kind == "log":
        progress.log = event
    elif kind == "lost":
        progress.lost = str(event.get("error") or "")
    elif kind in ("notice", "agreement"):
        progress.notices += filter(None, [_notice(event)])
    elif kind == "evaluated":
        _take_metrics(progress, event)
    elif kind in TERMINAL:
        progress.ended = event
        ended = event.get("metrics") or {}
        progress.metrics |= {name: _numbers(ended[name]) for name in RANKERS if name in ended}
    if not progress.waits:
        progress.seen_at = float(event.get("time") or 0.0)


def _begin(progress: Progress, event: Event) -> None:
    progress.waits, progress.lost = event["event"] == "queued", ""
    if progress.waits and progress.ended:  # stopped, and resumed
        progress.ended, progress.metrics = {}, dict.fromkeys(RANKERS)
    if not progress.waits:
        progress.started = event
        progress.log = progress.log | dict.fromkeys(PACE)  # of the worker before
        progress.notices += [event["notice"]] if event.get("notice") else []


def _notice(event: Event) -> str:
    value, pairs = event.get("value"), event.get("pairs")
    if event["event"] == "agreement" and isinstance(value, float) and isinstance(pairs, int):
        return (
            f"After the warm start the model ranks {pairs:,} dev pairs like its teacher, the"
            f" cosine, with a rank correlation of {value:.2f}."
        )
    return str(event.get("message") or "")


def _take_metrics(progress: Progress, event: Event) -> None:
    metrics = progress.metrics if event.get("split") == "test" else progress.dev
    during = event.get("when") == "during"
    when = "tuned" if during else event.get("when")
    ranker = next((name for name in RANKERS if name == when), None)
    if ranker is not None and not (during and event.get("split") == "test"):
        metrics[ranker] = _numbers(event.get("metrics"))


def _numbers(metrics: Any) -> dict[str, float | None] | None:
    """The finite metrics of one ranker; None where they are not a mapping."""
    if not isinstance(metrics, dict):
        return None
    return {name: value for name, value in metrics.items() if not isinstance(value, dict)}


def progress_and_status(folder: RunFolder) -> tuple[Progress, Status]:
    """The progress and the status; asks for the worker only where the events leave it open."""
    progress = read(folder)
    if progress.ended:
        return progress, progress.dead
    alive = folder.lives()
    if not alive:
        progress = read(folder)  # it may have ended between the two looks
    return progress, progress.living if alive else progress.dead


def gain_interval(folder: RunFolder) -> tuple[float, float] | None:
    """The 95% interval of the gain in nDCG@10 over the model it started from.

    None if it is unknown, or not significant by the rule of the verdict.
    """
    try:
        stat = folder.outcome_file.stat()
    except OSError:
        return None
    return _interval_in(folder.outcome_file, stat.st_mtime_ns)


@lru_cache(maxsize=2048)
def _interval_in(file: Path, _changed: int) -> tuple[float, float] | None:
    against = (read_object(file) or {}).get("against")
    difference = against.get("base") if isinstance(against, dict) else None
    if not isinstance(difference, dict):
        return None
    keys = ("difference", "low", "high", "p")
    measured = {key: difference[key] for key in keys if isinstance(difference.get(key), float)}
    if not {"low", "high"} <= measured.keys():
        return None
    gain = {"difference": measured["low"], "p": 0.0} | measured  # earlier versions made no test
    return None if state_of(gain) == "unclear" else (gain["low"], gain["high"])


def sentence(progress: Progress, state: Status) -> str:
    """Status in words with its reason, as a run row shows it."""
    running = f"Running, step {progress.step:,}" if progress.step else "Preparing"
    at = f" at step {progress.step:,}" if progress.step else ""
    if state == "failed":
        return f"Failed{at}: {progress.ended.get('error') or 'see the log of the run.'}"
    reason = progress.lost or "The worker ended without an error message."
    return {
        "queued": "Waiting",
        "running": running,
        "finished": "Finished",
        "stopped": f"Stopped (model saved){at}",
        "cancelled": f"Cancelled{at}",
        "lost": f"Stopped unexpectedly{at}: {reason[0].lower()}{reason[1:]}",
    }[state]


def seconds(progress: Progress, state: str, now: float) -> float | None:
    """How long the run took, or has taken so far since it last started; None while it waits."""
    if not progress.started or (state in LIVE and progress.waits):
        return None
    started_at = float(progress.started["time"])
    return max(0.0, (now if state in LIVE else progress.seen_at) - started_at)


def verdict(metrics: Metrics, origin: str = "base") -> str | None:
    """A sentence if another ranker reaches the run's ranker on test; None if none does.

    The strongest is named; a free one before `origin`, the model that the run started from. By
    `verdict_metric`.
    """
    ranked, metric = _ranked_queries(metrics), verdict_metric(metrics)
    values = {name: _value(metrics, name, metric) for name in RANKERS}
    own_values = values["tuned"] if values["combined"] is None else values["combined"]
    if own_values is None:
        return None
    titles = {**TITLES, "base": origin}
    reach = {
        titles[name]: value
        for name, value in values.items()
        if name in titles and value is not None and value > own_values
    }
    if not reach:
        return None
    best = max(reach, key=lambda title: reach[title])
    where = f"nDCG@10 {own_values:.3f} on {ranked} test queries"
    if metric == "average_precision":
        where = f"average precision {own_values:.3f} on the test split"
    return f"Not better than {best}: {where}, against {reach[best]:.3f}."


def verdict_metric(metrics: Metrics) -> VerdictMetric:
    """nDCG@10; average precision over all pairs where fewer than FEW queries can be ranked."""
    return "ndcg@10" if _ranked_queries(metrics) >= FEW else "average_precision"


def _ranked_queries(metrics: Metrics) -> int:
    return int((metrics.get("tuned") or {}).get("queries") or 0)


def _value(metrics: Metrics, ranker: Ranker, metric: str) -> float | None:
    value = (metrics.get(ranker) or {}).get(metric)
    return None if value is None else float(value)
