"""The fast engine: a cross-encoder as an OpenVINO graph, used where it agrees with torch."""

import json
import platform
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.models.shared_tokenizer import shared_tokenizer
from reranker_ui.core.models.text_chunks import chunks
from reranker_ui.core.values.refused import Refused

Inputs: TypeAlias = "dict[str, np.ndarray[Any, Any]]"

BATCH = 8  # pairs: larger ones pad more and leave the processor's caches
KEPT = "kept.json"  # written last: the folder is complete


class NotFast(Exception):  # noqa: N818 - not an error
    """This model has no fast engine here, so torch is used. The message says why."""


class FastEngine:
    """Scores pairs with a graph built by `core.models.engine_build`. Does not need torch."""

    def __init__(self, folder: Path, precision: str | None = None) -> None:
        """Open the engine in `folder`. `precision` "f32" or "bf16"; the verified one if None.

        Raises NotFast where there is none, or it was built for another kind of processor.
        """
        import openvino

        metadata = kept_in(folder)
        if metadata is None or "fault" in metadata:
            raise NotFast(metadata["fault"] if metadata else f"{folder} has no engine.")
        self._names: list[str] = metadata["inputs"]
        self.max_length: int = metadata["max_length"]
        self.precision: str = precision or metadata["precision"]
        self.size = (folder / "model.bin").stat().st_size
        self._tokenizer = shared_tokenizer(folder / "tokenizer.json")
        self._pad: dict[str, int] = metadata["pad"]
        options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": self.precision}
        compiled = openvino.Core().compile_model(str(folder / "model.xml"), "CPU", options)
        self._request, self._turn = compiled.create_infer_request(), threading.Lock()

    def logits(self, pairs: Sequence[Pair]) -> list[float]:
        """The logit of each (query, passage), in batches of similar length."""
        logits = np.zeros(len(pairs))
        with self._turn:
            for places, inputs in self._batches(pairs):
                logits[places] = self._request.infer(inputs)[0].reshape(-1)
        return [float(logit) for logit in logits]

    def tokens(self, pairs: Sequence[Pair]) -> list[int]:
        """Tokens of each pair as read, so at most `max_length`."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode(pairs, self.max_length)]

    def truncated(self, texts: Sequence[str], limit: int) -> list[str]:
        """Each text up to the end of its first `limit` tokens."""
        return self._tokenizer.beginnings(texts, limit)

    def _batches(self, pairs: Sequence[Pair]) -> Iterator[tuple[list[int], Inputs]]:
        # What the tokenizer gives keeps the cut part of each text: only the numbers are held.
        encoded = [
            self._numbers(encoding)
            for chunk in chunks(pairs)
            for encoding in self._tokenizer.encode(chunk, self.max_length)
        ]
        order = sorted(range(len(encoded)), key=lambda place: len(encoded[place][0]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            yield places, self._inputs([encoded[place] for place in places])

    def _numbers(self, encoding: Any) -> "list[np.ndarray[Any, Any]]":
        parts = {"input_ids": "ids", "token_type_ids": "type_ids"}
        return [
            np.asarray(getattr(encoding, parts.get(name, "attention_mask"))) for name in self._names
        ]

    def _inputs(self, batch: "list[list[np.ndarray[Any, Any]]]") -> Inputs:
        width = max(len(encoding[0]) for encoding in batch)
        inputs: Inputs = {}
        for place, name in enumerate(self._names):
            filled = np.full((len(batch), width), self._pad.get(name, 0), dtype=np.int64)
            for row, encoding in enumerate(batch):
                filled[row, : len(encoding[place])] = encoding[place]
            inputs[name] = filled
        return inputs


def kept_in(folder: Path) -> dict[str, Any] | None:
    """The metadata of the engine in `folder`; None if built for another kind of processor."""
    try:
        metadata: dict[str, Any] = json.loads((folder / KEPT).read_text())
    except (OSError, ValueError):
        return None
    return metadata if metadata.get("processor") == processor() else None


def processor() -> str:
    """The key that an engine's check is valid for: processor and library version."""
    import openvino

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return f"{platform.machine()} {' '.join(sorted(able))} openvino {openvino.__version__}"


def has_bf16() -> bool:
    """Whether this processor multiplies in bf16 (avx512_bf16 or amx_bf16)."""
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class EngineAgreement(TypedDict):
    """Agreement of two engines on the same pairs.

    `difference`: the largest of two probabilities; `spearman`: None where all scores are equal;
    `top`: how many of the best `of` pairs are the same.
    """

    pairs: int
    difference: float
    spearman: float | None
    top: int
    of: int


def check_agreement(
    plain: Sequence[float], fast: Sequence[float], tolerance: float = 0.02
) -> EngineAgreement:
    """The `agreement` of two engines' logits of the same pairs; Refused if not `agrees`."""
    if not np.isfinite(np.asarray(fast, dtype=float)).all():
        raise Refused("The engine returns scores that are not finite numbers.")
    report = agreement(plain, fast)
    if not agrees(report, tolerance):
        rho = report["spearman"]
        raise Refused(
            f"On {report['pairs']} pairs its scores differ by up to {report['difference']:.4f} from"
            f" torch's (Spearman {'–' if rho is None else f'{rho:.4f}'})."
        )
    return report


def agreement(plain: Sequence[float], fast: Sequence[float], top: int = 10) -> EngineAgreement:
    """Agreement of two engines' logits of the same pairs, and of their best `top` ones."""
    from scipy.stats import spearmanr

    a, b = np.asarray(plain, dtype=float), np.asarray(fast, dtype=float)
    difference = float(np.abs(1 / (1 + np.exp(-a)) - 1 / (1 + np.exp(-b))).max())
    flat = float(np.ptp(a)) < 1e-6
    best = [set(np.argsort(-scores, kind="stable")[:top].tolist()) for scores in (a, b)]
    return {
        "pairs": len(a),
        "difference": difference,
        "spearman": None if flat else float(spearmanr(a, b).statistic),
        "top": len(best[0] & best[1]),
        "of": min(top, len(a)),
    }


def agrees(report: EngineAgreement, tolerance: float = 0.02) -> bool:
    """Whether one engine may replace another.

    No probability differs by more than `tolerance`, Spearman's rho is at least 0.999 and the best
    are the same; where all scores are equal, only the first condition applies.
    """
    rho = report["spearman"]
    same = rho is None or (rho >= 0.999 and report["top"] == report["of"])
    return bool(report["difference"] <= tolerance and same)
