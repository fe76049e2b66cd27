"""The losses of sentence-transformers, configured for a spec."""

import math
from typing import Any

import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.cross_encoder import losses
from sentence_transformers.util import batch_to_device

from reranker_ui.core.training.phase import PhaseSpec
from reranker_ui.core.training.rows.examples import grade_counts
from reranker_ui.core.training.rows.triplets import IN_BATCH

MINI_BATCH = 32  # pairs in one forward pass where a batch may be larger


def loss_of(model: CrossEncoder, spec: PhaseSpec) -> torch.nn.Module:
    """The loss of `spec` over `model`, which returns one logit per pair."""
    sigmoid = torch.nn.Sigmoid()
    make: dict[str, Any] = {
        "bce": lambda: losses.BinaryCrossEntropyLoss(
            model, pos_weight=torch.tensor(float(spec.pos_weight))
        ),
        # Targets are 0 to 1, so the scores compared with them are probabilities.
        "mse": lambda: losses.MSELoss(model, activation_fn=sigmoid),
        "margin_mse": lambda: losses.MarginMSELoss(model, activation_fn=sigmoid),
        "cross_entropy": lambda: GradeCrossEntropy(model, grade_counts(spec.columns["label"])),
        "mnrl": lambda: losses.CachedMultipleNegativesRankingLoss(
            model, num_negatives=IN_BATCH, mini_batch_size=MINI_BATCH
        ),
        "lambda": lambda: losses.LambdaLoss(model, mini_batch_size=MINI_BATCH),
        "listnet": lambda: losses.ListNetLoss(model, mini_batch_size=MINI_BATCH),
        "ranknet": lambda: losses.RankNetLoss(model, mini_batch_size=MINI_BATCH),
    }
    return make[spec.loss]()  # type: ignore[no-any-return]


class GradeCrossEntropy(torch.nn.Module):
    """Cross-entropy over the grades 0..K of a model with one score.

    The score s gives the logits k * s + c_k: the adjacent-categories model for ordered classes
    (https://doi.org/10.1002/9780470594001, chapter 4), so one score still ranks. c_k is fixed: the
    deviation of the grades' log frequencies from a straight line. With two grades it is 0 and the
    loss is binary cross-entropy.
    """

    def __init__(self, model: CrossEncoder, counts: list[int]) -> None:
        super().__init__()
        self.model = model
        logs = [math.log(max(count, 0.5)) for count in counts]
        top = max(1, len(counts) - 1)
        line = [logs[0] + (logs[-1] - logs[0]) * grade / top for grade in range(len(counts))]
        bends = [log - straight for log, straight in zip(logs, line, strict=True)]
        self.bends = torch.tensor(bends)
        self.grades = torch.arange(len(counts)).float()

    def forward(
        self, inputs: list[list[str]], labels: torch.Tensor, prompt: Any = None, task: Any = None
    ) -> torch.Tensor:
        """The mean over a batch of (queries, passages) and their grades."""
        tokens = self.model.preprocess(
            list(zip(inputs[0], inputs[1], strict=True)), prompt=prompt, task=task
        )
        tokens = batch_to_device(tokens, self.model.device)
        scores = self.model(tokens)["scores"].view(-1, 1).float()
        logits = scores * self.grades.to(scores.device) + self.bends.to(scores.device)
        return torch.nn.functional.cross_entropy(logits, labels.long().to(scores.device))

    def get_config_dict(self) -> dict[str, Any]:
        """The parameters for the model card."""
        return {"grades": int(self.grades.numel())}
