"""Computes only the first token in a cross-encoder's last layer: the head reads no other.

In a BERT encoder with L layers this saves 10/12 of the multiplications of the last layer, 5/36 of
all for L = 6, forward and backward. The head's input is unchanged.
"""

from functools import partial
from typing import Any

# Their heads read the first token: BERT's pooler, and the classification heads of the others.
KINDS = ("Bert", "Electra", "Roberta", "XLMRoberta")
HEADS = {f"{kind}ForSequenceClassification" for kind in KINDS}


def read_first_token(model: Any) -> None:
    """Make the last layer of the CrossEncoder `model` compute only the first token, if supported.

    The weights do not change. Other architectures are left unchanged.
    """
    inner: Any = getattr(model[0], "model", None)
    supported = len(model) == 1 and type(inner).__name__ in HEADS
    if supported and inner.config._attn_implementation == "sdpa" and not inner.config.is_decoder:
        layer = inner.base_model.encoder.layer[-1]
        layer.forward = partial(_first_token, layer)


def _first_token(layer: Any, hidden: Any, attention_mask: Any = None, *_: Any, **__: Any) -> Any:
    # hidden: batch x tokens x width; returns batch x 1 x width.
    from torch.nn.functional import scaled_dot_product_attention

    own, first = layer.attention.self, hidden[:, :1]
    heads = (hidden.shape[0], -1, own.num_attention_heads, own.attention_head_size)
    query, key, value = (
        projected.view(heads).transpose(1, 2)
        for projected in (own.query(first), own.key(hidden), own.value(hidden))
    )
    mask = None if attention_mask is None else attention_mask[:, :, :1]
    dropout = own.dropout.p if own.training else 0.0
    attended = scaled_dot_product_attention(query, key, value, mask, dropout, scale=own.scaling)
    attended = attended.transpose(1, 2).flatten(2)
    return layer.feed_forward_chunk(layer.attention.output(attended, first))
