"""Similar by meaning: embeddings on disk that follow the dataset, made at once or by a process."""

import os
import zlib

import numpy as np
import pytest

from reranker_ui.__main__ import main
from reranker_ui.core.evaluation.quality.checks import CLEAN
from reranker_ui.core.values.job_folder import JobFolder
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import model_scores, orders
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.scoring.cosine_order import order_by_cosine
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets import quality_job
from reranker_ui.services.datasets.edits import delete_pairs
from reranker_ui.services.datasets.text_edits import edit_text
from reranker_ui.services.labels.datasets import delete_dataset, find_dataset
from reranker_ui.services.labels.guidelines import stream_of
from reranker_ui.services.ranking import candidates, rankers
from reranker_ui.services.ranking.retrieval import embedding_job, embeddings, meaning
from reranker_ui.services.store.access import LOCAL
from tests.support.labelling import LINH, MAI, VIEWER, seed


class Words:
    """An encoder of words by their hashes, which notes what it embeds."""

    size = 1

    def __init__(self, *_given) -> None:
        self.embedded, self.remembered = [], []

    def scores(self, given):
        return [0.0] * len(given)

    def vectors(self, texts, kind):
        if kind == "document":
            self.embedded += texts
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().strip("?.").split():
                row[zlib.crc32(word.encode()) % 64] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def remember(self, texts, kind, rows):
        self.remembered += texts


@pytest.fixture
def encoder(monkeypatch):
    rankers.MODELS.clear()
    made = Words()
    monkeypatch.setattr(rankers, "Encoder", lambda *_given: made)
    yield made
    rankers.MODELS.clear()


@pytest.fixture
def caves(workspace, encoder):
    """Twelve passages, three of which come twice."""
    passages = [f"passage {number} on ice" for number in range(12)]
    texts = [(f"query {number}", passages[number % 12]) for number in range(15)]
    return seed(workspace, "caves", len(texts), texts=texts)


def best(workspace, query, k=1):
    return [passage for passage, _ in meaning.search(workspace, VIEWER, "caves", query, k)]


@pytest.mark.both_databases
def test_the_embeddings_follow_the_dataset(workspace, caves, encoder):
    assert best(workspace, "passage 7 on ice") == ["passage 7 on ice"]
    assert len(encoder.embedded) == 12
    edit_text(workspace, LOCAL, "caves", caves[4], passage="a walrus")
    assert best(workspace, "walrus") == ["a walrus"]
    assert encoder.embedded[12:] == ["a walrus"]  # the others are kept
    assert best(workspace, "passage 4 on ice", 20).count("passage 4 on ice") == 0
    delete_pairs(workspace, LOCAL, "caves", [caves[4]])
    assert "a walrus" not in best(workspace, "walrus", 20)
    assert len(encoder.embedded) == 13


def test_candidates_are_similar_by_meaning(workspace, caves, encoder):
    found = candidates.chosen(workspace, VIEWER, "passage 3 on ice", "meaning", "caves", 5, "")
    assert (found.source, found.dataset, len(found.passages)) == ("meaning", "caves", 5)
    assert found.passages[0] == "passage 3 on ice"
    assert encoder.remembered == found.passages  # for the rankers that use cosine
    with pytest.raises(Refused, match="query is empty"):
        candidates.by_meaning(workspace, VIEWER, " ", "caves", 5)
    with pytest.raises(Refused, match="no first stage called nearest"):
        candidates.search(workspace, VIEWER, "nearest", "ice", "caves", 5)


@pytest.mark.usefixtures("caves")
def test_many_passages_are_embedded_in_a_process(workspace, encoder, monkeypatch):
    monkeypatch.setattr(meaning, "AT_ONCE", 5)
    monkeypatch.setattr(embeddings, "BATCH", 5)
    with pytest.raises(Refused, match="12 of the 12 passages of caves are not embedded yet"):
        best(workspace, "ice")
    with pytest.raises(Refused, match="needs the role annotator"):
        meaning.embed_passages(workspace, VIEWER, "caves")
    started, seen = [], []
    monkeypatch.setattr(meaning, "start_on", lambda *given: started.append(given[1:]))
    state = meaning.embed_passages(workspace, MAI, "caves")
    assert (state["missing"], state["running"]) == (12, True)
    ((job, module, request),) = started
    assert module == embedding_job.__name__
    lock = job.begin(request)
    monkeypatch.setattr(embedding_job, "lower_priority", lambda _niceness: None)
    report = job.report

    def watched(progress):
        report(progress)
        seen.append(meaning.embedding_state(workspace, VIEWER, "caves"))

    monkeypatch.setattr(job, "report", watched)
    assert embedding_job.embed_requested(job, workspace) == {"passages": 12}
    assert [(one["missing"], one["running"]) for one in seen] == [
        (12, True), (7, True), (2, True), (0, True),
    ]  # fmt: skip
    assert seen[0]["seconds"] is None and seen[1]["seconds"] >= 0
    os.close(lock)
    assert best(workspace, "passage 9 on ice") == ["passage 9 on ice"]


