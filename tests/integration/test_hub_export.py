"""A dataset goes to a Hub that is a fake, private by default, and comes back as it was."""

import json
import sqlite3
from pathlib import Path

import datasets
import httpx
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import RepositoryNotFoundError

from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.history import history
from reranker_ui.services.datasets.hub_export import export_to_hub
from reranker_ui.services.imports.importer import import_file
from reranker_ui.services.imports.read_job import read
from reranker_ui.services.store.access import LOCAL, User

NOT_FOUND = httpx.Response(404, request=httpx.Request("GET", "http://hub/"))
ROWS = [
    {"query": f"q{n}", "passage": f"=p{n}", "label": n % 2, "split": split}
    for n, split in enumerate(("train", "dev", "test", "train"))
]


class Hub:
    """What is on the Hub: {repo: (private, DatasetDict)}."""

    def __init__(self):
        self.sets, self.tokens = {}, []

    def push(self, whole, repo, *, private, token):
        if token == "hf_bad":
            raise PermissionError(f"403 Forbidden: {token} may not write\nlong story")
        self.tokens.append(token)
        self.sets[repo] = (private, whole)

    def info(self, repo):
        if repo not in self.sets:
            raise RepositoryNotFoundError("404", response=NOT_FOUND)
        return type("Info", (), {"private": self.sets[repo][0]})


@pytest.fixture
def hub(monkeypatch):
    there = Hub()
    monkeypatch.setattr(
        datasets.DatasetDict,
        "push_to_hub",
        lambda whole, repo, **said: there.push(whole, repo, **said),
    )
    monkeypatch.setattr(HfApi, "dataset_info", lambda _api, repo: there.info(repo))
    monkeypatch.setattr(datasets, "get_dataset_config_names", lambda _repo: ["default"])
    monkeypatch.setattr(
        datasets, "load_dataset", lambda repo, _config, streaming: there.sets[repo][1]
    )
    return there


@pytest.fixture
def filled(workspace, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    import_file(workspace, LOCAL, path, "d")
    return workspace


def test_private_by_default_and_the_same_when_it_comes_back(filled, hub, tmp_path):
    done = export_to_hub(filled, LOCAL, "d", "hf:ann/set", token="hf_good")
    assert (done["pairs"], done["path"]) == (4, "https://huggingface.co/datasets/ann/set")
    private, whole = hub.sets["ann/set"]
    assert (private, sorted(whole), hub.tokens) == (
        True,
        ["test", "train", "validation"],
        ["hf_good"],
    )
    assert "private dataset on the Hub, ann/set" in history(filled, LOCAL, "d")["lines"][0]["text"]
    folder = tmp_path / "reading"
    folder.mkdir()
    report = read(folder, Path("hf:ann/set"), ReadOptions())["report"]
    assert report["kept"] == 4
    with sqlite3.connect(folder / "stage.db") as stage:
        found = stage.execute("SELECT query, passage, label, split FROM staged ORDER BY query")
        assert found.fetchall() == [tuple(row.values()) for row in ROWS]


def test_what_everybody_reads_is_not_taken_for_private(filled, hub):
    export_to_hub(filled, LOCAL, "d", "ann/open", public=True)
    assert hub.sets["ann/open"][0] is False
    with pytest.raises(Refused, match="exists on the Hub and is public"):
        export_to_hub(filled, LOCAL, "d", "ann/open")


def test_what_goes_wrong_is_a_sentence_without_the_token(filled, hub):
    with pytest.raises(Refused, match="403 Forbidden") as refused:
        export_to_hub(filled, LOCAL, "d", "ann/set", token="hf_bad")
    assert "hf_bad" not in str(refused.value)
    with pytest.raises(Refused, match="not a repository on the Hub"):
        export_to_hub(filled, LOCAL, "d", "set")
    with pytest.raises(Refused):
        export_to_hub(filled, User("eve", "annotator"), "d", "ann/set")
    assert hub.sets == {}
