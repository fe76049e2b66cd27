"""Batches of pairs of similar length, to save time on padding."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

import numpy as np

SORTED_TOGETHER = 50  # batches; more would save little padding and reduce randomness


def length_grouped(lengths: Sequence[int], batch_size: int, seed: int) -> Iterator[list[int]]:
    """Positions 0..n-1 in batches of `batch_size`; the last of them may be smaller.

    Groups of SORTED_TOGETHER batches are drawn at random and sorted by length, and the order of
    the batches is random. The same seed gives the same batches, so a resumed run continues them.
    """
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(lengths))
    width, longest_first = batch_size * SORTED_TOGETHER, -np.asarray(lengths, dtype=np.int64)
    for start in range(0, len(order), width):
        part = order[start : start + width]
        order[start : start + width] = part[np.argsort(longest_first[part], kind="stable")]
    for batch in chance.permutation(-(-len(order) // batch_size)):
        yield order[batch * batch_size : (batch + 1) * batch_size].tolist()


def parts_of(batch: list[int], parts: int, size: int) -> list[list[int]]:
    """A batch in `parts` of `size` rows, which are as long as each other.

    A smaller batch, the last of an epoch, is repeated until it fills them: a part that is missing
    or shorter would leave the other processes waiting. One part is left as it is.
    """
    if parts == 1:
        return [batch]
    filled = list(islice(cycle(batch), parts * size))
    return [filled[start::parts] for start in range(parts)]
