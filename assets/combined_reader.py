"""Scores pairs as a run does, from the folder of its download, which holds combined.json.

from combined_reader import CombinedReranker
CombinedReranker("run", encoder="folder or Hub id of the encoder").scores([(query, passage)])
"""

import json
import math
import re
from collections import Counter
from pathlib import Path

from sentence_transformers import CrossEncoder, SentenceTransformer
from torch.nn import Identity

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(f"[{CJK}]|[^\\W{CJK}]+")


class CombinedReranker:
    """A run's cross-encoder together with a probe of the embeddings, cosine and BM25."""

    def __init__(self, folder, encoder=None):
        """`folder`: a run, or its model; `encoder`: a folder or a Hub id, the Hub's own if None."""
        folder = Path(folder)
        self.kept = json.loads((folder / "combined.json").read_text())
        inner = folder / "model"
        self.model = CrossEncoder(str(inner if inner.is_dir() else folder))
        self.encoder = SentenceTransformer(str(encoder or self.kept["encoder_on_hub"]))

    def scores(self, pairs):
        """The probability of each (query, passage)."""
        queries, passages = map(list, zip(*pairs, strict=True))
        left = self.encoder.encode_query(queries, normalize_embeddings=True)
        right = self.encoder.encode_document(passages, normalize_embeddings=True)
        words = [self.bm25(*pair) for pair in pairs]
        parts = {"bm25": words, "cosine": (left * right).sum(1), "probe": [0] * len(pairs)}
        if probe := self.kept.get("probe"):
            meaning = left * right @ probe["product"] + abs(left - right) @ probe["difference"]
            found = zip(meaning, words, strict=True)
            parts["probe"] = [probe["intercept"] + m + probe["bm25"] * w for m, w in found]
        parts["tuned"] = self.model.predict(pairs, activation_fn=Identity())
        weights = self.kept["weights"].items()
        logits = [
            self.kept["intercept"] + sum(weight * parts[part][n] for part, weight in weights)
            for n in range(len(pairs))
        ]
        return [1 / (1 + math.exp(-logit)) for logit in logits]

    def bm25(self, query, passage):
        """BM25 with the weights of words kept in combined.json; 0 where it keeps none."""
        terms = self.kept.get("bm25")
        counts = Counter(WORD.findall(passage.lower()))
        shared = set(WORD.findall(query.lower())) & counts.keys() if terms else ()
        norm = 0.3 + 0.9 * sum(counts.values()) / terms["mean_length"] if terms else 1
        weight = {word: terms["idf"].get(word, terms["rare"]) for word in shared}
        return sum(weight[word] * counts[word] / (counts[word] + norm) for word in shared)
