"""Models kept in memory: each is loaded once, the least used leave first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.reranker import Reranker

Model = TypeVar("Model", Reranker, Encoder)


class Shelf:
    """Loaded models: each is loaded once, never two at a time, the least used leave first."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, Reranker | Encoder] = OrderedDict()
        self._look, self._loading = threading.Lock(), threading.Lock()

    def take(self, key: str, load: Callable[[], Model], limit: int) -> tuple[Model, float]:
        """The model under `key` and the seconds it took to load. Stays below `limit` bytes."""
        if (model := self._find(key)) is not None:
            return model, 0.0
        with self._loading:
            if (model := self._find(key)) is not None:
                return model, 0.0
            begun = time.perf_counter()
            model = load()
            model.scores([("warm", "up")])
            with self._look:
                self._models[key] = model
                self._make_room(limit)
            return model, time.perf_counter() - begun

    def forget(self) -> None:
        """Let all models go."""
        with self._look:
            self._models.clear()

    def _find(self, key: str) -> Any:
        with self._look:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _make_room(self, limit: int) -> None:
        # The newest stays, whatever its size.
        while len(self._models) > 1 and sum(m.size for m in self._models.values()) > limit:
            self._models.popitem(last=False)


SHELF = Shelf()  # the one piece of module state: models are too big to hold twice
