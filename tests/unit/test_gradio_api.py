"""The import of Gradio, and its endpoints for clients, which name a wrong type in a sentence."""

import subprocess
import sys

import gradio as gr
import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.ui.api.gradio_api import _announced


@_announced
def rank(model: str, passages: list[str], request: gr.Request) -> int:
    if model == "refused":
        raise Refused("This is refused.")
    return len(passages)


@pytest.mark.parametrize(
    ("model", "passages", "sentence"),
    [
        (None, [], "model: input should be a valid string"),
        ("bm25", "a", "passages: input should be a valid list"),
        ("bm25", [1], "passages.0: input should be a valid string"),
        ("refused", [], "This is refused."),
    ],
)
def test_a_wrong_type_is_a_sentence(model, passages, sentence):
    with pytest.raises(gr.Error, match=sentence):
        rank(model, passages, gr.Request())


def test_right_types_are_passed_on():
    assert rank("bm25", ["a", "b"], gr.Request()) == 2


def test_the_import_writes_no_type_stubs():
    script = (
        "import sys\n"
        "opened = []\n"
        "note = lambda event, values: event == 'open' and opened.append(str(values[0]))\n"
        "sys.addaudithook(note)\n"
        "import inspect, reranker_ui.ui, gradio\n"
        "assert inspect.getfile(gradio.HTML).endswith('html.py')\n"
        "print(len(opened), [path for path in opened if path.endswith('.pyi')])\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    count, _, stubs = answer.stdout.strip().partition(" ")
    assert (int(count) > 100, stubs) == (True, "[]"), answer.stderr
