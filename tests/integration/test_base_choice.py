"""Which embedded base a run trains: by the texts, the time budget and the speed of the machine."""

import pandas as pd
import pytest

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.training.advice import base_choice
from reranker_ui.core.values.machine import Machine
from reranker_ui.core.values.recipe import EMBEDDED_BASE, EMBEDDED_MULTILINGUAL, Recipe
from reranker_ui.core.values.run_folder import RunFolder

ENGLISH = ("how is a cave formed?", "Water dissolves the rock and leaves a cave behind.")
CHINESE = ("花呗额度怎么冻结", "借呗还款账户被锁")


@pytest.fixture
def chosen(workspace, monkeypatch):
    def choose(speed, texts=ENGLISH, **fields):
        def measured(_lesson, _base, length, _machine):
            assert length <= 512  # what E5 reads
            return speed

        monkeypatch.setattr(base_choice, "speed_of", measured)
        recipe = Recipe(**{"base": EMBEDDED_BASE} | fields)
        folder = RunFolder(workspace.runs / "00001")
        rows = [(n, n // 2, *texts, float(n % 2)) for n in range(20)]
        pairs = pd.DataFrame(rows, columns=["pair_id", "query_key", "query", "passage", "grade"])
        scale = {"scale": {"kind": "binary", "max": 1}}
        folder.write_inputs(recipe, dict.fromkeys(("train", "dev", "test"), pairs), scale)
        base = resolve_base(recipe.base, workspace.cache)
        machine = Machine("cpu", "fp32", 1)
        found = base_choice.fitting_base(folder, recipe, base, pairs, machine)
        return found.used.rpartition("/")[2], found.notice

    return choose


def test_english_is_learned_by_minilm_where_the_budget_is_short(chosen):
    used, notice = chosen(10)
    assert used == "all-MiniLM-L6-v2" and "time budget is too short" in notice
    used, notice = chosen(300)
    assert used == "all-MiniLM-L6-v2"  # the run keeps its base, whatever is measured later


@pytest.mark.parametrize(
    ("speed", "more"),
    [
        (100, {}),
        (100, {"max_length": 2048}),
        (10, {"budget": "quality"}),
        (10, {"texts": CHINESE}),
        (10, {"base": EMBEDDED_MULTILINGUAL}),
        (10, {"epochs": 1.0, "warm_start_pairs": 4200}),
    ],
)
def test_e5_is_trained_otherwise(chosen, speed, more):
    assert chosen(speed, **more) == ("multilingual-e5-small", None)
