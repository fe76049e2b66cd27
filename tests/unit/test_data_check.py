"""What is found in the frozen pairs of a run before it starts."""

import pandas as pd
import pytest

from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.values.labels import GRADES
from reranker_ui.core.values.pairs import query_key
from reranker_ui.core.values.recipe import EMBEDDED_ENGLISH, EMBEDDED_MULTILINGUAL
from reranker_ui.services.training.data_check import findings_of

GERMAN = [
    "Höhenverstellbarer Schreibtischstuhl mit Rückenlehne für große Menschen",
    "Wasserdichte Matratzenschonbezüge für Doppelbetten, maschinenwaschbar",
    "Geräuschdämmende Kopfhörer zum Überziehen für Flugreisende",
    "Küchenmaschine mit Rührschüssel und Fleischwolfaufsatz",
]


def frame(rows):
    columns = ["query", "passage", "grade"]
    found = pd.DataFrame(rows, columns=columns)
    return found.assign(query_key=found["query"].map(query_key))


def splits(train, test, dev=()):
    return {"train": frame(train), "dev": frame(dev), "test": frame(test)}


def apart(n=4):
    return splits(
        [(f"train {n}", f"passage {n}", float(n % 2)) for n in range(n)],
        [(f"test {n}", f"other {n}", float(n % 2)) for n in range(n)],
    )


def test_nothing_is_found_where_splits_are_apart():
    assert findings_of(apart(), GRADES, None) == []


def test_a_query_in_two_splits_blocks():
    leaking = splits([("a b", "p", 1.0), ("a b", "q", 0.0)], [("a b", "r", 1.0), ("c", "s", 0.0)])
    found = findings_of(leaking, GRADES, None)
    assert [(one["key"], one["severity"]) for one in found] == [("sides", "blocks")]
    assert found[0]["fact"] == "1 query is in more than one split"


def test_relevant_passages_shared_with_train_are_counted():
    shared = splits(
        [("a", "p", 1.0), ("a", "q", 0.0), ("b", "r", 1.0)],
        [("c", "p", 1.0), ("d", "r", 2.0), ("d", "s", 1.0), ("d", "q", 0.0)],
    )
    (found,) = findings_of(shared, GRADES, None)
    assert found["fact"].startswith("2 of 3 relevant passages of the test split")


@pytest.mark.parametrize(
    ("base", "texts", "keys"),
    [
        (EMBEDDED_ENGLISH, GERMAN, ["language"]),
        (EMBEDDED_MULTILINGUAL, GERMAN, []),
        (EMBEDDED_ENGLISH, ["A waterproof mattress cover for large beds, easy to wash"], []),
    ],
)
def test_a_base_that_does_not_read_the_language_is_said(tmp_path, base, texts, keys):
    rows = [(f"{text} {n}", text, float(n % 2)) for n, text in enumerate(texts * 4)]
    found = findings_of(splits(rows, []), GRADES, resolve_base(base, tmp_path))
    assert [one["key"] for one in found] == keys
