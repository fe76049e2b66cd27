"""Ranking end to end: rankers by name, candidates, comparisons, gains, labels, the verbs."""

import gzip
import json
import shutil
import time

import pytest
import sqlalchemy as sa

from reranker_ui.core.bases import multilingual
from reranker_ui.core.bases.embedded import encoder_beside
from reranker_ui.core.evaluation.bm25 import bm25_scores
from reranker_ui.core.evaluation.metrics import ranking_metrics
from reranker_ui.core.models.encoder import Encoder, embedded_encoder
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating import annotations, result_labels
from reranker_ui.services.datasets.edits import delete_pairs
from reranker_ui.services.datasets.text_edits import edit_text
from reranker_ui.services.ranking import (
    candidates,
    compare,
    gains,
    ranker_choices,
    rankers,
)
from reranker_ui.services.ranking.retrieval import words
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.database import annotations as annotation_rows
from reranker_ui.services.store.database import journal, pairs, runs
from tests.support.labelling import LINH, MAI, VIEWER, seed

QUERY = "how is cave 0 formed?"
PASSAGES = ["Ice melts and a cave is left.", "Cats sleep all day.", "A cave is formed by ice."]

# The table of the data's README: MAP, MRR and nDCG@10 of BM25 on the test split.
BASELINES = {
    "wikiqa": (237, 0.603, 0.61, 0.691),
    "xquad_ru": (296, 0.883, 0.883, 0.901),
    "xquad_zh": (296, 0.956, 0.956, 0.967),
    "vi_zalo2019": (24, 0.896, 0.896, 0.923),
    "argkp2021": (500, 0.667, 0.676, 0.752),
    "tatqa": (1659, 0.822, 0.855, 0.876),
    "cranfield": (75, 0.459, 0.642, 0.506),
}


