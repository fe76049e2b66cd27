"""A copy of an encoder without the tokens that a dataset's texts never use."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

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
from reranker_ui.core.values.refused import Refused

WORDS = "embeddings.word_embeddings.weight"


def write_trimmed_encoder(encoder: Path, target: Path, pairs: Sequence[Pair]) -> float:
    """Write the embedded encoder in the folder `encoder` to `target`: see `write_trimmed`.

    Returns the largest difference between a cosine of the copy and of the encoder, on
    COMPARED_PAIRS of the pairs. Refused: cosines that differ by more than CLOSE.
    """
    from safetensors.numpy import load_file, save_file

    from reranker_ui.core.models.encoder import Encoder

    old = shutil.ignore_patterns("written.json", *OLD_TOKENIZER_FILES)
    shutil.copytree(encoder, target, ignore=old)
    spec = json.loads((encoder / "tokenizer.json").read_text())
    token_ids = kept_tokens(encoder / "tokenizer.json", spec, _with_prompts(encoder, pairs))
    tensors = load_file(encoder / "model.safetensors")
    tensors[WORDS] = tensors[WORDS][token_ids]
    save_file(tensors, target / "model.safetensors", {"format": "pt"})
    (target / "tokenizer.json").write_text(json.dumps(smaller(spec, token_ids), ensure_ascii=False))
    config = json.loads((encoder / "config.json").read_text()) | {"vocab_size": len(token_ids)}
    for name in SPECIAL_IDS:
        if config.get(name) is not None:
            config[name] = token_ids.index(config[name])
    (target / "config.json").write_text(json.dumps(config, indent=1))
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


def _with_prompts(encoder: Path, pairs: Sequence[Pair]) -> list[str]:
    # The texts as the encoder reads them: each kind begins with its own prompt.
    file = encoder / "config_sentence_transformers.json"
    prompts = json.loads(file.read_text()).get("prompts") or {}
    query, document = prompts.get("query", ""), prompts.get("document", "")
    return [text for left, right in pairs for text in (query + left, document + right)]
