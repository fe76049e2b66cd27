"""What an owner looks at: agreement, annotators, labels taken back, history, added pairs."""

import time

import pytest
from sqlalchemy import select

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating.activity import DAYS, annotators
from reranker_ui.services.annotating.added_pairs import add_pairs, unjudged_passages
from reranker_ui.services.annotating.agreement import agreement_in_detail
from reranker_ui.services.annotating.annotations import annotate, undo
from reranker_ui.services.annotating.disputes import decide
from reranker_ui.services.annotating.labelling_progress import progress
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.annotating.revert import (
    labels_since,
    restore_labels,
    revert_labels,
    reverted_labels,
)
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets import edits
from reranker_ui.services.datasets import undo as edits_undo
from reranker_ui.services.datasets.pair_history import history
from reranker_ui.services.labels.guidelines import edit_guidelines, guideline_versions, stream_of
from reranker_ui.services.store.database import annotations, journal, pairs
from tests.support.labelling import ADMIN, LINH, MAI, seed

pytestmark = pytest.mark.both_databases


def rows(workspace):
    with workspace.reading() as connection:
        query = select(annotations.c.pair_id, annotations.c.annotator, annotations.c.label)
        return {(r.pair_id, r.annotator): r.label for r in connection.execute(query)}


def votes(workspace):
    with workspace.reading() as connection:
        return list(connection.scalars(select(pairs.c.votes).order_by(pairs.c.id)))


@pytest.fixture
def labelled(workspace):
    """Mai labelled 1, 0, 1 and skipped a pair; Linh labelled the first two 1; then Mai changed."""
    ids = seed(workspace, overlap=3)
    for pair, label in zip(ids, (1, 0, 1, None), strict=False):
        annotate(workspace, MAI, pair, label, f"m{pair}", seconds=4)
    annotate(workspace, LINH, ids[0], 1, "l1", seconds=6)
    annotate(workspace, LINH, ids[1], 1, "l2", seconds=8)
    time.sleep(0.01)
    moment = time.time()
    annotate(workspace, MAI, ids[0], 0, "late1")
    annotate(workspace, MAI, ids[4], 1, "late2")
    return ids, moment


def test_annotators_are_listed(workspace, labelled):
    midnight = time.time() - 3600
    rows = annotators(workspace, ADMIN, "caves", midnight)
    mai, linh = rows["annotators"]
    assert (mai["name"], mai["labels"], mai["skips"], mai["seconds"]) == ("Mai", 4, 1, 4)
    assert (linh["name"], linh["labels"], linh["skips"], linh["seconds"]) == ("Linh", 2, 0, 7)
    assert mai["days"] == [0] * (DAYS - 1) + [4]
    assert (mai["majority"]["shared"], mai["majority"]["equal"]) == (2, 0)
    with pytest.raises(Refused, match="role admin"):
        annotators(workspace, MAI, "caves", midnight)
    set_stream(workspace, ADMIN, "caves", adjudicators=["Mai"])
    assert annotators(workspace, MAI, "caves", midnight)["annotators"]


def test_agreement_in_detail_follows_the_votes(workspace, labelled):
    ids, _ = labelled
    agreement = agreement_in_detail(workspace, ADMIN, "caves")
    assert (agreement["shared"], agreement["percent"]) == (2, 0)
    assert agreement["confusion"] == {
        "labels": [0, 1],
        "everyone": [[0, 2], [0, 0]],
        "annotators": {"Linh": [[0, 0], [2, 0]], "Mai": [[0, 2], [0, 0]]},
    }
    annotate(workspace, MAI, ids[0], 1, "again")
    assert agreement_in_detail(workspace, ADMIN, "caves")["percent"] == 0.5


