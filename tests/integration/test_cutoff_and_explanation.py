"""A run's cut-off and calibration, words that move a score, passages sent to Annotate."""

import json

import pandas as pd
import pytest

from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import queue, result_labels
from reranker_ui.services.ranking import candidates, compare, cutoffs, explain
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import LOCAL
from tests.integration.test_ranking import PASSAGES, QUERY, a_run
from tests.support.labelling import MAI, VIEWER, seed


@pytest.fixture
def run(workspace, tiny_model):
    """A run whose dev split is labelled by its own order: the best half is relevant."""
    number = a_run(workspace, model=tiny_model)
    texts = [(f"query {at % 9}", f"passage {at} {'ice ' * (at % 7)}") for at in range(80)]
    scores = pd.Series(Reranker(tiny_model).scores(texts))
    dev = pd.DataFrame(texts, columns=["query", "passage"])
    dev["query_key"], dev["pair_id"] = dev["query"], range(len(dev))
    dev["grade"] = (scores > scores.median()).astype(float)
    dev.to_parquet(folder_of(workspace, int(number)).path / "dev.parquet")
    return number


def test_a_cutoff_is_found_kept_and_shown(workspace, run):
    cutoff = cutoffs.find_cutoff(workspace, VIEWER, run)
    assert cutoff["precision"]["value"] == cutoff["recall"]["value"] == 1
    assert cutoff["low"] <= cutoff["score"] <= cutoff["high"]
    assert cutoff["calibration"]["method"] == "platt"
    pasted = candidates.pasted(workspace, VIEWER, QUERY, "\n".join(PASSAGES), None)
    before = compare.compare(workspace, VIEWER, [run], pasted)["sides"][0]
    assert before["cutoff"] is None
    assert before["rows"][0]["calibrated"] is None
    with pytest.raises(Refused, match="admin"):
        cutoffs.save_cutoff(workspace, MAI, run, "f1")
    kept = cutoffs.save_cutoff(workspace, LOCAL, run, "f1")
    assert json.loads(folder_of(workspace, int(run)).cutoff_file.read_text()) == kept
    after = compare.compare(workspace, VIEWER, [run], pasted)["sides"][0]
    assert after["cutoff"]["score"] == kept["score"]
    for row in after["rows"]:
        assert 0 <= row["calibrated"] <= 1
        assert row["below"] == (row["logit"] < kept["logit"])
    json.dumps(after, allow_nan=False)
    cutoffs.delete_cutoff(workspace, LOCAL, run)
    assert cutoffs.load_cutoff(workspace, VIEWER, run) is None


def test_what_has_no_cutoff(workspace, run):
    for model, goal, sentence in [
        ("bm25", "f1", "is not a run"),
        (run, "best", "is not a goal"),
        ("99", "f1", "no run"),
    ]:
        with pytest.raises(Refused, match=sentence):
            cutoffs.find_cutoff(workspace, VIEWER, model, goal)


def test_the_words_that_move_a_score(workspace, run, tiny_model):
    explanation = explain.explain(workspace, VIEWER, run, QUERY, "ice cave")
    model = Reranker(tiny_model)
    texts = ["ice cave", " cave", "ice "]
    whole, *without = model.scores([(QUERY, text) for text in texts], raw=True)
    found = [part["effect"] for part in explanation["parts"] if part["effect"] is not None]
    assert found == pytest.approx([whole - one for one in without], abs=1e-5)
    assert (explanation["measure"], explanation["cut"]) == ("probability", False)
    assert explain.explain(workspace, VIEWER, run, QUERY, "ice " * 400)["cut"]
    with pytest.raises(Refused, match="query and passage share"):
        explain.explain(workspace, VIEWER, "bm25", QUERY, "ice")


def test_another_wording_scores_as_if_it_were_ranked(workspace, run):
    wording, nothing = explain.score_wording(workspace, VIEWER, [run, "bm25"], QUERY, PASSAGES[0])
    (row,) = compare.rank(workspace, VIEWER, run, QUERY, PASSAGES[:1])
    assert wording["score"] == pytest.approx(row["score"], abs=1e-6)
    assert nothing is None
    with pytest.raises(Refused, match="query is empty"):
        explain.score_wording(workspace, VIEWER, [run], "", "ice")


def test_ranked_passages_wait_in_annotate(workspace):
    seed(workspace, count=2, per_query=2, label=lambda _: 1.0)
    passages = ["A walrus.", "Another walrus."]
    with pytest.raises(Refused, match="annotator"):
        result_labels.send_to_annotate(workspace, VIEWER, "caves", QUERY, passages)
    report = result_labels.send_to_annotate(workspace, MAI, "caves", f" {QUERY}", passages)
    assert (report["new"], len(report["pairs"]), report["split"]) == (2, 2, "train")
    waiting = [pair["id"] for pair in queue.next_pairs(workspace, MAI, "caves", n=10)["pairs"]]
    assert set(report["pairs"]) <= set(waiting)
    again = result_labels.send_to_annotate(workspace, MAI, "caves", QUERY, passages)
    assert (again["new"], again["pairs"]) == (0, report["pairs"])
    for wrong in ([], ["a"] * 51):
        with pytest.raises(Refused, match="Send one to 50"):
            result_labels.send_to_annotate(workspace, MAI, "caves", QUERY, wrong)
