"""A copy of a model without the tokens that a dataset's texts never use.

Of multilingual-e5-small four fifths of the weights are embeddings of tokens, most of them of
languages that a dataset does not have (https://arxiv.org/abs/2305.15020). Tokens of one character
stay, so that new words are read in pieces.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.values.refused import Refused

CLOSE = 1e-4  # difference of two logits that is rounding
MARKS = ("##", "\u2581")  # what WordPiece and Unigram put before a piece
COMPARED_PAIRS = 200  # pairs by which the copy is compared
BATCH = 1000  # texts
SPECIAL_IDS = ("pad_token_id", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id")
OTHER_KIND = (
    "Only vocabularies of WordPiece and Unigram can be trimmed. Export the whole vocabulary."
)
OLD_TOKENIZER_FILES = ("vocab.txt", "sentencepiece.bpe.model", "special_tokens_map.json")


def write_trimmed(model: Path, target: Path, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Write the model in the folder `model` to `target` with the tokens of `pairs` and few more.

    Returns `tokens` and `of` (kept and before), and `difference`: the largest between a logit of
    the copy and of the model, on COMPARED_PAIRS of the pairs. Refused: a vocabulary that is not of
    pieces, or a copy whose logits differ by more than CLOSE.
    """
    from reranker_ui.core.models.torch_engine import TorchEngine

    if not (tokenizer := model / "tokenizer.json").is_file():
        raise Refused(OTHER_KIND)
    spec = json.loads(tokenizer.read_text())
    token_ids = kept_tokens(tokenizer, spec, [text for pair in pairs for text in pair])
    plain = TorchEngine(model)
    expected = plain.logits(pairs[:COMPARED_PAIRS])
    before = _trim_weights(plain.model.model, token_ids)
    plain.model.save_pretrained(str(target), create_model_card=False)
    for name in OLD_TOKENIZER_FILES:
        (target / name).unlink(missing_ok=True)
    (target / "tokenizer.json").write_text(json.dumps(smaller(spec, token_ids), ensure_ascii=False))
    difference = largest_difference(expected, TorchEngine(target).logits(pairs[:COMPARED_PAIRS]))
    if not difference <= CLOSE:
        raise Refused(
            f"The scores of the trimmed copy differ: its logits are off by {difference:.4f}. "
            "Export the whole vocabulary."
        )
    return {"tokens": len(token_ids), "of": before, "difference": difference}


def kept_tokens(tokenizer: Path, spec: Mapping[str, Any], texts: Sequence[str]) -> list[int]:
    """Ids of the tokens that `texts` use, of special ones and of single characters; rising."""
    from tokenizers import Tokenizer

    if spec["model"]["type"] not in ("WordPiece", "Unigram"):
        raise Refused(OTHER_KIND)
    reader = Tokenizer.from_file(str(tokenizer))
    reader.no_padding()
    reader.no_truncation()
    token_ids = {token["id"] for token in spec["added_tokens"]}
    for start in range(0, len(texts), BATCH):
        for encoding in reader.encode_batch(list(texts[start : start + BATCH])):
            token_ids.update(encoding.ids)
    token_ids |= {number for number, piece in enumerate(_pieces(spec)) if len(_bare(piece)) < 2}
    return sorted(token_ids)


def smaller(spec: Mapping[str, Any], token_ids: Sequence[int]) -> dict[str, Any]:
    """The tokenizer.json `spec` with the tokens `token_ids` alone, numbered in their order."""
    place = {old: new for new, old in enumerate(token_ids)}
    model = dict(spec["model"])
    if model["type"] == "Unigram":
        model["vocab"] = [model["vocab"][old] for old in token_ids if old < len(model["vocab"])]
        model["unk_id"] = place[model["unk_id"]]
    else:
        model["vocab"] = {
            piece: place[old] for piece, old in model["vocab"].items() if old in place
        }
    added = [token | {"id": place[token["id"]]} for token in spec["added_tokens"]]
    return {**spec, "model": model, "added_tokens": added, "padding": None, "truncation": None,
            "post_processor": _renumbered(spec["post_processor"], place)}  # fmt: skip


def _pieces(spec: Mapping[str, Any]) -> list[str]:
    vocabulary = spec["model"]["vocab"]
    if isinstance(vocabulary, list):
        return [piece for piece, _ in vocabulary]
    return sorted(vocabulary, key=lambda piece: int(vocabulary[piece]))


def _bare(piece: str) -> str:
    for mark in MARKS:
        piece = piece.removeprefix(mark)
    return piece


def _renumbered(processor: Any, place: Mapping[int, int]) -> Any:
    if not processor or processor["type"] != "TemplateProcessing":
        raise Refused(
            "The special tokens of this tokenizer cannot be renumbered. "
            "Export the whole vocabulary."
        )
    special = {
        name: token | {"ids": [place[old] for old in token["ids"]]}
        for name, token in processor["special_tokens"].items()
    }
    return {**processor, "special_tokens": special}


def _trim_weights(inner: Any, token_ids: Sequence[int]) -> int:
    # Takes the rows of `token_ids` out of the embeddings; returns how many there were.
    import torch

    old, config = inner.get_input_embeddings(), inner.config
    place = {before: new for new, before in enumerate(token_ids)}
    padding = place.get(config.pad_token_id) if config.pad_token_id is not None else None
    fresh = torch.nn.Embedding(len(token_ids), old.embedding_dim, padding_idx=padding)
    fresh.weight.data = old.weight.data[torch.tensor(token_ids)].clone()
    inner.set_input_embeddings(fresh)
    config.vocab_size = len(token_ids)
    for name in SPECIAL_IDS:
        if getattr(config, name, None) is not None:
            setattr(config, name, place.get(getattr(config, name)))
    return int(old.num_embeddings)


def largest_difference(first: Sequence[float], second: Sequence[float]) -> float:
    """The largest difference between two scores of a pair; 0 without pairs."""
    return float(np.abs(np.asarray(first) - np.asarray(second)).max()) if first else 0.0