def test_labels_are_taken_back_from_a_moment_on_and_given_back(workspace, labelled):
    ids, moment = labelled
    before, voted = rows(workspace), votes(workspace)
    assert labels_since(workspace, ADMIN, "caves", "Mai", moment) == {"labels": 2, "skips": 0}
    done = revert_labels(workspace, ADMIN, "caves", "Mai", moment)
    assert done["pairs"] == 2
    after = dict(before)
    after[ids[0], "Mai"] = 1.0  # as it was at that moment
    del after[ids[4], "Mai"]
    assert rows(workspace) == after
    assert votes(workspace)[:5] == [2, 2, 1, 0, 0]
    last = history(workspace, ADMIN, ids[0])[-1]
    assert (last["what"], last["who"]) == ("take back", "Sara")
    assert last["before"] == {"label": 0.0, "annotator": "Mai"}
    assert last["after"] == {"label": 1.0, "annotator": "Mai"}
    assert history(workspace, MAI, ids[0])[-1] == last
    assert reverted_labels(workspace, ADMIN, "caves")[0]["undone"] is False

    assert restore_labels(workspace, ADMIN, done["edit"]) == {"pairs": 2, "newer": 0}
    assert rows(workspace) == before
    assert votes(workspace) == voted
    assert reverted_labels(workspace, ADMIN, "caves")[0]["undone"] is True
    with pytest.raises(Refused, match="already restored"):
        restore_labels(workspace, ADMIN, done["edit"])
    undo(workspace, MAI, ids[0], "u")  # the person's own undo still knows the former label
    assert rows(workspace)[ids[0], "Mai"] == 1.0


def test_a_label_given_anew_is_not_overwritten_by_giving_back(workspace, labelled):
    ids, moment = labelled
    done = revert_labels(workspace, ADMIN, "caves", "Mai", moment)
    time.sleep(0.01)
    annotate(workspace, MAI, ids[4], 0, "anew")
    assert restore_labels(workspace, ADMIN, done["edit"]) == {"pairs": 1, "newer": 1}
    assert rows(workspace)[ids[4], "Mai"] == 0.0


