"""What a rerank request may contain, and the sentence about one that is wrong."""

import pytest
from pydantic import ValidationError

from reranker_ui.ui.api.shapes import CohereRequest
from reranker_ui.ui.payload import sentence_of

ASKED = {"query": "what is slate", "documents": ["Slate is a rock."]}


def test_zero_means_all_and_a_number_names_a_run():
    request = CohereRequest.model_validate({**ASKED, "top_n": 0, "model": 1})
    assert (request.top_n, request.model) == (None, "1")
    assert CohereRequest.model_validate({**ASKED, "top_n": 2}).top_n == 2


def test_the_prefix_of_fireworks_is_no_part_of_a_model():
    request = CohereRequest.model_validate({**ASKED, "model": "fireworks/run 1"})
    assert request.model == "run 1"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({**ASKED, "documents": [None]}, "documents.0: input should be a valid string."),
        ({**ASKED, "top_n": -1}, "top_n: input should be greater than or equal to 0."),
        ([1, 2], "The body: it is not an object."),
    ],
)
def test_a_fault_is_named_without_the_words_of_the_library(body, sentence):
    with pytest.raises(ValidationError) as fault:
        CohereRequest.model_validate(body)
    assert sentence_of(fault.value) == sentence
