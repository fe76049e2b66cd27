"""Whether the weights of a warm start were the best of a run."""

import pytest

from reranker_ui.core.training.warm_start.preparation import start_was_best


def evaluated(step, value, when="during"):
    metrics = {"average_precision": value}
    return {"event": "evaluated", "when": when, "step": step, "metrics": metrics}


@pytest.mark.parametrize(
    ("events", "best"),
    [
        ([evaluated(0, 0.6), evaluated(4, 0.5), evaluated(8, 0.4)], True),
        ([evaluated(0, 0.5), evaluated(4, 0.5)], False),
        ([evaluated(0, 0.5), evaluated(4, 0.4), evaluated(4, 0.6)], False),
        ([evaluated(4, 0.5)], False),
        ([evaluated(0, 0.5)], False),
        ([evaluated(0, None), evaluated(4, 0.5)], False),
        ([evaluated(None, 0.9, "base"), {"event": "log", "step": 0}, evaluated(4, 0.5)], False),
    ],
)
def test_the_start_is_kept_only_where_it_was_better(events, best):
    assert start_was_best(events, "average_precision") == best