def test_what_cannot_be_taken_back(workspace, labelled):
    _, moment = labelled
    for user, name, since, sentence in (
        (MAI, "Linh", 0, "role admin"), (ADMIN, "Nobody", 0, "nothing"),
        (ADMIN, "Linh", moment, "nothing"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence):
            revert_labels(workspace, user, "caves", name, since)
    with pytest.raises(Refused, match="nothing to restore"):
        restore_labels(workspace, ADMIN, 1)


def test_taking_back_many_labels_is_one_step(workspace):
    ids = seed(workspace, count=1_200)
    with workspace.writing() as connection:
        now = time.time()
        connection.execute(
            annotations.insert(),
            [{"pair_id": pair, "annotator": "Mai", "label": 1.0, "source": "annotate",
              "created_at": now, "updated_at": now} for pair in ids],
        )  # fmt: skip
        connection.execute(pairs.update().values(votes=1))
    done = revert_labels(workspace, ADMIN, "caves", "Mai", 0)
    assert rows(workspace) == {} and set(votes(workspace)) == {0}
    assert restore_labels(workspace, ADMIN, done["edit"])["pairs"] == 1_200
    assert len(rows(workspace)) == 1_200 and set(votes(workspace)) == {1}


def test_history_tells_edits_too(workspace, labelled):
    ids, _ = labelled
    decide(workspace, ADMIN, ids[1], 1, "guideline 2")
    done = edits.set_label(workspace, ADMIN, "caves", ids[:2], 0)
    edits_undo.undo(workspace, ADMIN, done["edit"])
    edits.set_label(workspace, ADMIN, "caves", ids[5:], 0)
    lines = [(line["what"], (line["before"] or {}).get("label"), (line["after"] or {}).get("label"))
            for line in history(workspace, ADMIN, ids[1])]  # fmt: skip
    assert lines == [
        ("came", None, None), ("annotate", None, 0.0), ("annotate", None, 1.0),
        ("decide", None, 1), ("set label", 1, 0), ("undo set label", 0, 1),
    ]  # fmt: skip
    assert [line["who"] for line in history(workspace, LINH, ids[1])][1:] == ["Linh"]


def test_pairs_are_added_by_hand(workspace):
    seed(workspace, count=6, split=lambda number: "dev")
    report = add_pairs(workspace, ADMIN, "caves", " How is cave 0 formed? ", ["New.", "New.", "B"])
    assert (len(report["pairs"]), report["existing"], report["split"]) == (
        2,
        0,
        "dev",
    )  # a near duplicate
    again = add_pairs(workspace, ADMIN, "caves", "How is cave 0 formed?", ["New.", "C"])
    assert (len(again["pairs"]), again["existing"]) == (1, 1)
    offered = {pair["passage"] for pair in next_pairs(workspace, MAI, "caves")["pairs"]}
    assert {"New.", "B", "C"} <= offered
    assert history(workspace, ADMIN, again["pairs"][0])[1]["what"] == "add pair"
    for query, passages, sentence in (
        (" ", ["a"], "query"),
        ("q", [" "], "passage"),
        ("q", [], "no"),
    ):
        with pytest.raises(Refused, match=sentence):
            add_pairs(workspace, ADMIN, "caves", query, passages)
    with pytest.raises(Refused, match="role admin"):
        add_pairs(workspace, MAI, "caves", "q", ["p"])


def test_passages_nobody_judged_are_found_for_a_query(workspace):
    texts = [("glacier caves", "A cave in a glacier."), ("lava caves", "A cave in cold lava."),
             ("tides", "Tides follow the moon.")]  # fmt: skip
    seed(workspace, count=3, texts=texts)
    answer = unjudged_passages(workspace, ADMIN, "caves", "glacier caves cave")
    assert [one["passage"] for one in answer["passages"]] == [
        "A cave in a glacier.", "A cave in cold lava.",
    ]  # fmt: skip
    answer = unjudged_passages(workspace, ADMIN, "caves", "glacier caves")
    assert answer["paired"] == 1 and "A cave in a glacier." not in str(answer["passages"])
    new = add_pairs(workspace, ADMIN, "caves", "glacier caves", ["A cave in cold lava."])
    assert unjudged_passages(workspace, ADMIN, "caves", "glacier caves")["paired"] == 2
    edits.delete_pairs(workspace, ADMIN, "caves", new["pairs"])
    assert unjudged_passages(workspace, ADMIN, "caves", "glacier caves")["paired"] == 1
    with workspace.reading() as connection:
        assert "add pair" in connection.scalars(select(journal.c.what)).all()


def test_a_label_keeps_the_version_of_the_guidelines_that_was_read(workspace):
    first, second, third, *_ = seed(workspace)
    edit_guidelines(workspace, ADMIN, "caves", "Is it short?")
    marks = {mark_of_rules(workspace)}
    edit_guidelines(workspace, ADMIN, "caves", "Is it long?")
    marks.add(mark_of_rules(workspace))
    set_stream(workspace, ADMIN, "caves", overlap=2)
    assert len(marks | {mark_of_rules(workspace)}) == 3
    annotate(workspace, MAI, first, 1, "a", guidelines=1)
    annotate(workspace, MAI, second, 1, "b")
    annotate(workspace, MAI, third, 1, "c", guidelines=99)
    with workspace.reading() as connection:
        query = select(annotations.c.guidelines_version).order_by(annotations.c.pair_id)
        assert list(connection.scalars(query)) == [1, 2, 2]
    versions = guideline_versions(workspace, MAI, "caves")
    assert [(one["version"], one["text"]) for one in versions] == [
        (2, "Is it long?"),
        (1, "Is it short?"),
    ]


def mark_of_rules(workspace):
    rules = stream_of(workspace, MAI, "caves")["rules"]
    assert rules == progress(workspace, MAI, "caves", 0.0)["rules"]
    return rules