@pytest.mark.parametrize("name", BASELINES)
def test_bm25_baselines(data_folder, name):
    with gzip.open(data_folder / name / "test.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    keys = [row["query_id"] for row in rows]
    scores = bm25_scores(keys, [row["query"] for row in rows], [row["passage"] for row in rows])
    grades = [row["label"] if row["grade"] is None else row["grade"] for row in rows]
    found = ranking_metrics(keys, grades, scores)
    queries, *expected = BASELINES[name]
    assert found["queries"] == queries
    assert [found["map"], found["mrr@10"], found["ndcg@10"]] == pytest.approx(expected, abs=0.01)


@pytest.fixture
def caves(workspace):
    """Four test queries with five candidates each, the first of each relevant."""
    return seed(
        workspace,
        count=20,
        per_query=5,
        split=lambda _: "test",
        label=lambda number: float(number % 5 == 0),
    )


@pytest.fixture
def open_caves(workspace):
    """The same in the train split, which annotators may label."""
    return seed(workspace, count=20, per_query=5, label=lambda number: float(number % 5 == 0))


def a_run(workspace, status="finished", model=None):
    """A run straight in its table and folder; returns its id as text."""
    with workspace.writing() as connection:
        row = {"dataset_name": "caves", "name": f"run {time.time_ns()}", "executor": "local"}
        row |= {"recipe": Recipe().model_dump(mode="json"), "counts": {}, "created_by": "Sara"}
        made = connection.execute(runs.insert().values(**row, created_at=time.time()))
        (number,) = made.inserted_primary_key
    folder = RunFolder(workspace.runs / f"{number:05d}")
    folder.path.mkdir(parents=True)
    for event in ("queued", "started"):
        folder.emit(event)
    if status not in ("running", "lost"):
        folder.emit(status, error="out of memory", metrics={"bm25": {"ndcg@10": 0.9}})
    if model:
        shutil.copytree(model, folder.model)
    return str(number)


# -- core


def test_a_reranker_scores_like_the_library(tiny_model):
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    pairs_ = [(QUERY, passage) for passage in [*PASSAGES, PASSAGES[0] * 40, ""]]
    mine = Reranker(tiny_model)
    logits = CrossEncoder(str(tiny_model)).predict(pairs_, activation_fn=Identity())
    assert mine.scores(pairs_, raw=True) == pytest.approx(logits.tolist(), abs=1e-5)
    assert mine.scores(pairs_[:1])[0] == pytest.approx(
        1 / (1 + 2.718281828 ** -logits[0]), abs=1e-5
    )
    assert mine.scores([]) == []


def test_equal_pairs_are_scored_once(tiny_model, monkeypatch):
    model = Reranker(tiny_model)
    seen = []
    score = model.engine.logits
    monkeypatch.setattr(
        model.engine, "logits", lambda distinct: seen.append(len(distinct)) or score(distinct)
    )
    found = model.scores([(QUERY, PASSAGES[0])] * 5 + [(QUERY, PASSAGES[1])])
    assert seen == [2]
    assert len(set(found[:5])) == 1


def test_max_length_cuts(tiny_model):
    long = "ice " * 200
    short = Reranker(tiny_model, max_length=16)
    assert short.max_length == 16
    assert short.scores([(QUERY, long)]) == short.scores([(QUERY, long + "cats")])


def test_a_fresh_head_is_the_same_each_time():
    pair = [(QUERY, PASSAGES[0])]
    first, again = (Reranker(embedded_encoder()).scores(pair) for _ in range(2))
    assert first == again


def test_cosine_knows_what_is_alike():
    near, far = Encoder(embedded_encoder()).scores(
        [("how are caves formed", "Water carves caves."), ("how are caves formed", "Cats sleep.")]
    )
    assert 1 >= near > far + 0.2


def test_a_cross_encoder_has_the_embedded_encoder_beside_it(tiny_model, workspace, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "plain")
    (tmp_path / "plain" / "modules.json").unlink()
    for base in (tmp_path / "plain", embedded_encoder()):
        path, notice = encoder_beside(base, workspace.cache)
        assert path.name == "multilingual-e5-small" and "embedded" in notice
    assert encoder_beside(path, workspace.cache) == (path, None)
    assert encoder_beside(tiny_model, workspace.cache) == (tiny_model, None)


def test_without_its_packages_the_english_encoder_replaces_it(tmp_path, monkeypatch):
    monkeypatch.setattr(multilingual, "is_installed", lambda: False)
    texts = [("一个问题很长", "一个答案很长")]
    path, notice = encoder_beside(embedded_encoder(), tmp_path, texts)
    assert path == embedded_encoder() and "does not read these texts well" in notice


def test_no_model_folder_never_asks_the_network(tmp_path):
    with pytest.raises(FileNotFoundError):
        Reranker(tmp_path / "none")


# -- rankers by name


@pytest.mark.parametrize("model", ["bm25", "cosine", "base"])
def test_rank(tiny_base, workspace, model):
    rows = compare.rank(workspace, VIEWER, model, f" {QUERY} ", PASSAGES)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert sorted(row["index"] for row in rows) == [0, 1, 2]
    assert all(row["passage"] == PASSAGES[row["index"]] for row in rows)
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    if model == "bm25":
        assert rows[-1]["passage"] == PASSAGES[1]


def test_a_run_ranks_by_id_and_by_name_with_its_own_model(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    expected = Reranker(tiny_model).rank(QUERY, PASSAGES)
    assert compare.rank(workspace, VIEWER, number, QUERY, PASSAGES) == expected
    name = rankers.find_ranker(workspace, VIEWER, number).title
    raw = compare.rank(workspace, VIEWER, name, QUERY, PASSAGES, raw=True)
    assert [row["index"] for row in raw] == [row["index"] for row in expected]
    assert raw[0]["score"] == pytest.approx(
        Reranker(tiny_model).rank(QUERY, PASSAGES, True)[0]["score"]
    )


def test_an_untrained_base_says_so(workspace):
    base = rankers.find_ranker(workspace, VIEWER, "embedded-en")
    assert not base.trained
    assert "no ranking head" in base.notice
    assert rankers.find_ranker(workspace, VIEWER, "cosine").trained


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("lost", "no model"), ("failed", "out of memory"), ("cancelled", "no model")],
)
def test_runs_without_a_model(workspace, status, sentence):
    number = a_run(workspace, status)
    if status == "lost":
        folder = RunFolder(workspace.runs / f"{int(number):05d}")
        folder.alive_file.touch()
    with pytest.raises(Refused, match=sentence):
        rankers.find_ranker(workspace, VIEWER, number)


def test_a_run_that_is_still_running(workspace):
    number = a_run(workspace, "running")
    folder = RunFolder(workspace.runs / f"{int(number):05d}")
    with folder.lock(), pytest.raises(Refused, match="still running"):
        rankers.find_ranker(workspace, VIEWER, number)


def test_a_model_deleted_meanwhile(workspace, tiny_model):
    number = a_run(workspace, model=tiny_model)
    rankers.find_ranker(workspace, VIEWER, number)
    shutil.rmtree(workspace.runs / f"{int(number):05d}" / "model")
    with pytest.raises(Refused, match="Choose another run"):
        rankers.find_ranker(workspace, VIEWER, number)


