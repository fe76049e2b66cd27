"""Only safetensors are loaded: a pickle of weights is refused before anything opens it."""

import json

import pytest

from reranker_ui.core.models.loading import folder_at
from reranker_ui.core.values.refused import Refused


@pytest.mark.parametrize("module", ["", "2_Dense"])
def test_a_pickle_without_safetensors_beside_it_is_refused(tmp_path, module):
    folder = tmp_path / "model"
    (folder / module).mkdir(parents=True)
    (folder / "adapter.safetensors").write_bytes(b"")
    pickled = folder / module / "pytorch_model.bin"
    pickled.write_bytes(b"")
    with pytest.raises(Refused, match="Only safetensors are loaded"):
        folder_at(folder)
    pickled.with_name("model_other.safetensors").write_bytes(b"")  # which no module reads
    with pytest.raises(Refused, match="Only safetensors are loaded"):
        folder_at(folder)
    pickled.with_name("model.safetensors").write_bytes(b"")
    assert folder_at(folder) == folder


def test_weights_of_an_adapter_in_a_pickle_are_refused(tmp_path):
    for name in ("model.safetensors", "adapter_model.safetensors", "adapter_model.bin"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(Refused, match=r"adapter_model\.bin"):
        folder_at(tmp_path)


@pytest.mark.parametrize(
    ("shard", "loaded"),
    [("model-1.safetensors", True), ("weights.pt", False), ("../model-1.safetensors", False),
     (7, False)],
)  # fmt: skip
def test_an_index_names_safetensors_of_its_folder_only(tmp_path, shard, loaded):
    index = {"metadata": {}, "weight_map": {"a": "model-1.safetensors", "b": shard}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    (tmp_path / "pytorch_model-1-of-1.bin").write_bytes(b"")
    (tmp_path / "model-1.safetensors").write_bytes(b"")
    if loaded:
        assert folder_at(tmp_path) == tmp_path
    else:
        with pytest.raises(Refused, match="Only safetensors are loaded"):
            folder_at(tmp_path)
