"""The fast engine: the same scores as torch, made once, in the background, or not at all."""

import json
import os
import shutil
import time

import pytest

from reranker_ui.core.models import engine_build
from reranker_ui.core.models.engine import FastEngine, NotFast, agreement, check_agreement, kept_in
from reranker_ui.core.models.engine_build import MOST, check_pairs, make
from reranker_ui.core.models.reranker import Reranker
from reranker_ui.core.models.torch_engine import TorchEngine
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking import engines, rankers
from tests.support.labelling import VIEWER

PAIRS = check_pairs()


@pytest.fixture(autouse=True)
def engines_are_wanted(monkeypatch):
    monkeypatch.setenv("RERANKER_UI_ENGINE", "auto")


@pytest.fixture(scope="module")
def made(tiny_model, tmp_path_factory):
    """The engine of the tiny model, and what was kept of it."""
    folder = tmp_path_factory.mktemp("engines") / "one"
    return folder, make(tiny_model, folder, preferred="fp32")


def test_it_scores_like_torch(tiny_model, made):
    folder, kept = made
    assert "fault" not in kept, kept
    assert kept["agreement"]["spearman"] >= 0.999
    assert sorted(path.name for path in folder.iterdir()) == [
        "kept.json", "model.bin", "model.xml", "tokenizer.json",
    ]  # fmt: skip
    fast, plain = FastEngine(folder), TorchEngine(tiny_model)
    assert fast.logits(PAIRS) == pytest.approx(plain.logits(PAIRS), abs=0.02)
    assert fast.tokens(PAIRS) == plain.tokens(PAIRS)
    for engine in (fast, plain):
        assert engine.truncated(["a cave", "ice cave", ""], 2) == ["a c", "ic", ""]
    assert (fast.max_length, fast.logits([]), fast.tokens([])) == (plain.max_length, [], [])


def test_what_is_cut_is_reported(tiny_model, made):
    for model in (Reranker(tiny_model), Reranker(tiny_model, engine=FastEngine(made[0]))):
        assert model.cut([("ice", "a cave"), ("ice", "a cave " * 200)]) == [False, True]


def test_engines_that_disagree_are_refused():
    plain = [float(number) / 10 for number in range(30)]
    assert check_agreement(plain, plain)["top"] == 10
    assert check_agreement([0.5] * 3, [0.5] * 3)["spearman"] is None
    for other in (
        [value + 1 for value in plain],
        plain[::-1],
        [*plain[:-1], float("nan")],
        [*plain[:19], plain[20] + 1e-6, plain[19], *plain[21:]],
    ):
        with pytest.raises(Refused):
            check_agreement(plain, other, tolerance=0.05)


def test_a_fault_is_kept_and_leaves_nothing_else(tiny_model, tmp_path, monkeypatch):
    def wrong(*_):
        raise Refused("its scores differ")

    monkeypatch.setattr(engine_build, "check_agreement", wrong)
    kept = make(tiny_model, tmp_path / "one")
    assert "its scores differ" in kept["fault"]
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    with pytest.raises(NotFast, match="its scores differ"):
        FastEngine(tmp_path / "one")


