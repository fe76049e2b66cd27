"""Hub datasets become files that the importer reads; an error of the Hub becomes a sentence."""

import json
from types import SimpleNamespace

import pytest

from reranker_ui.core.formats.hub import download
from reranker_ui.core.formats.options import Limits
from reranker_ui.core.values.refused import Refused


@pytest.fixture
def hub(monkeypatch):
    """A Hub that knows ann/pairs (two splits) and ann/beir (corpus, queries, default)."""
    known = {
        "ann/pairs": {"default": {"train": [{"query": "q", "text": "p", "label": 1}],
                                  "test": [{"query": "r", "text": "s", "label": 0}]}},
        "ann/beir": {"corpus": {"corpus": [{"_id": "d", "title": "", "text": "p"}]},
                     "queries": {"queries": [{"_id": "q", "text": "ask"}]},
                     "default": {"test": [{"query-id": "q", "corpus-id": "d", "score": 1}]}},
    }  # fmt: skip

    def load_dataset(name, config=None, streaming=False):
        assert streaming
        return known[name][config or "default"]

    def get_dataset_config_names(name):
        if name not in known:
            raise ConnectionError("Couldn't reach the Hub\nlong story")
        return list(known[name])

    fake = SimpleNamespace(
        load_dataset=load_dataset, get_dataset_config_names=get_dataset_config_names
    )
    monkeypatch.setitem(__import__("sys").modules, "datasets", fake)


def tick(_size: int) -> None:
    pass


def test_every_split_is_brought(hub, tmp_path):
    path = download("hf:ann/pairs", tmp_path, Limits(), tick)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(row["query"], row["split"]) for row in rows] == [("q", "train"), ("r", "test")]


def test_a_retrieval_set_becomes_a_beir_folder(hub, tmp_path):
    folder = download("hf:ann/beir", tmp_path, Limits(), tick)
    assert (folder / "qrels" / "test.tsv").read_text().splitlines()[1] == "q\td\t1"
    assert json.loads((folder / "corpus.jsonl").read_text())["text"] == "p"


@pytest.mark.parametrize(
    "name",
    ["hf:", "hf:a/b/c", "hf:../x/y", "hf:a b", "hf:../x", "hf:x/..", "hf:a/b:.."],
)
def test_what_is_no_id_is_refused(name, hub, tmp_path):
    with pytest.raises(Refused, match="not a dataset id"):
        download(name, tmp_path, Limits(), tick)


def test_a_hub_out_of_reach_is_named(hub, tmp_path):
    with pytest.raises(Refused, match="Couldn't reach the Hub"):
        download("hf:ann/other", tmp_path, Limits(), tick)


def test_a_dataset_too_large_is_refused(hub, tmp_path):
    with pytest.raises(Refused, match="Row 2"):
        download("hf:ann/pairs", tmp_path, Limits(rows=1), tick)
