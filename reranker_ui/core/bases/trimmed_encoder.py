"""A copy of an encoder without the tokens that a dataset's texts never use."""

import json
from collections.abc import Sequence
from pathlib import Path

from reranker_ui.core.bases.encoder_files import encoder_files, write_files
from reranker_ui.core.bases.trimmed_vocabulary import (
    CLOSE,
    COMPARED_PAIRS,
    OLD_TOKENIZER_FILES,
    SPECIAL_IDS,
    kept_tokens,
    largest_difference,
    smaller,
)
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.values.json_files import read_object
from reranker_ui.core.values.refused import Refused

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
WORDS = "embeddings.word_embeddings.weight"


def write_trimmed_encoder(encoder: Path, target: Path, pairs: Sequence[Pair]) -> float:
    """Write the encoder in the folder `encoder` to `target`: see `write_trimmed`.

    An encoder whose embeddings or tokenizer are in other files than BERT's is written whole.
    Returns the largest difference between a cosine of the copy and of the encoder, on
    COMPARED_PAIRS of the pairs. Refused: cosines that differ by more than CLOSE.
    """
    from reranker_ui.core.models.encoder import Encoder

    files = encoder_files(encoder)
    if not _can_be_trimmed(encoder):
        write_files(files, target)
        return 0.0
    others = files.keys() - {WEIGHTS, TOKENIZER, *OLD_TOKENIZER_FILES}
    write_files({name: files[name] for name in others}, target)
    _trim(encoder, target, _with_prompts(encoder, pairs))
    compared = pairs[:COMPARED_PAIRS]
    difference = largest_difference(
        Encoder(encoder).scores(compared), Encoder(target).scores(compared)
    )
    if not difference <= CLOSE:
        raise Refused(
            f"The cosines of the trimmed encoder differ by {difference:.4f}. "
            "Export the whole vocabulary."
        )
    return difference


def _can_be_trimmed(encoder: Path) -> bool:
    from safetensors import safe_open

    if not ((encoder / WEIGHTS).is_file() and (encoder / TOKENIZER).is_file()):
        return False
    with safe_open(encoder / WEIGHTS, "pt") as tensors:
        return WORDS in tensors.keys()  # noqa: SIM118 - it is not a mapping


def _trim(encoder: Path, copy: Path, texts: Sequence[str]) -> None:
    # Writes weights and tokenizer without the other tokens to `copy`, which has the other files.
    import torch
    from safetensors.torch import load_file, save_file

    spec = json.loads((encoder / TOKENIZER).read_text())
    token_ids = kept_tokens(encoder / TOKENIZER, spec, texts)
    tensors = load_file(encoder / WEIGHTS)
    tensors[WORDS] = tensors[WORDS][torch.tensor(token_ids)]
    save_file(tensors, copy / WEIGHTS, {"format": "pt"})
    (copy / TOKENIZER).write_text(json.dumps(smaller(spec, token_ids), ensure_ascii=False))
    config = json.loads((copy / "config.json").read_text()) | {"vocab_size": len(token_ids)}
    for name in SPECIAL_IDS:
        if config.get(name) is not None:
            config[name] = token_ids.index(config[name])
    (copy / "config.json").write_text(json.dumps(config, indent=1))


def _with_prompts(encoder: Path, pairs: Sequence[Pair]) -> list[str]:
    # The texts as the encoder reads them: each kind begins with its own prompt.
    settings = read_object(encoder / "config_sentence_transformers.json") or {}
    prompts = settings.get("prompts") or {}
    query, document = prompts.get("query", ""), prompts.get("document", "")
    return [text for left, right in pairs for text in (query + left, document + right)]
