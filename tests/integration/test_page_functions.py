"""No payload, however wrong, makes a page function fail: it answers or refuses with a sentence.

Its answer has the shape that the page's JavaScript is typed by.
"""

import json
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reranker_ui.services.store.access import User
from reranker_ui.ui import component
from reranker_ui.ui.layout import build_app
from reranker_ui.ui.payload import payload_model
from tests.support.answer_shapes import checked
from tests.support.labelling import seed

# These start a process or ask the network where everything about the payload is right.
STARTING = {
    "act", "begin_hub", "begin_upload", "check_quality", "make_onnx", "push", "push_dataset",
    "read_upload", "score_pairs", "start_run", "store_upload",
}  # fmt: skip
RIGHT = {
    "dataset": "fuzz", "pair": 1, "id": 1, "ids": [1], "pairs": [1], "have": [], "label": 1,
    "order": "unlabelled", "n": 1, "query": "how is cave 0 formed?",
    "passage": "Passage 0 on ice caves.", "passages": ["x"],
    "search": "passage", "split": "dev", "annotator": "a", "since": 0, "midnight": 0, "text": "?",
    "format": "csv", "role": "viewer", "name": "somebody", "models": ["bm25", "bm25"], "edit": 1,
    "model": "bm25", "source": "labelled", "client_id": "c", "pair_id": 1, "grades": [1, 0],
    "scores": [[1.0, 0.5]], "limit": 1, "places": 1, "goal": "f1", "number": 0, "after": 0,
}  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from([2**31, 2**63, 2**70, -1, 1e30, "\ud800", "\0", "9" * 5_000, "../x", "-rf",
                       "a b " * 500, "[" * 300, '"', "∂" * 1_001, ".", "", " "])
)  # fmt: skip
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.fixture
def functions(workspace, monkeypatch):
    """`[(function, endpoint)]` of every server function of the page, over one small dataset."""
    seed(workspace, "fuzz", label=lambda number: float(number % 2))
    found, original = [], component._endpoint

    def noted(function):
        endpoint = original(checked(function))
        found.append((function, endpoint))
        return endpoint

    monkeypatch.setattr(component, "_endpoint", noted)
    build_app(workspace, "password")
    assert len(found) > 80
    return found


def payloads(function):
    """Payloads with some right fields, some wrong ones and some that are missing."""
    names = payload_model(function).model_fields
    fields = {
        name: st.just(RIGHT[name]) | JUNK
        if name in RIGHT and function.__name__ not in STARTING
        else JUNK
        for name in names
    }
    return st.fixed_dictionaries({}, optional=fields) | JUNK


def failing(function, endpoint, request, examples):
    """Payloads among some drawn at random that make `endpoint` fail."""
    failed = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads(function))
    def check(payload):
        if json.loads(endpoint(payload, request).body).get("fault"):
            failed.append(payload)

    check()
    return failed[:1]


@pytest.mark.timeout(240)
@pytest.mark.both_databases
@pytest.mark.parametrize("role", ["annotator", "admin"])
def test_any_payload_is_answered_or_refused(functions, role, database):
    examples = 25 if database == "sqlite" else 5
    request = SimpleNamespace(state=SimpleNamespace(user=User("Fuzz", role)))
    wrong = []
    for function, endpoint in functions:
        for payload in failing(function, endpoint, request, examples):
            wrong.append((function.__name__, payload))
    assert not wrong, "\n".join(f"{name}: {payload!r}"[:300] for name, payload in wrong)


def test_every_parameter_of_a_page_function_is_typed(functions):
    for function, _ in functions:
        for name, field in payload_model(function).model_fields.items():
            assert field.annotation not in (dict, list, object, None), (function.__name__, name)