def test_choices(workspace, tiny_model, caves):
    assert [ranker_choices.choices(workspace, VIEWER)[side] for side in "ab"] == ["bm25", "cosine"]
    done = a_run(workspace, model=tiny_model)
    a_run(workspace, "failed")
    answer = ranker_choices.choices(workspace, VIEWER)
    assert (answer["a"], answer["b"]) == ("bm25", done)
    ready = {ranker["name"]: ranker["ready"] for ranker in answer["rankers"]}
    assert ready == {"base": True, "bm25": True, "cosine": True, "1": True}


@pytest.mark.parametrize(
    ("query", "passages", "sentence"),
    [
        ("  ", ["a"], "query is empty"),
        ("q" * 10_001, ["a"], "10,001 characters"),
        ("q", [], "no passages"),
        ("q", ["a"] * 10_001, "10,001 passages"),
        ("q", ["a", "b" * 1_000_000], "Passage 2 has 1,000,000 characters"),
    ],
)
def test_what_cannot_be_ranked(workspace, query, passages, sentence):
    with pytest.raises(Refused, match=sentence):
        compare.rank(workspace, VIEWER, "bm25", query, passages)


# -- candidates and comparisons


def test_compare_a_labelled_query(workspace, caves):
    found = candidates.labelled(workspace, VIEWER, QUERY, "caves")
    comparison = compare.compare(workspace, VIEWER, ["bm25", "cosine"], found)
    assert (comparison["candidates"], comparison["labelled"], comparison["scale"]["kind"]) == (
        5,
        5,
        "binary",
    )
    first, second = comparison["sides"]
    assert [side["measure"] for side in comparison["sides"]] == ["bm25", "cosine"]
    assert all(row["moved"] == 0 for row in first["rows"])
    ranks = {row["index"]: row["rank"] for row in first["rows"]}
    for row in second["rows"]:
        assert row["was"] == ranks[row["index"]]
        assert row["moved"] == row["was"] - row["rank"]
        assert row["logit"] is None
        assert row["pair_id"] == caves[row["index"]]
        assert row["label"] == float(row["index"] == 0)
    place = next(row["rank"] for row in second["rows"] if row["label"])
    assert second["metrics"]["mrr@10"] == pytest.approx(1 / place)
    assert second["milliseconds"] > 0
    json.dumps(comparison, allow_nan=False)


def test_candidates_by_bm25(workspace, caves):
    found = candidates.by_bm25(workspace, VIEWER, "Passage 7", "caves", 3)
    assert found.passages[0] == "Passage 7 on ice caves."
    assert (len(found.passages), found.labels) == (3, [None] * 3)
    comparison = compare.compare(workspace, VIEWER, ["bm25"], found)
    # The first stage and the ranker BM25 agree: both know the whole dataset's words.
    assert [row["index"] for row in comparison["sides"][0]["rows"]] == [0, 1, 2]
    hits = words.search(workspace, VIEWER, "caves", "Passage 7", 3)
    assert [row["score"] for row in comparison["sides"][0]["rows"]] == pytest.approx(
        [s for _, s in hits]
    )


@pytest.mark.both_databases
def test_the_first_stage_follows_the_dataset(workspace, caves):
    def best(query):
        return [passage for passage, _ in words.search(workspace, LOCAL, "caves", query, 1)]

    assert best("walrus") == []
    edit_text(workspace, LOCAL, "caves", caves[3], passage="A walrus.")
    assert best("walrus") == ["A walrus."]
    delete_pairs(workspace, LOCAL, "caves", _ids(workspace, "A walrus."))
    assert best("walrus") == []
    kept = list((workspace.cache / "passages").glob("1-*"))
    assert len(kept) == 1  # older indexes are gone


def _ids(workspace, passage):
    with workspace.reading() as connection:
        rows = connection.execute(pairs.select().where(pairs.c.passage == passage))
        return [row.id for row in rows]


@pytest.mark.both_databases
def test_pasted_passages_know_their_labels(workspace, caves):
    found = candidates.pasted(
        workspace, VIEWER, QUERY, "Passage 0 on ice caves.\nSomething new.", "caves"
    )
    assert (found.labels, found.pair_ids) == ([1.0, None], [caves[0], None])
    alone = candidates.pasted(workspace, VIEWER, QUERY, "one\ntwo", None)
    assert compare.compare(workspace, VIEWER, ["bm25"], alone)["labelled"] == 0


