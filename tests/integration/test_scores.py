"""Scores of a run for waiting pairs, and the stream that begins where the run is uncertain."""

import time

import pytest
from sqlalchemy import select

from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.annotations import annotate, undo
from reranker_ui.services.annotating.disputes import disputed_pairs
from reranker_ui.services.annotating.model_scores import score_pairs
from reranker_ui.services.annotating.model_scores import scoring as scoring_of
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.scoring import score_job
from reranker_ui.services.annotating.settings import set_stream, stream_settings
from reranker_ui.services.datasets.pair_history import history
from reranker_ui.services.labels.guidelines import stream_of
from reranker_ui.services.ranking import rankers
from reranker_ui.services.store.database import annotations, runs, scores
from tests.support.labelling import ADMIN, LINH, MAI, finished_run, seed

pytestmark = pytest.mark.both_databases


@pytest.fixture
def scored(workspace, tmp_path):
    """60 pairs, of which every one has a made-up score: the higher its id, the nearer 0.5."""
    ids = seed(workspace, count=60)
    (tmp_path / "model").mkdir()
    run = finished_run(workspace, tmp_path / "model")
    with workspace.writing() as connection:
        rows = [{"run_id": run, "pair_id": pair, "score": 1 - place / 120,
                 "distance": 0.5 - place / 120} for place, pair in enumerate(ids)]  # fmt: skip
        connection.execute(scores.insert(), rows)
    set_stream(workspace, ADMIN, "caves", order="uncertain", run=run)
    return ids, run


def kept(workspace):
    with workspace.reading() as connection:
        query = select(scores.c.pair_id, scores.c.score).order_by(scores.c.pair_id)
        return dict(tuple(row) for row in connection.execute(query))


def test_a_run_scores_what_waits_and_goes_on_where_it_was(workspace, tmp_path, tiny_model):
    ids = seed(workspace, count=40, overlap=2, split=lambda n: "test" if n == 39 else "train")
    for pair, label in ((ids[0], 1), (ids[0], 0), (ids[1], 1), (ids[1], 1)):
        who = MAI if label else LINH if pair == ids[0] else MAI
        annotate(workspace, who, pair, label, f"{pair}-{label}-{who.name}")
    annotate(workspace, LINH, ids[1], 1, "b")
    run = finished_run(workspace, tiny_model)
    job = JobFolder(tmp_path)
    report = score_job.score_waiting(workspace, ADMIN, "caves", run, job)
    # ids[0] is disputed, ids[1] has both its labels, the last pair is sealed
    assert sorted(kept(workspace)) == [ids[0], *ids[2:39]]
    # the disputed pair is not counted: how many there are is hidden from those who label blind
    assert (report["scored"], report["wanted"]) == (37, 37)
    ranker = rankers.find_ranker(workspace, ADMIN, str(run))
    one = ranker.scores([("how is cave 0 formed?", "Passage 2 on ice caves.")])
    assert kept(workspace)[ids[2]] == pytest.approx(one[0], abs=1e-5)
    (dispute,) = disputed_pairs(workspace, ADMIN, "caves")["pairs"]
    assert dispute["score"] == kept(workspace)[ids[0]]

    with workspace.writing() as connection:
        connection.execute(scores.delete().where(scores.c.pair_id.in_(ids[10:20])))
    before = kept(workspace)
    score_job.score_waiting(workspace, ADMIN, "caves", run, job)
    assert {pair: kept(workspace)[pair] for pair in before} == before
    assert len(kept(workspace)) == 38


def test_the_page_starts_a_process_and_hears_how_far_it_is(workspace, tiny_model):
    ids = seed(workspace, count=12)
    run = finished_run(workspace, tiny_model)
    with pytest.raises(Refused, match="Choose a run"):
        score_pairs(workspace, MAI, "caves")
    with pytest.raises(Refused, match="role admin"):
        score_pairs(workspace, MAI, "caves", run)
    set_stream(workspace, ADMIN, "caves", order="uncertain", run=run)
    now = score_pairs(workspace, MAI, "caves")
    deadline = time.monotonic() + 100
    while now["running"] and time.monotonic() < deadline:
        time.sleep(0.1)
        now = scoring_of(workspace, MAI, "caves")
    assert (now["scored"], now["wanted"], now["refused"]) == (12, 12, None)
    assert sorted(kept(workspace)) == ids
    assert not score_pairs(workspace, MAI, "caves")["running"]  # nothing is left to score


