"""Scores pairs as a run does, from the folder of its download, which holds combined.json.

from combined_reader import CombinedReranker
CombinedReranker("run").scores([(query, passage)])
"""

import json
import math
import re
from collections import Counter
from pathlib import Path

from sentence_transformers import CrossEncoder, SentenceTransformer
from torch.nn import Identity
from transformers.utils import logging

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{CJK}]|[^\\W{CJK}]+")


class CombinedReranker:
    """A run's cross-encoder together with a probe of the embeddings, cosine and BM25."""

    def __init__(self, folder, encoder=None):
        """`folder`: a run, or its model; `encoder`: another one than is beside, or on the Hub."""
        folder = Path(folder)
        self.kept = json.loads((folder / "combined.json").read_text())
        self.weights = {part: weight for part, weight in self.kept["weights"].items() if weight}
        verbosity = logging.get_verbosity()
        logging.set_verbosity_error()  # else layers that no score needs are reported as missing
        inner = folder / "model"
        self.model = CrossEncoder(str(inner if inner.is_dir() else folder))
        if self.weights.keys() & {"cosine", "probe"}:
            on_hub = self.kept["encoder_on_hub"]
            beside = folder / on_hub.rpartition("/")[2]
            encoder = encoder or (beside if beside.is_dir() else on_hub)
            revision = self.kept["revision"] if encoder == self.kept["encoder"] else None
            self.encoder = SentenceTransformer(str(encoder), revision=revision)
        logging.set_verbosity(verbosity)

    def scores(self, pairs):
        """The probability of each (query, passage)."""
        if not pairs:
            return []
        parts = {"tuned": self.model.predict(pairs, activation_fn=Identity())}
        parts["bm25"] = words = [self.bm25(*pair) for pair in pairs]
        if self.weights.keys() & {"cosine", "probe"}:
            queries, passages = map(list, zip(*pairs, strict=True))
            left = self.encoder.encode_query(queries, normalize_embeddings=True)
            right = self.encoder.encode_document(passages, normalize_embeddings=True)
            parts["cosine"] = (left * right).sum(1)
        if probe := self.kept.get("probe"):
            meaning = left * right @ probe["product"] + abs(left - right) @ probe["difference"]
            found = zip(meaning, words, strict=True)
            parts["probe"] = [probe["intercept"] + m + probe["bm25"] * w for m, w in found]
        weights, start = self.weights.items(), self.kept["intercept"]
        logits = [
            start + sum(weight * parts[part][n] for part, weight in weights)
            for n in range(len(pairs))
        ]
        return [1 / (1 + math.exp(min(-logit, 700))) for logit in logits]

    def bm25(self, query, passage):
        """BM25 with the weights of words kept in combined.json; 0 where it keeps none."""
        terms = self.kept.get("bm25")
        counts = Counter(WORD.findall(passage.lower()))
        shared = set(WORD.findall(query.lower())) & counts.keys() if terms else ()
        norm = 0.3 + 0.9 * sum(counts.values()) / terms["mean_length"] if terms else 1
        weight = {word: terms["idf"].get(word, terms["rare"]) for word in shared}
        return sum(weight[word] * counts[word] / (counts[word] + norm) for word in shared)