def test_what_was_embedded_before_a_stop_is_kept(workspace, caves, encoder, monkeypatch):
    monkeypatch.setattr(embeddings, "BATCH", 5)

    def stop(missing, _passages):
        if missing == 7:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        meaning.embed_now(workspace, LOCAL, "caves", stop)
    assert len(encoder.embedded) == 5
    assert best(workspace, "passage 9 on ice") == ["passage 9 on ice"]
    assert len(encoder.embedded) == len(set(encoder.embedded)) == 12
    assert len(caves) == 15


def test_passages_of_one_query_are_compared_by_stored_embeddings(workspace, encoder, monkeypatch):
    monkeypatch.setattr(quality_job, "Encoder", lambda *_given: encoder)
    texts = [(f"query {n // 2}", f"passage {n} on ice and snow") for n in range(8)]
    texts += [("how deep is it?", "the sea is deep"), ("how deep is it?", "deep is the sea")]
    ids = seed(workspace, "caves", len(texts), texts=texts)
    best(workspace, "ice")
    report, rows = quality_job.assess(workspace, "caves", "embedded-en", None, print, meaning=True)
    assert rows["close_passages"].tolist() == ids[-2:]
    assert report["compared"]["meaning_passages"] == 10
    assert len(encoder.embedded) == 10  # they were stored
    assert CLEAN["close_passages"] not in report["clean"]
    report, _ = quality_job.assess(workspace, "caves", "embedded-en", None, print)
    assert CLEAN["close_passages"] not in report["clean"]  # not compared this time


def ice(place):
    """A query of two words, and a passage with both of them, with one, or with none, by turns."""
    words = ("glacier melts", "glacier x", "x")[place % 3]
    return "glacier melts", f"{words} {place}"


@pytest.mark.both_databases
def test_cosine_puts_pairs_in_order_without_a_run(workspace, encoder, monkeypatch, tmp_path):
    ids = seed(workspace, "caves", 12, texts=[ice(place) for place in range(12)])
    monkeypatch.setattr(orders, "_BY_CHANCE", 0)
    job = JobFolder(tmp_path)
    started = []
    monkeypatch.setattr(model_scores, "start_on", lambda *given: started.append(given[3]))
    with pytest.raises(Refused, match="Choose a run to score"):
        model_scores.score_pairs(workspace, MAI, "caves")
    set_stream(workspace, LOCAL, "caves", order="uncertain")
    assert stream_of(workspace, MAI, "caves")["order"] == "uncertain"
    assert model_scores.score_pairs(workspace, MAI, "caves")["run"] is None
    assert (started[0]["dataset"], started[0]["run"]) == ("caves", None)
    in_turn = next_pairs(workspace, MAI, "caves", order="uncertain", n=1)["pairs"]
    assert [pair["id"] for pair in in_turn] == ids[:1]  # nothing is compared yet
    progress = order_by_cosine(workspace, "caves", job)
    assert (progress["scored"], progress["wanted"]) == (12, 12) and len(encoder.embedded) == 12
    given = next_pairs(workspace, LINH, "caves", order="uncertain", n=4)["pairs"]
    assert {pair["id"] for pair in given} == set(ids[1::3])  # between all words and none
    assert {pair["drawn"] for pair in given} == {"uncertain"}
    monkeypatch.setattr(orders, "_WINDOW", 2)
    rest = next_pairs(workspace, MAI, "caves", order="uncertain", n=12)["pairs"]
    assert {pair["id"] for pair in rest} == set(ids) - set(ids[1::3])
    model_scores.uncertain_file(workspace, the_dataset(workspace)).write_bytes(b"no array")
    assert len(next_pairs(workspace, MAI, "caves", order="uncertain", n=12)["pairs"]) == 8


def the_dataset(workspace):
    with workspace.reading() as connection:
        return find_dataset(connection, "caves")


@pytest.mark.usefixtures("caves")
def test_a_deleted_dataset_leaves_no_embeddings(workspace):
    best(workspace, "ice")
    assert list(workspace.cache.rglob("vectors-*.f32"))
    delete_dataset(workspace, LOCAL, "caves")
    assert not list(workspace.cache.rglob("vectors-*.f32"))


@pytest.mark.usefixtures("caves")
def test_the_verb_embeds_and_ranks(capsys):
    asked = ["--query", "passage 2 on ice", "--dataset", "caves", "--candidates", "3"]
    assert main(["rank", "--model", "bm25", *asked, "--first-stage", "meaning"]) == 0
    shown = capsys.readouterr()
    assert "passage 2 on ice" in shown.out.splitlines()[0]
    assert "0 of 12 passages are embedded" in shown.err
    assert main(["rank", "--model", "bm25", *asked]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
