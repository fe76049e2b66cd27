"""What a run costs, from its recipe and its pairs alone."""

from pathlib import Path

import pandas as pd

from reranker_ui.core.training.cost import OPENING, cost_of
from reranker_ui.core.training.run_time import COST_OF_SCORING
from reranker_ui.core.values.execution.placement import Placement
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.services.training.plan import _speed


def splits(size):
    frame = pd.DataFrame(
        {
            "pair_id": range(size),
            "query_key": [str(n // 4) for n in range(size)],
            "query": [f"query {n // 4}" for n in range(size)],
            "passage": [f"passage {n}" for n in range(size)],
            "grade": [float(n % 4 == 0) for n in range(size)],
        }
    )
    return {"train": frame, "dev": frame.head(8), "test": frame.head(12)}


def cost(size, *passes):
    recipe = Recipe(loss="bce", epochs=2, batch_size=16, warm_start="off")
    drawn = [splits(n) for n in passes or [size]]
    return cost_of(recipe, drawn, None, Scale("binary"), [], Path())


def test_pairs_are_those_learned_and_a_share_of_those_scored():
    found = cost(64)
    (spec,) = found.specs
    assert (found.steps, found.warm) == (8, None)
    scored = (spec.steps / 2 + 2) * 8 + 2 * 12  # evaluated at every other step
    assert found.pairs == spec.learned + COST_OF_SCORING * scored


def test_time_follows_from_the_speed_and_disk_from_the_sizes():
    one, two = cost(64), cost(64, 32, 64)
    assert one.seconds(None) is None
    assert one.seconds(10.0) == OPENING + one.pairs / 10
    assert two.seconds(10.0) == 2 * OPENING + two.pairs / 10 and two.pairs > one.pairs
    sizes = {"checkpoint": 300, "weights": 100}
    assert (one.disk(sizes), two.disk(sizes)) == (1000, 1100)


def test_the_speed_is_that_of_the_last_run_in_the_same_place():
    fields = Recipe().model_dump()

    def run(speed, **place):
        where = {"executor": "local", "processes": 1, "gpus": 0, "title": "", "job": None}
        return {"recipe": fields, "place": where | place, "pairs_per_second": speed}

    rows = [run(9.0, gpus=2), run(None), run(8.0), run(7.0, executor="hf-jobs"), run(6.0)]
    assert _speed(rows, Recipe(), Placement(), {"pairs_per_second": 1.0}) == 8.0
    assert _speed(rows, Recipe(), Placement(gpus=2), None) == 9.0
    assert _speed(rows, Recipe(), Placement("hf-jobs", agreed=0.6), None) == 7.0
    assert _speed(rows, Recipe(), Placement("slurm"), None) is None
