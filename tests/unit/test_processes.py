"""How a batch is dealt to several processes, and where a run is placed."""

from dataclasses import replace

import pandas as pd
import pytest

from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.training.rows.length_batches import length_grouped, parts_of
from reranker_ui.core.values.execution.placement import (
    Job,
    Placement,
    checked,
    has_live_job,
    job_of,
    placement_of,
)
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder


@pytest.mark.parametrize("rows", [1, 2, 29, 30, 64])
def test_processes_read_together_what_one_reads_alone(rows):
    lengths = [10 * (row % 7) for row in range(rows)]
    for batch in length_grouped(lengths, 8, 3):
        parts = parts_of(batch, 2, 4)
        assert [len(part) for part in parts] == [4, 4]
        assert {row for part in parts for row in part} == set(batch)
        times = [sum(part.count(row) for part in parts) for row in batch]
        assert max(times) - min(times) <= 1, "a row counts more than another"
        assert parts_of(batch, 1, 8) == [batch]


@pytest.mark.parametrize(
    ("ranks", "size", "steps"), [(1, 32, 4), (2, 32, 4), (4, 32, 4), (3, 33, 4)]
)
def test_the_batch_of_all_processes_is_that_of_the_recipe(ranks, size, steps):
    pairs = pd.DataFrame({"query": ["q"] * 100, "passage": ["p"] * 100, "grade": [0.0, 1.0] * 50})
    spec = replace(phase_spec(Recipe(), pairs, 1.0), ranks=ranks)
    assert (spec.row_batch, spec.steps) == (size, 4)


def test_a_placement_is_read_as_it_was_written(tmp_path):
    assert placement_of(tmp_path) == Placement() and job_of(tmp_path) is None
    Job("7").save(tmp_path)
    assert has_live_job(tmp_path) and RunFolder(tmp_path).status() == "queued"
    Job("7", "ended", "TIMEOUT").save(tmp_path)
    assert not has_live_job(tmp_path) and RunFolder(tmp_path).status() == "lost"
    Placement("slurm", gpus=2).save(tmp_path)
    assert placement_of(tmp_path) == Placement("slurm", 1, 2) and job_of(tmp_path) is None
    (tmp_path / "executor.json").write_text('{"processes": "many"}')
    assert placement_of(tmp_path) == Placement()


@pytest.mark.parametrize(
    "given", [("local", 0, 0), ("local", 65, 0), ("local", 1, -1), ("local", 2, 2)]
)
def test_impossible_numbers_are_refused(given):
    with pytest.raises(Refused, match="processes or GPUs"):
        checked(*given)
