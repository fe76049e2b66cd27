"""A run that is resumed executes nothing that lies in its checkpoints."""

import json
import os
import pickle

import pytest

from reranker_ui.core.values.refused import Refused
from tests.integration.test_worker import frozen, seen, train_until


class Hostile:
    """Makes a folder when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def lost(home, tiny_model, monkeypatch):
    """A run that died after its checkpoints 12 and 16."""
    folder = frozen(home, 1, tiny_model, queries=10, epochs=4, eval_every=4)
    train_until(monkeypatch, 20, folder)
    assert folder.last_checkpoint().name == "checkpoint-16"
    return folder


@pytest.mark.parametrize("damage", ["half", "pickle"])
def test_a_damaged_checkpoint_is_passed_over(lost, tmp_path, damage):
    from reranker_ui.core.training.run import train

    file, mark = lost.last_checkpoint() / "optimizer.pt", tmp_path / "ran"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if damage == "half" else pickle.dumps(Hostile(mark)))
    (lost.last_checkpoint() / "training_args.bin").write_bytes(pickle.dumps(Hostile(mark)))
    assert lost.last_checkpoint().name == "checkpoint-12"
    train(lost, 1)
    assert [log["step"] for log in seen(lost, "log")] == [*range(1, 21), *range(13, 33)]
    assert not mark.exists()


@pytest.mark.parametrize(
    "state", [{}, {"global_step": 10**9}, {"global_step": "x"}, {"log_history": 1}]
)
def test_a_checkpoint_of_another_step_is_passed_over(lost, state):
    file = lost.last_checkpoint() / "trainer_state.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **state} if state else {}))
    assert lost.last_checkpoint().name == "checkpoint-12"


def _other_optimizer(checkpoint):
    import torch

    torch.save({"state": {}, "param_groups": []}, checkpoint / "optimizer.pt")


def _unknown_field(checkpoint):
    file = checkpoint / "trainer_state.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"unknown": 1}))


@pytest.mark.parametrize("damage", [_other_optimizer, _unknown_field])
def test_a_checkpoint_that_cannot_be_loaded_is_named(lost, damage):
    from reranker_ui.core.training.run import train

    checkpoint = lost.last_checkpoint()
    damage(checkpoint)
    with pytest.raises(Refused, match=f"checkpoint-16 cannot be loaded.*{checkpoint} and resume"):
        train(lost, 1)


@pytest.mark.parametrize("name", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
def test_code_in_a_checkpoint_does_not_run(lost, tmp_path, name):
    import torch

    from reranker_ui.core.training.run import train

    mark = tmp_path / "ran"
    torch.save(Hostile(mark), lost.last_checkpoint() / name)
    assert lost.last_checkpoint().name == "checkpoint-16"
    with pytest.raises(Refused, match="checkpoint-16 contains something other than numbers"):
        train(lost, 1)
    assert not mark.exists()
