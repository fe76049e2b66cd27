"""Only safetensors are loaded: a pickle of weights is refused before anything opens it."""

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
    pickled.with_name("model.safetensors").write_bytes(b"")
    assert folder_at(folder) == folder
