"""Models in memory: each is loaded once, the least recently used are evicted first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.reranker import Reranker

Model = TypeVar("Model", Reranker, Encoder)


class ModelCache:
    """An LRU cache of loaded models: each is loaded once, and only one at a time."""

    def __init__(self) -> None:
        self.shares = False  # whether other processes load the same models, as workers of the API
        self._models: OrderedDict[str, Reranker | Encoder] = OrderedDict()
        self._lock, self._loading = threading.Lock(), threading.Lock()

    def get(self, key: str, load: Callable[[], Model], limit: int) -> tuple[Model, float]:
        """The model of `key` and the seconds it took to load. Evicts models above `limit` bytes."""
        if (model := self._find(key)) is not None:
            return model, 0.0
        with self._loading:
            if (model := self._find(key)) is not None:
                return model, 0.0
            started = time.perf_counter()
            model = load()
            model.scores([("warm", "up")])
            with self._lock:
                self._models[key] = model
                self._make_room(limit)
            return model, time.perf_counter() - started

    def loaded(self, key: str) -> Reranker | Encoder | None:
        """The model of `key`, if it is loaded."""
        model: Reranker | Encoder | None = self._find(key)
        return model

    def clear(self) -> None:
        """Remove all models."""
        with self._lock:
            self._models.clear()

    def _find(self, key: str) -> Any:
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _make_room(self, limit: int) -> None:
        # The newest is kept, whatever its size.
        while len(self._models) > 1 and sum(m.size for m in self._models.values()) > limit:
            self._models.popitem(last=False)


def encoder_key(path: Path) -> str:
    """The key of the encoder in a folder."""
    return f"encoder {path}"


MODELS = ModelCache()  # module state, because models are too large to load twice