@pytest.mark.parametrize(
    ("take", "sentence"),
    [
        (lambda space: candidates.labelled(space, VIEWER, "unknown", "caves"), "no pair"),
        (lambda space: candidates.by_bm25(space, VIEWER, "walrus", "caves", 9), "shares a word"),
        (lambda space: candidates.by_bm25(space, VIEWER, " ", "caves", 9), "query is empty"),
        (lambda space: candidates.labelled(space, VIEWER, QUERY, "none"), "no dataset called"),
    ],
)
def test_candidates_that_are_not_there(workspace, caves, take, sentence):
    with pytest.raises(Refused, match=sentence):
        take(workspace)


def test_at_most_three_rankers(workspace, caves):
    found = candidates.labelled(workspace, VIEWER, QUERY, "caves")
    for names in ([], ["bm25"] * 4):
        with pytest.raises(Refused, match="one to 3"):
            compare.compare(workspace, VIEWER, names, found)


# -- evaluate and gains


def test_evaluate(workspace, caves):
    found = compare.evaluate(workspace, VIEWER, "bm25", "caves")
    assert found["queries"] == 4
    assert 0 < found["ndcg@10"] <= 1
    with pytest.raises(Refused, match="train split of caves has no labelled pairs"):
        compare.evaluate(workspace, VIEWER, "bm25", "caves", "train")
    with pytest.raises(Refused, match="not a split"):
        compare.evaluate(workspace, VIEWER, "bm25", "caves", "all")


def test_gains_by_query(workspace, caves, monkeypatch):
    answer = gains.gains(workspace, VIEWER, "caves", "bm25", "cosine")
    rows = answer["queries"]
    assert len(rows) == answer["wins"] + answer["losses"] + answer["ties"] == 4
    assert [row["gain"] for row in rows] == sorted((row["gain"] for row in rows), reverse=True)
    for row in rows:
        assert row["gain"] == pytest.approx(row["b"] - row["a"])
        assert (row["candidates"], row["positives"]) == (5, 1)
    assert answer["gain"] == pytest.approx(sum(row["gain"] for row in rows) / 4)
    assert answer["low"] <= answer["gain"] <= answer["high"]
    assert answer["a"] == pytest.approx(
        compare.evaluate(workspace, VIEWER, "bm25", "caves")["ndcg@10"]
    )
    bm25 = compare.evaluate(workspace, VIEWER, "bm25", "caves")
    for mean in answer["means"]:
        assert mean["a"] == pytest.approx(bm25[mean["metric"]])
        assert mean["low"] <= mean["gain"] <= mean["high"]
    json.dumps(answer, allow_nan=False)
    # The second look scores nothing again.
    monkeypatch.setattr(Encoder, "scores", None)
    assert gains.gains(workspace, VIEWER, "caves", "bm25", "cosine") == answer


@pytest.mark.both_databases
def test_queries_that_can_be_scored(workspace):
    seed(
        workspace,
        count=9,
        split=lambda _: "test",
        label=lambda n: [1, 0, None, 1, 1, 1, 0, 0, 0][n],
    )
    answer = candidates.labelled_queries(workspace, VIEWER, "caves")
    assert [(row["query"], row["candidates"], row["positives"]) for row in answer] == [
        (QUERY, 2, 1)
    ]
    with pytest.raises(Refused, match="both a positive and a negative"):
        gains.gains(workspace, VIEWER, "caves", "bm25", "bm25", split="dev")


# -- labels from results


@pytest.mark.both_databases
def test_a_label_on_a_result_is_an_annotation(workspace, open_caves):
    done = result_labels.label_result(
        workspace, MAI, "caves", QUERY, "Passage 1 on ice caves.", 1, "first", 0.87
    )
    assert done == {"pair_id": open_caves[1], "label": 1.0}
    with workspace.reading() as connection:
        row = connection.execute(annotation_rows.select()).one()
    assert (row.annotator, row.source, row.model_score) == ("Mai", "playground", 0.87)
    undone = result_labels.undo_result(workspace, MAI, "caves", QUERY, open_caves[1], "second")
    assert undone == {"pair_id": open_caves[1], "label": None}
    found = candidates.labelled(workspace, VIEWER, QUERY, "caves")
    # The imported label counts again; annotators who label blind do not see it.
    assert found.labels[found.passages.index("Passage 1 on ice caves.")] == 0.0


