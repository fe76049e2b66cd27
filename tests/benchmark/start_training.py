"""How the ranking start is trained: batches of whole lists, and the losses of its two parts."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from reranker_ui.core.models.batcher import Pair

MAX_LENGTH = 160
BATCH = 30
WARMUP, FROZEN = 60, 4  # steps; layers that stay as they are
SHARPNESS = 2.0


class Lesson(NamedTuple):
    """Pairs with a target from 0 to 1 each, and the places of those of one list."""

    pairs: list[Pair]
    targets: list[float]
    lists: list[list[int]]


def learned(
    model: Any, lesson: Lesson, loss_of: Callable[[Any, Any, list[int]], Any], rate: float
) -> None:
    """Train `model` on all pairs once; embeddings and the first FROZEN layers stay as they are."""
    import torch

    net, targets = model.model, torch.tensor(lesson.targets)
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for part in (net.base_model.embeddings, *net.base_model.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    moving = [one for one in net.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(moving, lr=rate, weight_decay=0.01, fused=True)
    read = partial(model.tokenizer, truncation=True, max_length=MAX_LENGTH)
    lengths = [len(ids) for ids in read(*map(list, zip(*lesson.pairs, strict=True)))["input_ids"]]
    steps = list(batches(lesson.lists, lengths))
    random.Random(3).shuffle(steps)
    net.train()
    for number, lists in enumerate(steps):
        rise, fall = (number + 1) / WARMUP, 2 * (1 - number / len(steps))
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, rise, fall)
        places = [place for one in lists for place in one]
        queries, passages = zip(*(lesson.pairs[place] for place in places), strict=True)
        inputs = read(list(queries), list(passages), padding=True, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        loss = loss_of(net(**inputs).logits.view(-1), targets[places], list(map(len, lists)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if number % 50 == 0:
            print(f"step {number:,} of {len(steps):,}: loss {loss.item():.3f}", flush=True)


def batches(lists: list[list[int]], lengths: list[int]) -> Iterator[list[list[int]]]:
    """Lists of together BATCH pairs or a few more, near each other in length."""
    for begin in range(0, len(lists), 5 * BATCH):
        some = lists[begin : begin + 5 * BATCH]
        some.sort(key=lambda one: max(lengths[place] for place in one))
        batch: list[list[int]] = []
        for one in some:
            batch.append(one)
            if sum(map(len, batch)) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def teacher_loss(logits: Any, targets: Any, sizes: list[int]) -> Any:
    """Binary cross-entropy of each pair, plus the divergence of each list from its teacher's.

    The second alone makes fine differences between the passages of one query count: a list is a
    distribution, softmax(SHARPNESS x logit).
    """
    import torch

    total = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)
    parts = zip(logits.split(sizes), torch.logit(targets, 1e-4).split(sizes), strict=True)
    for own, teacher in parts:
        aim = torch.softmax(SHARPNESS * teacher, 0)
        miss = aim.clamp_min(1e-9).log() - torch.log_softmax(SHARPNESS * own, 0)
        total = total + (aim * miss).sum() / len(sizes)
    return total


def label_loss(logits: Any, targets: Any, sizes: list[int]) -> Any:
    """Binary cross-entropy of each pair, plus that of each list's softmax (ListNet, top one).

    Labels are 0 or 1, and each list has a 1.
    """
    import torch

    total = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets)
    for own, labels in zip(logits.split(sizes), targets.split(sizes), strict=True):
        aim = labels / labels.sum()
        total = total - (aim * torch.log_softmax(own, 0)).sum() / len(sizes)
    return total
