"""Base models by name, without a network and without torch."""

import json
import socket
import time

import pytest
from huggingface_hub import constants

from reranker_ui.core.bases import embedded
from reranker_ui.core.bases.base_models import resolve_base
from reranker_ui.core.bases.embedded import ENGLISH_NAME
from reranker_ui.core.bases.hub_bases import MMARCO, suggested
from reranker_ui.core.models.hub import reach
from reranker_ui.core.models.hub.reach import hub_is_reachable
from reranker_ui.core.models.model_folder import has_ranking_head, number_of_scores
from reranker_ui.core.values.recipe import DEFAULT_BASE
from reranker_ui.core.values.refused import Refused


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nothing listens there


def model_folder(folder, weights="model.safetensors", **config):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / weights).write_bytes(b"")
    return folder


def test_the_default_base_falls_back_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded.multilingual, "is_installed", lambda: False)
    base = resolve_base(DEFAULT_BASE, tmp_path)
    assert (base.used, base.has_ranking_head) == (ENGLISH_NAME, False)
    assert base.notice is not None and DEFAULT_BASE in base.notice


def test_a_model_with_code_of_its_own_is_refused(tmp_path):
    code = {"auto_map": {"AutoModel": "modeling.Model"}}
    known = model_folder(tmp_path / "known", model_type="bert", **code)
    assert resolve_base(str(known), tmp_path).path == known
    own = model_folder(tmp_path / "own", model_type="new-thing", **code)
    parts = model_folder(tmp_path / "parts", model_type="bert")
    (parts / "modules.json").write_text('[{"type": "modeling.Pooling"}]')
    for folder in (own, parts):
        with pytest.raises(Refused, match="runs code from the Hub, which is not allowed"):
            resolve_base(str(folder), tmp_path)
    (parts / "modules.json").write_text('[{"type": "sentence_transformers.models.Pooling"}]')
    assert resolve_base(str(parts), tmp_path).path == parts


@pytest.mark.parametrize(("english", "name"), [(True, DEFAULT_BASE), (False, MMARCO.name)])
def test_a_base_of_the_hub_is_suggested_by_language_with_its_facts(english, name, monkeypatch):
    monkeypatch.setattr(embedded.multilingual, "is_installed", lambda: True)
    base, why = suggested(english, "quick")
    assert base.name == name
    assert why.startswith("These texts are in English" if english else "MiniLM does not read")
    assert why.count("Apache-2.0") == 3 and why.count("the time") == 4
    assert "embedded-multilingual (MIT, 118 million weights" in why
    monkeypatch.setattr(embedded.multilingual, "is_installed", lambda: False)
    assert "embedded" not in suggested(english, "quick")[1]
    assert ("a larger base" in suggested(english, "quality")[1]) is english


def test_the_embedded_base_needs_no_notice(tmp_path):
    assert resolve_base("embedded", tmp_path).notice is None


@pytest.mark.parametrize("name", ["someone/else", "no such thing", "/no/such/folder"])
def test_another_base_that_cannot_be_had_is_refused(tmp_path, name):
    with pytest.raises(Refused, match=name):
        resolve_base(name, tmp_path)


def test_an_embedded_base_that_was_changed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "ENGLISH_SHA256", "0" * 64)
    with pytest.raises(Refused, match="genuine"):
        resolve_base("embedded-en", tmp_path)


def test_a_folder_is_a_base(tmp_path):
    folder = model_folder(tmp_path / "m", architectures=["BertForSequenceClassification"])
    base = resolve_base(str(folder), tmp_path)
    assert (base.path, base.has_ranking_head, base.notice) == (folder, True, None)


def test_pickled_weights_are_refused(tmp_path):
    folder = model_folder(tmp_path / "m", weights="pytorch_model.bin")
    with pytest.raises(Refused, match="safetensors"):
        resolve_base(str(folder), tmp_path)


def test_a_head_of_three_scores_is_refused(tmp_path):
    labels = {"0": "contradiction", "1": "entailment", "2": "neutral"}
    folder = model_folder(
        tmp_path / "m", architectures=["BertForSequenceClassification"], id2label=labels
    )
    assert number_of_scores(folder) == 3
    with pytest.raises(Refused, match="3 scores"):
        resolve_base(str(folder), tmp_path)


def test_an_encoder_has_no_ranking_head(tmp_path):
    assert not has_ranking_head(model_folder(tmp_path / "m", architectures=["BertModel"]))


def test_a_model_in_the_cache_is_used_without_asking_the_hub(tmp_path, monkeypatch):
    kept = tmp_path / "hub" / "models--someone--else"
    model_folder(kept / "snapshots" / "abc", architectures=["BertForSequenceClassification"])
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    monkeypatch.setattr(
        "reranker_ui.core.bases.base_models.hub_is_reachable", lambda *_: pytest.fail("asked")
    )
    assert resolve_base("someone/else", tmp_path).path == kept / "snapshots" / "abc"


def test_the_answer_of_the_hub_is_remembered_by_other_processes(tmp_path, monkeypatch):
    assert not hub_is_reachable(tmp_path)
    monkeypatch.setattr(reach, "_answers", lambda *_: pytest.fail("asked again"))
    assert not hub_is_reachable(tmp_path)


def test_the_answer_is_forgotten_after_a_minute_and_for_another_endpoint(tmp_path, monkeypatch):
    assert not hub_is_reachable(tmp_path)
    monkeypatch.setattr(reach, "_answers", lambda *_: True)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:10")
    assert hub_is_reachable(tmp_path)
    old = {"endpoint": "http://127.0.0.1:10", "answers": False, "at": time.time() - 61}
    (tmp_path / "hub.json").write_text(json.dumps(old))
    assert hub_is_reachable(tmp_path)


def test_offline_is_believed_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(reach, "_answers", lambda *_: pytest.fail("asked"))
    assert not hub_is_reachable(tmp_path)


def test_a_hub_that_never_answers_is_given_up(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        assert not hub_is_reachable(tmp_path, patience=0.2)
