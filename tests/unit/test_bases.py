"""Which models a person may have the server load, and how a base on the Hub is pinned."""

from types import SimpleNamespace
from typing import ClassVar

import pytest

from reranker_ui.core.models.hub import models
from reranker_ui.core.models.hub.models import HUB_ID
from reranker_ui.core.values.recipe import PRESETS
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.runs.allowed_models import check_base, pinned
from reranker_ui.services.store.access import LOCAL, User

PEOPLE = {role: User(role, role) for role in ("viewer", "annotator", "admin")}
SHA = "ce0834f22110de6d9222af7a7a03628121708969"


@pytest.fixture
def space(tmp_path):
    (tmp_path / "runs" / "00001" / "model").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    settings = SimpleNamespace(default_base="org/default")
    return SimpleNamespace(settings=settings, runs=tmp_path / "runs", cache=tmp_path / "cache")


def may(space, user, name):
    try:
        return check_base(space, user, name) == name
    except Refused:
        return False


def test_who_may_name_which_model(space, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org" / "here").mkdir(parents=True)
    run = space.runs / "00001" / "model"
    few = ["viewer", "annotator"]
    expected = {
        "embedded": [*few, "admin", "local"],
        "org/default": [*few, "admin", "local"],
        "org/model": ["admin", "local"],
        str(run): ["admin", "local"],
        str(tmp_path / "elsewhere"): ["local"],
        f"{run}/../../../elsewhere": ["local"],
        "org/here": ["local"],  # a folder below the one we stand in
        "elsewhere": ["local"],
        "../elsewhere": ["local"],
        "runs/00001/model": ["local"],
    }
    (space.runs / "link").symlink_to(tmp_path / "elsewhere")
    expected[str(space.runs / "link")] = ["local"]
    people = {**PEOPLE, "local": LOCAL}
    found = {name: [who for who, user in people.items() if may(space, user, name)]
             for name in expected}  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(
    "name", ["../x", "a/..", "/etc", "a/b/c", "a--b/c", ".hidden/x", "~/x", "a/b\n", "http://x", ""]
)
def test_what_is_no_id_of_the_hub(name):
    assert not HUB_ID.fullmatch(name)


def info_of(**files):
    siblings = [SimpleNamespace(rfilename=name, size=size) for name, size in files.items()]
    return SimpleNamespace(sha=SHA, siblings=siblings)


class Hub:
    """A Hub that knows one model."""

    files: ClassVar = {"model.safetensors": 90_000_000, "config.json": 600}

    def model_info(self, name, **_more):
        return info_of(**self.files)


@pytest.fixture
def hub(monkeypatch):
    import huggingface_hub

    kind = type("OneHub", (Hub,), {})
    monkeypatch.setattr(huggingface_hub, "HfApi", kind)
    monkeypatch.setattr(models, "hub_is_reachable", lambda _cache: True)
    monkeypatch.setattr(models, "cached_model", lambda _name, _revision: None)
    return kind


def test_a_run_keeps_the_commit_of_its_base(space, hub):
    recipe = PRESETS["quick"].model_copy(update={"base": "org/model"})
    assert pinned(space, recipe).revision == SHA
    said = recipe.model_copy(update={"revision": "v1"})
    assert pinned(space, said) is said
    embedded = recipe.model_copy(update={"base": "embedded"})
    assert pinned(space, embedded) is embedded


def test_the_commit_of_the_copy_here_comes_first(space, hub, monkeypatch, tmp_path):
    here = "0" * 40
    monkeypatch.setattr(models, "cached_model", lambda _name, _revision: tmp_path / here)
    recipe = PRESETS["quick"].model_copy(update={"base": "org/model"})
    assert pinned(space, recipe).revision == here


def test_without_the_hub_a_run_is_not_held_up(space, hub, monkeypatch):
    monkeypatch.setattr(models, "hub_is_reachable", lambda _cache: False)
    recipe = PRESETS["quick"].model_copy(update={"base": "org/model"})
    assert pinned(space, recipe) is recipe


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"pytorch_model.bin": 9}, "no safetensors"),
        ({"model.safetensors": 10**12}, "the limit is"),
    ],
)
def test_pickles_and_giants_are_refused_before_they_are_brought(hub, files, said):
    hub.files = files
    with pytest.raises(Refused, match=said):
        models.check_model("org/model", None)