def test_uncertain_pairs_come_first_with_a_random_share(workspace, scored, monkeypatch):
    ids, _ = scored
    from reranker_ui.services.annotating import orders

    monkeypatch.setattr(orders, "_BY_CHANCE", 0)
    given = next_pairs(workspace, MAI, "caves", order="uncertain", n=10)["pairs"]
    assert [pair["id"] for pair in given] == ids[:-11:-1]
    assert {pair["drawn"] for pair in given} == {"uncertain"}
    monkeypatch.setattr(orders, "_BY_CHANCE", 50)
    more = next_pairs(workspace, LINH, "caves", order="uncertain", n=30)["pairs"]
    drawn = {pair["id"]: pair["drawn"] for pair in more}
    assert len(drawn) == 30 and not set(drawn) & {pair["id"] for pair in given}
    assert set(drawn.values()) == {"random", "uncertain"}


def test_what_has_no_score_comes_last_in_turn(workspace, scored):
    ids, _ = scored
    with workspace.writing() as connection:
        connection.execute(scores.delete().where(scores.c.pair_id.not_in(ids[50:])))
    seen = []
    for _ in range(4):
        seen += next_pairs(workspace, MAI, "caves", order="uncertain", have=seen, n=20)["pairs"]
        seen = [pair if isinstance(pair, int) else pair["id"] for pair in seen]
    assert sorted(seen) == ids


def test_a_label_remembers_how_its_pair_was_drawn(workspace, scored):
    ids, _ = scored
    annotate(workspace, MAI, ids[0], 1, "a", drawn="random")
    annotate(workspace, MAI, ids[1], 1, "b", drawn="<b>")
    annotate(workspace, MAI, ids[0], 0, "c")
    with workspace.reading() as connection:
        query = select(annotations.c.drawn).order_by(annotations.c.pair_id)
        assert list(connection.scalars(query)) == ["random", None]
    undo(workspace, MAI, ids[0], "d")
    assert history(workspace, MAI, ids[0])[-1]["after"]["drawn"] == "random"


def test_a_deleted_run_leaves_the_stream_in_turn(workspace, scored):
    ids, run = scored
    assert stream_of(workspace, MAI, "caves")["order_run"]["id"] == run
    assert stream_settings(workspace, ADMIN, "caves")["runs"][0]["id"] == run
    with workspace.writing() as connection:
        connection.execute(runs.delete().where(runs.c.id == run))
    assert kept(workspace) == {}
    assert stream_of(workspace, MAI, "caves")["order"] == "unlabelled"
    given = next_pairs(workspace, MAI, "caves", order="uncertain", n=60)["pairs"]
    assert sorted(pair["id"] for pair in given) == ids


def test_only_an_owner_chooses_and_only_what_is_there(workspace, scored):
    with pytest.raises(Refused, match="role admin"):
        set_stream(workspace, MAI, "caves", order="random")
    for order, run, sentence in (
        ("id", None, "is not an order"), ("uncertain", 99, "no model"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            set_stream(workspace, ADMIN, "caves", order=order, run=run)
    with pytest.raises(Refused, match="1 to 9"):
        set_stream(workspace, ADMIN, "caves", overlap=0)


def test_others_see_scores_only_where_the_owner_allows_it(workspace, scored):
    ids, run = scored
    annotate(workspace, LINH, ids[-1], 1, "a")
    set_stream(workspace, ADMIN, "caves", overlap=2)
    ask = {"order": "uncertain", "n": 60}
    pairs = next_pairs(workspace, MAI, "caves", **ask)["pairs"]
    assert len(pairs) == 60 and not any("opinions" in pair for pair in pairs)
    set_stream(workspace, ADMIN, "caves", blind=False)
    scores = {
        pair["id"]: pair["opinions"] for pair in next_pairs(workspace, MAI, "caves", **ask)["pairs"]
    }
    assert scores[ids[-1]] == {
        "imported": None,
        "votes": [{"annotator": "Linh", "label": 1.0}],
        "score": {"run": f"run {run}", "score": pytest.approx(1 - 59 / 120)},
    }
    assert scores[ids[0]]["votes"] == []
