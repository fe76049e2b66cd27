"""What an owner shows in a demo, and that a visitor is shown that alone."""

from types import SimpleNamespace

import pytest

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.operating.overview import overview
from reranker_ui.services.ranking import candidates, preload
from reranker_ui.services.ranking.compare import compare
from reranker_ui.services.ranking.demo import demo_of, demo_page, demo_settings, set_demo
from reranker_ui.services.ranking.ranker_choices import choices
from reranker_ui.services.store.access import VISITOR
from tests.support.labelling import ADMIN, finished_run, seed


@pytest.fixture
def demo(workspace, tmp_path):
    """A home with two datasets and a run of each, served as a demo."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    for name in ("caves", "ice"):
        seed(workspace, name, 6)
        finished_run(workspace, model, name)
    workspace.settings = workspace.settings.model_copy(update={"demo": True})
    return workspace


def choose(space, **changes):
    chosen = {"title": "", "text": "", "dataset": "", "run": "", "queries": []}
    set_demo(space, ADMIN, **(chosen | changes))
    space.memory.clear()


def test_a_demo_shows_the_newest_run_until_the_owner_chooses(demo):
    assert (demo_of(demo).run, demo_of(demo).dataset) == ("2", "ice")
    choose(demo, title=" Shop ", run="1", queries=["how is cave 0 formed?", "other", "other"])
    assert (demo_of(demo).run, demo_of(demo).dataset) == ("1", "caves")
    assert demo_settings(demo, ADMIN)["title"] == "Shop"
    assert demo_page(demo, VISITOR)["queries"] == [
        {"query": "how is cave 0 formed?", "labelled": True},
        {"query": "other", "labelled": False},
    ]
    settings = demo.settings.model_copy(update={"demo_run": "2", "demo_title": "From settings"})
    demo.settings = settings
    assert (demo_of(demo).run, demo_of(demo).title) == ("2", "From settings")
    assert preload.first_models(demo) == ["2", "cosine"]


def test_the_first_models_are_loaded_before_they_are_asked_for(demo, monkeypatch):
    def stop(_seconds):
        raise InterruptedError

    loaded = []
    monkeypatch.setattr(preload, "find_ranker", lambda _space, _user, name: loaded.append(name))
    monkeypatch.setattr(preload, "time", SimpleNamespace(sleep=stop))
    with pytest.raises(InterruptedError):
        preload.follow(demo)
    assert loaded == preload.first_models(demo) == ["2", "cosine"]


def test_a_visitor_sees_what_is_chosen_alone(demo):
    choose(demo, run="1")
    named = [one["name"] for one in overview(demo, VISITOR, None)["datasets"]]
    assert named == ["caves"]
    assert len(overview(demo, ADMIN, None)["datasets"]) == 2
    assert [one["name"] for one in choices(demo, VISITOR)["rankers"]] == [
        "base", "bm25", "cosine", "1",
    ]  # fmt: skip
    pasted = candidates.chosen(demo, VISITOR, "ice", "paste", "caves", 5, "ice\ncats")
    assert compare(demo, VISITOR, ["bm25"], pasted)["sides"]
    for refused in (
        lambda: compare(demo, VISITOR, ["2"], pasted),
        lambda: compare(demo, VISITOR, ["some/model"], pasted),
        lambda: candidates.chosen(demo, VISITOR, "ice", "dataset", "ice", 5, ""),
        lambda: candidates.labelled_queries(demo, VISITOR, "ice"),
    ):
        with pytest.raises(Refused, match="demo does not show"):
            refused()


def test_what_is_not_there_is_not_chosen(demo):
    with pytest.raises(Refused, match="no dataset called"):
        choose(demo, dataset="none")
    with pytest.raises(Refused):
        choose(demo, run="99")


def test_nothing_is_loaded_ahead_without_a_run(workspace):
    assert preload.first_models(workspace) == []
    assert demo_page(workspace, VISITOR) is None
