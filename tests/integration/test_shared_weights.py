"""Weights that processes share: the same scores, from one file that is mapped."""

from pathlib import Path

import pytest

from reranker_ui.core.models.encoder import Encoder
from reranker_ui.core.models.torch_engine import TorchEngine

# Some processors add in another order where the mapped weights begin at another address.
LAST_DIGITS = 1e-6
PAIRS = [("ice", "a cave"), ("ice", "water runs through the ice"), ("sea", "")]


def mapped(folder: Path) -> set[str]:
    """The files in `folder` that this process maps."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {line.split(maxsplit=5)[-1] for line in lines if str(folder) in line}


@pytest.mark.parametrize(("kind", "score"), [(TorchEngine, "logits"), (Encoder, "scores")])
def test_scores_stay_the_same(kind, score, tiny_model, tmp_path):
    plain, shared = kind(tiny_model), kind(tiny_model)
    shared.share_weights(tiny_model, tmp_path)
    (file,) = tmp_path.glob("*/*")
    assert mapped(tmp_path) == {str(file)}
    assert getattr(shared, score)(PAIRS) == pytest.approx(
        getattr(plain, score)(PAIRS), abs=LAST_DIGITS
    )


def test_one_copy_serves_all_and_a_damaged_one_is_replaced(tiny_model, tmp_path):
    plain = TorchEngine(tiny_model)
    expected = pytest.approx(plain.logits(PAIRS), abs=LAST_DIGITS)
    plain.share_weights(tiny_model, tmp_path)
    (file,) = tmp_path.glob("*/*")
    written = file.stat().st_ino
    other = TorchEngine(tiny_model)
    other.share_weights(tiny_model, tmp_path)
    assert file.stat().st_ino == written and other.logits(PAIRS) == expected
    damaged = bytearray(file.read_bytes())
    damaged[-100:] = b"x" * 100
    file.unlink()
    file.write_bytes(damaged)
    third = TorchEngine(tiny_model)
    third.share_weights(tiny_model, tmp_path)
    assert file.read_bytes() != damaged and third.logits(PAIRS) == expected
    assert plain.logits(PAIRS) == expected


def test_without_space_a_model_keeps_its_own(tiny_model, tmp_path, caplog):
    (tmp_path / "file").touch()
    engine = TorchEngine(tiny_model)
    expected = engine.logits(PAIRS)
    engine.share_weights(tiny_model, tmp_path / "file")
    assert engine.logits(PAIRS) == expected
    assert "not shared by processes" in caplog.text
