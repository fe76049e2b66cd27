"""Whether the weights of a warm start were the best of a run."""

import pytest

from reranker_ui.core.training.warm_start.preparation import start_was_best


def told(step, value, when="during"):
    metrics = {"average_precision": value}
    return {"event": "evaluated", "when": when, "step": step, "metrics": metrics}


@pytest.mark.parametrize(
    ("events", "best"),
    [
        ([told(0, 0.6), told(4, 0.5), told(8, 0.4)], True),
        ([told(0, 0.5), told(4, 0.5)], False),
        ([told(0, 0.5), told(4, 0.4), told(4, 0.6)], False),
        ([told(4, 0.5)], False),
        ([told(0, 0.5)], False),
        ([told(0, None), told(4, 0.5)], False),
        ([told(None, 0.9, "base"), {"event": "log", "step": 0}, told(4, 0.5)], False),
    ],
)
def test_the_start_is_kept_only_where_it_was_better(events, best):
    assert start_was_best(events, "average_precision") == best