def test_an_engine_of_another_processor_is_not_used(made, tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(made[0], folder)
    kept = json.loads((folder / "kept.json").read_text())
    (folder / "kept.json").write_text(json.dumps(kept | {"processor": "another"}))
    assert kept_in(folder) is None
    with pytest.raises(NotFast):
        FastEngine(folder)


@pytest.mark.timeout(600)
def test_made_in_the_background_while_torch_answers(tiny_base, workspace, monkeypatch):
    monkeypatch.setattr(engines._MAKER, "serving", True)
    rankers.MODELS.clear()  # another test may have loaded the same model, not serving
    base = rankers.find_ranker(workspace, VIEWER, "base")
    assert base.engine == "torch"
    before = base.scores(PAIRS)
    deadline = time.monotonic() + 240  # it is made politely, which takes long on a busy machine
    while base.engine == "torch" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert base.engine.startswith("OpenVINO")
    assert base.scores(PAIRS) == pytest.approx(before, abs=0.02)
    # The next process, or a model that had to leave, begins with it: nothing is made again.
    rankers.MODELS.clear()
    again = rankers.find_ranker(workspace, VIEWER, "base")
    assert again.engine == base.engine
    assert len(list((workspace.cache / "engines").glob("*/kept.json"))) == 1


def test_engines_not_used_for_long_are_let_go_and_one_goes_with_its_run(
    tiny_base, workspace, tiny_model, made, monkeypatch
):
    monkeypatch.setattr(engines, "KEPT", 2)
    mine = engines.engine_folder(workspace, tiny_model)
    shutil.copytree(made[0], mine)
    for age, name in enumerate(["new", "old", "older"]):
        (mine.parent / name).mkdir()
        os.utime(mine.parent / name, (1e9 - age, 1e9 - age))
    (mine.parent / ".new-draft").mkdir()
    assert engines.open_engine(workspace, tiny_model)
    assert {one.name for one in mine.parent.iterdir()} == {mine.name, "new", ".new-draft"}
    engines.delete_engine(workspace, tiny_model)
    assert not mine.exists()
    engines.delete_engine(workspace, tiny_model / "nothing there")


def test_a_broken_engine_is_left_for_torch(tiny_base, workspace, tiny_model):
    folder = engines.engine_folder(workspace, tiny_model)
    folder.mkdir(parents=True)
    (folder / "kept.json").write_text("{")
    rankers.MODELS.clear()
    assert rankers.find_ranker(workspace, VIEWER, "base").engine == "torch"


def test_torch_is_what_the_settings_ask_for(tiny_base, workspace, tiny_model, made):
    shutil.copytree(made[0], engines.engine_folder(workspace, tiny_model))
    workspace.settings.engine = "torch"
    rankers.MODELS.clear()
    assert rankers.find_ranker(workspace, VIEWER, "base").engine == "torch"


@pytest.mark.parametrize(("good", "taken"), [(("bf16", "f32"), "bf16"), (("f32",), "f32")])
def test_bf16_is_taken_where_the_processor_has_it_and_it_agrees(
    tiny_model, tmp_path, monkeypatch, good, taken
):
    def check(_plain, _fast, most):
        precision = next(name for name, value in engine_build.MOST.items() if value == most)
        if precision not in good:
            raise Refused(f"{precision} differs")
        return {"pairs": 33}

    monkeypatch.setattr(engine_build, "has_bf16", lambda: True)
    monkeypatch.setattr(engine_build, "check_agreement", check)
    kept = make(tiny_model, tmp_path / "one")
    assert kept["precision"] == FastEngine(tmp_path / "one").precision == taken
    assert kept.get("not_bf16") == (None if taken == "bf16" else "bf16 differs")


@pytest.mark.parametrize(
    ("able", "preferred", "taken"), [(True, "fp32", "f32"), (False, "bf16", "bf16")]
)
def test_the_precision_of_an_engine_can_be_set(
    tiny_model, tmp_path, monkeypatch, able, preferred, taken
):
    monkeypatch.setattr(engine_build, "has_bf16", lambda: able)
    # The scores of random weights are too close to each other for their order to stay in bf16.
    monkeypatch.setattr(engine_build, "check_agreement", lambda *_: {})
    kept = make(tiny_model, tmp_path / "one", preferred=preferred)
    assert kept["precision"] == taken, kept
    fast, plain = FastEngine(tmp_path / "one"), TorchEngine(tiny_model)
    assert agreement(plain.logits(PAIRS), fast.logits(PAIRS))["difference"] <= MOST[taken]


def test_each_precision_that_is_set_has_its_own_engine(workspace, tiny_model):
    folders = set()
    for precision in ("auto", "fp32", "bf16"):
        workspace.settings.precision = precision
        folders.add(engines.engine_folder(workspace, tiny_model))
    assert len(folders) == 3
