"""A last layer that computes only the first token: the same scores, the same gradients."""

import pytest
import torch
from sentence_transformers import CrossEncoder
from torch.nn import Identity
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

from reranker_ui.core.models.encoder import embedded_encoder
from reranker_ui.core.models.first_token import read_first_token

PAIRS = [("how are caves formed?", "Water carves them. " * count) for count in (1, 3, 9, 30)]
SMALL = {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
         "intermediate_size": 96, "max_position_embeddings": 300, "num_labels": 1}  # fmt: skip


@pytest.fixture
def folder_of(tmp_path):
    """A folder with a small model of an architecture, its weights at random."""

    def make(kind, **more):
        tokenizer = AutoTokenizer.from_pretrained(embedded_encoder())
        values = SMALL | {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
        config = AutoConfig.for_model(kind, **values | more)
        torch.manual_seed(7)
        AutoModelForSequenceClassification.from_config(config).save_pretrained(tmp_path)
        tokenizer.save_pretrained(tmp_path)
        return tmp_path

    return make


def outputs_of(model):
    """Logits of PAIRS in evaluation, and the gradients of their sum without dropout."""
    logits = model.predict(PAIRS, activation_fn=Identity(), convert_to_tensor=True)
    queries, passages = zip(*PAIRS, strict=True)
    read = model.tokenizer(
        list(queries), list(passages), padding=True, truncation=True, max_length=256,
        return_tensors="pt",
    )  # fmt: skip
    model.zero_grad()
    model(dict(read))["scores"].sum().backward()
    return logits, {name: weight.grad for name, weight in model.named_parameters()}


@pytest.mark.parametrize("kind", ["bert", "electra", "roberta", "xlm-roberta"])
def test_scores_and_gradients_are_the_same(folder_of, kind):
    folder = folder_of(kind, embedding_size=48) if kind == "electra" else folder_of(kind)
    model = CrossEncoder(str(folder), max_length=256).eval()
    whole, gradients = outputs_of(model)
    made = []
    layer = model[0].model.base_model.encoder.layer[-1]
    layer.output.register_forward_hook(lambda _layer, _given, out: made.append(out.shape[1]))
    read_first_token(model)
    first, after = outputs_of(model)
    assert set(made) == {1}
    assert torch.allclose(whole, first, atol=1e-6)
    largest = max(float(one.abs().max()) for one in gradients.values() if one is not None)
    for name, gradient in gradients.items():
        assert (gradient is None) == (after[name] is None), name
        if gradient is not None:
            assert torch.allclose(gradient, after[name], atol=1e-5 * largest), name


def test_another_architecture_is_left_alone(folder_of):
    folder = folder_of("distilbert", dim=48, n_layers=2, n_heads=4, hidden_dim=96)
    model = CrossEncoder(str(folder), max_length=256).eval()
    whole, _ = outputs_of(model)
    read_first_token(model)
    assert torch.equal(whole, outputs_of(model)[0])


def test_what_is_saved_is_the_whole_model(folder_of, tmp_path):
    model = CrossEncoder(str(folder_of("bert")), max_length=256).eval()
    whole, _ = outputs_of(model)
    read_first_token(model)
    model.save_pretrained(str(tmp_path / "saved"), create_model_card=False)
    again = CrossEncoder(str(tmp_path / "saved"), max_length=256).eval()
    assert torch.allclose(whole, outputs_of(again)[0], atol=1e-6)
