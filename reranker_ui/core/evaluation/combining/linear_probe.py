"""A linear probe: a classifier over two embeddings that trains in seconds, regularized to cosine.

A logistic regression over the products and the differences of the embeddings of query and passage,
element by element (https://arxiv.org/abs/1705.02364), with cosine and BM25 as further features. Its
weights are pulled towards those two, so with few labels it ranks as they do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reranker_ui.core.evaluation.combining.combination import fitted
from reranker_ui.core.evaluation.combining.left_out import Array, Truth

FREE = ("cosine", "bm25")
# Inverse of the shrinkage of the weights of products and differences: this for MANY labels, and in
# proportion less for fewer, whose patterns are more often chance.
STRENGTH, MANY = 0.01, 1500
UNSHRUNK = 10.0  # scale of what cosine and BM25 give, so that it is hardly shrunk
DIGITS = 7  # of a weight in JSON


@dataclass(frozen=True)
class LinearProbe:
    """logit = intercept + product·(u∘v) + difference·|u−v| + bm25 x BM25, of embeddings u and v."""

    product: Array
    difference: Array
    bm25: float
    intercept: float

    @classmethod
    def of(cls, truth: Truth, left: Array, right: Array, bm25: Sequence[float]) -> "LinearProbe":
        """Fitted to `truth`; `left` and `right` are pairs x dimensions, of length 1; parallel."""
        from sklearn.linear_model import LogisticRegression

        left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
        width = left.shape[1]
        free = np.column_stack([(left * right).sum(axis=1), np.asarray(bm25, dtype=float)])
        start, (cosine, words) = fitted(truth, free, FREE)
        base = start + free @ np.array([cosine, words])
        scaled = [left * right * width, np.abs(left - right) * np.sqrt(width)]
        strength = STRENGTH * min(1.0, len(truth) / MANY)
        unshrunk = UNSHRUNK * np.sqrt(STRENGTH / strength)
        table = np.column_stack([*scaled, base * unshrunk])
        model = LogisticRegression(C=strength, max_iter=500).fit(table, truth)
        product, difference, bm25_weight = np.split(model.coef_[0], [width, 2 * width])
        share = float(bm25_weight[0]) * unshrunk
        return cls(
            product * width + share * cosine,
            difference * np.sqrt(width),
            share * words,
            float(model.intercept_[0]) + share * start,
        )

    def logits(self, left: Array, right: Array, bm25: Sequence[float]) -> list[float]:
        """The logit of each pair; `left` and `right` are pairs x dimensions, all parallel."""
        words = self.bm25 * np.asarray(bm25, dtype=float)
        meaning = (left * right) @ self.product + np.abs(left - right) @ self.difference
        return [float(logit) for logit in self.intercept + meaning + words]

    def to_json(self) -> dict[str, Any]:
        """The probe as JSON holds it."""
        return {
            "product": [round(float(weight), DIGITS) for weight in self.product],
            "difference": [round(float(weight), DIGITS) for weight in self.difference],
            "bm25": self.bm25,
            "intercept": self.intercept,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "LinearProbe":
        """The probe that `to_json` gave."""
        product, difference = (np.array(values[name]) for name in ("product", "difference"))
        return cls(product, difference, float(values["bm25"]), float(values["intercept"]))
