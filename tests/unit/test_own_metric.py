"""The further metric of a dataset: its gain is over the strongest ranker that needs no labels."""

import json

import pandas as pd
import pytest

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.own_metric import measured


@pytest.mark.parametrize(("free", "gain"), [("cosine", 0.0), ("bm25", 1.0), (None, 1.0)])
def test_the_gain_is_over_the_strongest_free_ranker_or_else_the_base(tmp_path, free, gain):
    rows = [
        {"query_key": str(n), "grade": grade, "base": -grade, "bm25": -grade, "cosine": grade,
         "tuned": grade}
        for n in range(3) for grade in (0.0, 1.0)
    ]  # fmt: skip
    folder = RunFolder(tmp_path)
    pd.DataFrame(rows).to_parquet(folder.test_scores_file)
    folder.outcome_file.write_text(json.dumps({"free": free}))
    found = measured(folder, "p@1")
    assert found is not None and found["gain"][0] == gain