@pytest.mark.both_databases
def test_a_labelled_result_that_is_no_pair_becomes_one(workspace, open_caves):
    done = result_labels.label_result(
        workspace, MAI, "caves", QUERY, " A new passage. ", 1, "first"
    )
    with workspace.reading() as connection:
        row = connection.execute(pairs.select().where(pairs.c.id == done["pair_id"])).one()
        said = connection.execute(journal.select().where(journal.c.what == "add pair")).one()
    assert (row.query, row.passage, row.split) == (QUERY, "A new passage.", "train")
    assert (row.source, row.label, said.who) == ("playground", None, "Mai")
    again = result_labels.label_result(
        workspace, MAI, "caves", QUERY, "A new passage.", 0, "second"
    )
    assert again == {"pair_id": done["pair_id"], "label": 0.0}
    found = candidates.labelled(workspace, VIEWER, QUERY, "caves")
    assert found.labels[found.passages.index("A new passage.")] == 0.0


def test_labels_that_are_refused(workspace, open_caves):
    give = (workspace, MAI, "caves", QUERY, "Passage 1 on ice caves.")
    with pytest.raises(Refused, match="not a valid label for caves"):
        result_labels.label_result(*give, 3, "a")
    with pytest.raises(Refused, match="annotator"):
        result_labels.label_result(workspace, VIEWER, *give[2:], 1, "b")
    with pytest.raises(Refused, match="cannot be empty"):
        result_labels.label_result(workspace, MAI, "caves", QUERY, "  ", 1, "c")
    long = "a" * 100_001
    with pytest.raises(Refused, match="100,000 characters, and this one has 100,001"):
        result_labels.label_result(workspace, MAI, "caves", QUERY, long, 1, "d")
    with pytest.raises(Refused, match="A query can have"):
        result_labels.send_to_annotate(workspace, MAI, "caves", long, ["A new passage."])
    for text in ({"query": long}, {"passage": long}):
        with pytest.raises(Refused, match="100,000 characters"):
            edit_text(workspace, LOCAL, "caves", open_caves[0], **text)
    with workspace.reading() as connection:
        assert connection.scalar(sa.select(sa.func.max(sa.func.length(pairs.c.passage)))) < 1_000


@pytest.mark.both_databases
def test_a_deleted_pair_that_is_labelled_comes_back_as_a_new_one(workspace, open_caves):
    delete_pairs(workspace, LOCAL, "caves", [open_caves[1]])
    give = (workspace, MAI, "caves", QUERY, "Passage 1 on ice caves.")
    done = result_labels.label_result(*give, 1, "a")
    assert done["pair_id"] not in open_caves
    assert done["label"] == 1


def test_disputed_candidates_do_not_count(workspace, open_caves):
    annotations.annotate(workspace, MAI, open_caves[1], 1, "a")
    annotations.annotate(workspace, LINH, open_caves[1], 0, "b")
    found = candidates.labelled(workspace, VIEWER, QUERY, "caves")
    assert (found.labels[1], found.grades()[1]) == ("disputed", None)


# -- the verbs


def test_verbs(command, workspace, caves, tiny_model, tmp_path):
    file = tmp_path / "passages.jsonl"
    file.write_text("\n".join(json.dumps({"passage": passage}) for passage in PASSAGES))
    code, out, _ = command(
        "rank", "--model", "bm25", "--query", "formed by ice", "--passages", str(file), "--json"
    )
    rows = json.loads(out)
    assert code == 0
    assert [set(row) for row in rows] == [{"rank", "index", "score", "passage"}] * 3
    assert [(row["rank"], row["index"]) for row in rows] == [(1, 2), (2, 0), (3, 1)]
    number = a_run(workspace, model=tiny_model)
    code, out, said = command("evaluate", "--model", number, "--dataset", "caves", "--json")
    assert code == 0
    alone = command("evaluate", "--model", f"{number}:tuned", "--dataset", "caves", "--json")
    assert alone == (code, out, said)
    assert set(json.loads(out)) == {"ndcg@10", "mrr@10", "map", "average_precision", "queries"}
    assert json.loads(out)["queries"] == 4
    code, out, said = command("evaluate", "--model", "bm25", "--dataset", "none", "--json")
    assert (code, out) == (1, "")
    assert "no dataset called none" in said
    passages = ("--query", "caves", "--passages", str(file))
    code, _, said = command("rank", "--model", "run 99:tuned", *passages)
    assert code == 1 and 'no run "run 99". The verb runs' in said
