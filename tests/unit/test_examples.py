"""Labelled pairs in the shapes that losses want, and what the data cannot give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.evaluation import shared
from reranker_ui.core.evaluation.baselines import evaluate_tuned, pairs_of
from reranker_ui.core.evaluation.outcome import is_constant, outcome_of
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.training.negatives import expected, with_negatives
from reranker_ui.core.training.phase import phase_spec
from reranker_ui.core.training.rows.candidates import LONGEST, Candidates
from reranker_ui.core.training.rows.examples import examples_of
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.recipe import Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder


def frame(grades, per_query=3):
    return pd.DataFrame(
        {
            "pair_id": n,
            "query_key": f"k{n // per_query}",
            "query": f"q{n // per_query}",
            "passage": f"passage {n}",
            "grade": float(grade),
        }
        for n, grade in enumerate(grades)
    )


def rows(loss, pairs, top=1.0, seed=0):
    return examples_of(loss, pairs, pairs["grade"] / top, seed)


def columns(loss, pairs, top=1.0, seed=0):
    found = rows(loss, pairs, top, seed)
    return {name: list(values) for name, values in found.columns.items()}


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_some_losses_learn_from_the_pairs_themselves(loss):
    assert rows(loss, frame([0, 1])) is None
    spec = phase_spec(Recipe(loss=loss), frame([0, 1]), 1)
    assert list(spec.columns) == ["query", "passage", "label"]


def test_classes_are_whole_grades():
    assert columns("cross_entropy", frame([0, 2, 1]), 2)["label"] == [0, 2, 1]
    with pytest.raises(Refused, match="Choose MSE"):
        rows("cross_entropy", frame([0, 0.5]))


def test_the_lowest_grade_of_the_scale_is_the_first_class():
    stars = Scale("graded", 5, min=1, relevant_from=4)
    pairs = frame([2, 5, 3])  # the lowest grade of the scale, 1, does not occur
    found = examples_of("cross_entropy", pairs, stars.targets(pairs["grade"]), 0, stars)
    assert found.columns["label"] == [1, 4, 2]


@pytest.mark.parametrize("loss", ["lambda", "listnet", "ranknet"])
def test_lists_are_the_candidates_of_queries_that_have_an_order(loss):
    found = rows(loss, frame([0, 1, 0, 1, 1, 1, 0, 2]), 2)
    assert list(found.columns["query"]) == ["q0", "q2"]
    assert list(found.columns["labels"]) == [[0, 0.5, 0], [0, 1]]
    assert found.width == 2.5
    spec = phase_spec(Recipe(loss=loss, batch_size=5, epochs=1), frame([0, 1, 0, 0, 1]), 1)
    assert spec.row_batch == 2 and spec.steps == 1


def test_a_long_list_is_cut_and_every_part_has_its_best():
    found = rows("lambda", frame([1, 1] + [0] * 40, per_query=42))
    assert all(len(part) <= LONGEST and sum(part) == 2 for part in found.columns["labels"])
    passages = [passage for part in found.columns["passages"] for passage in part]
    assert set(passages) == {f"passage {n}" for n in range(42)}
    assert len(passages) - 42 == 2 * (len(found.columns["labels"]) - 1)


def test_triplets_take_a_negative_of_the_same_query_where_there_is_one():
    found = columns("mnrl", frame([1, 0, 0, 1, 1, 1]))
    assert found["query"] == ["q0", "q1", "q1", "q1"]
    assert found["negative"][0] in ("passage 1", "passage 2")
    assert not {"passage 3", "passage 4", "passage 5"} & set(found["negative"][1:])


def test_triplets_sort_the_candidates_of_a_query_once(monkeypatch):
    asked, rows_of = [], Candidates.rows
    monkeypatch.setattr(Candidates, "rows", lambda *of: asked.append(of[1]) or rows_of(*of))
    columns("mnrl", frame([1] * 50 + [0] * 50, per_query=25))
    assert sorted(asked) == [0, 1]


def test_no_triplet_has_what_is_right_as_its_negative():
    pairs = frame([1, 1, 1, 1, 1, 1], per_query=5)  # q1 has one passage, the last
    found = columns("mnrl", pairs)
    right = set(zip(pairs["query"], pairs["passage"], strict=True))
    assert len(found["query"]) == 6
    assert not right & set(zip(found["query"], found["negative"], strict=True))


def test_margins_are_differences_of_labels():
    found = columns("margin_mse", frame([0, 1, 2]), 2)
    triplets = sorted(zip(found["better"], found["worse"], found["label"], strict=True))
    assert triplets == [
        ("passage 1", "passage 0", 0.5),
        ("passage 2", "passage 0", 1.0),
        ("passage 2", "passage 1", 0.5),
    ]


def numbers(texts):
    return " ".join(text.removeprefix("passage ") for text in texts)


def test_a_seed_gives_the_same_rows_in_every_version():
    pairs = frame([0, 1, 2, 0, 0] * 5, per_query=20)
    assert [numbers(texts) for texts in columns("lambda", pairs, 2, 3)["passages"]] == [
        "2 7 12 17 14 19 11 1 15 3 18 13",
        "2 7 12 17 0 5 9 8 16 6 4 10",
        "20 21 22 23 24",
    ]
    found = columns("mnrl", pairs, 2, 3)
    assert numbers(found["positive"]) == "1 2 6 7 11 12 16 17 21 22"
    assert numbers(found["negative"]) == "15 0 14 9 15 19 0 9 23 20"
    found = columns("margin_mse", frame([0, 1, 2, 0, 0, 0, 2, 1], 7), 2, 3)
    assert numbers(found["better"]) == "1 1 1 1 2 2 2 2 6 6 6 6"
    assert numbers(found["worse"]) == "5 4 3 0 4 0 3 1 0 1 5 3"
    assert found["label"] == [0.5] * 4 + [1, 1, 1, 0.5, 1, 0.5, 1, 1]


@pytest.mark.parametrize("loss", ["lambda", "listnet", "ranknet", "margin_mse"])
def test_a_loss_that_needs_an_order_is_refused_where_there_is_none(loss):
    with pytest.raises(Refused, match=r"no query here has two .* Choose binary cross-entropy"):
        rows(loss, frame([0, 1], per_query=1))


def test_in_batch_negatives_need_two_queries():
    with pytest.raises(Refused, match="at least two"):
        rows("mnrl", frame([0, 1]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=60), st.integers(1, 30))
def test_any_labels_give_rows_or_a_sentence(grades, per_query):
    pairs = frame(grades, per_query)
    for loss in ("cross_entropy", "mnrl", "lambda", "margin_mse"):
        try:
            found = rows(loss, pairs, 3)
        except Refused as refused:
            assert "Choose" in str(refused) or "choose" in str(refused)
        else:
            assert found.count > 0 and len({len(column) for column in found.columns.values()}) == 1


# -- hard negatives


def test_negatives_are_near_but_neither_labelled_nor_as_good_as_the_best(tmp_path):
    texts = ["caves of ice", "caves of ice and snow", "ice caves melt", "a song", "a dance", "tea"]
    pairs = frame([1, 0, 0, 0, 0, 0], per_query=1).assign(passage=texts)
    pairs["query"] = ["caves of ice", "a", "b", "c", "d", "e"]
    recipe = Recipe(negatives="bm25", negatives_per_query=2, negatives_random=0)
    found = with_negatives(recipe, pairs, TextVectors(tmp_path))
    added = found.iloc[len(pairs) :]
    assert added["passage"].tolist() == ["caves of ice and snow", "ice caves melt"]
    assert set(added["grade"]) == {0.0} and set(added["query_key"]) == {"k0"}
    assert len(added) == expected(recipe, pairs)
    near = recipe.model_copy(update={"negatives_margin": 0.9})
    again = [with_negatives(near, pairs, TextVectors(tmp_path)) for _ in range(2)]
    assert again[0].equals(again[1])
    assert with_negatives(Recipe(), pairs, TextVectors(tmp_path)) is pairs


def test_a_share_of_the_negatives_is_drawn_by_chance(tmp_path):
    pairs = frame([1] + [0] * 40, per_query=1).assign(query="passage 0")
    recipe = Recipe(negatives="bm25", negatives_per_query=8, negatives_random=1)
    added = with_negatives(recipe, pairs, TextVectors(tmp_path)).iloc[len(pairs) :]
    assert len(set(added["passage"])) == 8 and "passage 0" not in set(added["passage"])


def test_chance_draws_nothing_that_looks_as_right_as_the_best(tmp_path):
    near = [f"the tower is {n} metres tall and of iron" for n in range(5)]
    pairs = frame([1] + [0] * 7, per_query=1).assign(passage=[*near, "cats", "hamlet", "tea"])
    pairs["query"] = ["how tall is the tower of iron", *"abcdefg"]
    recipe = Recipe(negatives="bm25", negatives_per_query=4, negatives_random=1)
    added = with_negatives(recipe, pairs, TextVectors(tmp_path)).iloc[len(pairs) :]
    assert sorted(added["passage"]) == ["cats", "hamlet", "tea"]


class Together:
    """Stands for several processes: notes what it was asked, and computes it from the texts."""

    def __init__(self):
        self.asked = []

    def logits(self, model, max_length, pairs):
        self.asked.append((model.name, len(pairs)))
        return [float(len(passage)) for _, passage in pairs]

    def vectors(self, encoder, texts, kind):
        self.asked.append((kind, len(texts)))
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


def test_many_texts_are_left_to_several_processes(tmp_path, monkeypatch):
    pairs = frame([1] + [0] * 7, per_query=1)
    together = Together()
    recipe = Recipe(negatives="encoder", negatives_per_query=2, negatives_random=1)
    monkeypatch.setattr(shared, "LEAST", 1)
    with_negatives(recipe, pairs, TextVectors(tmp_path, together))
    assert together.asked == [("query", 1), ("document", 8)]
    kept = TextVectors(tmp_path, together)
    kept.keep(pairs_of(pairs))
    assert kept.cosines(pairs_of(pairs)) and together.asked[2:] == [("query", 8), ("document", 8)]
    RunFolder(tmp_path).lineage_file.write_text('{"scale": {"kind": "binary", "max": 1}}')
    tuned = evaluate_tuned(RunFolder(tmp_path), pairs, pairs[:4], pairs[:4], together)
    assert together.asked[4:] == [("model", 12)]
    assert tuned.test_logits[:4] == tuned.dev_logits == [9.0] * 4


# -- what the test split says


def scored(tuned, base):
    pairs = frame([1, 0, 0] * 3)
    return pairs.assign(tuned=tuned, base=base, bm25=base, cosine=base)


def test_the_outcome_counts_wins_and_lists_what_got_worse():
    right, wrong = [3, 2, 1], [1, 2, 3]
    found = outcome_of(scored(right + right + wrong, wrong + right + right))
    assert found["queries"] == 3
    against = found["against"]["base"]
    assert (against["wins"], against["ties"], against["losses"]) == (1, 1, 1)
    assert against["low"] <= against["difference"] == 0 <= against["high"]
    low, high = found["intervals"]["tuned"]
    assert 0 < low < high <= 1
    (worst,) = found["worst"]
    assert worst["query"] == "q2" and worst["passage"] == "passage 8" and worst["grade"] == 0
    assert worst["tuned"] < worst["base"]


def test_a_split_that_cannot_be_scored_has_an_empty_outcome():
    assert outcome_of(scored([1] * 9, [1] * 9).head(0))["queries"] == 0
    assert outcome_of(scored([1] * 9, [1] * 9).assign(grade=1.0))["worst"] == []


def test_a_constant_scorer_is_seen():
    assert is_constant(pd.Series([0.2, 0.20001]))
    assert not is_constant(pd.Series([0.2, 0.3])) and not is_constant(pd.Series([0.2]))
