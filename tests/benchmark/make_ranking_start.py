"""Makes assets/ranking_start: python tests/benchmark/make_ranking_start.py TRANSLATIONS

The embedded E5 learns as a cross-encoder, on about 46,000 pairs, to rank as its own cosine does: an
hour on two cores. TRANSLATIONS is a folder with Debian's Translation-* lists in the languages of
`start_texts.DEBIAN` (apt-get update with Acquire::Languages). The other texts are read from
RERANKER_UI_TEST_DATA. What is kept is the difference that training made, see
`core/bases/ranking_start.py`. Nothing here sees a label.

The start in the app was trained in two parts, 12,800 pairs by the first loss alone and 26,000 by
both, so the command makes one that is alike, not equal.
"""

import argparse
import math
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from reranker_ui.core.bases.multilingual import START, multilingual_folder
from reranker_ui.core.bases.ranking_start import start_of
from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.fitting import open_model, save_model
from reranker_ui.core.training.warm_start.soft_targets import standardised
from reranker_ui.core.values.machine import keep_memory
from tests.benchmark.start_texts import Source, sources

NEAR_BY_COSINE, NEAR_BY_WORDS = 0.5, 0.7  # shares of the pairs, cumulated; the rest is by chance
NEAREST = 40  # by cosine; nearer ones are drawn more often
MAX_LENGTH = 160
LIST, BATCH, SHARPNESS = 8, 30, 2.0
RATE, WARMUP, FROZEN = 1e-4, 60, 4


def drawn(source: Source, encoder: TextVectors, chance: random.Random) -> dict[Pair, float]:
    """The pairs of a source with their targets: own passages, neighbours, and pairs by chance."""
    passages = list(dict.fromkeys([*source.passages, *(passage for _, passage in source.own)]))
    queries, answers = list(dict.fromkeys(query for query, _ in source.own)), dict(source.own)
    cosines = encoder.vectors(queries, "query") @ encoder.vectors(passages, "document").T
    nearest, index = np.argsort(-cosines, axis=1), Index.build(passages)
    taken = {(place, passages.index(answers[query])) for place, query in enumerate(queries)}
    for number in range(source.pairs - len(queries)):
        place, way = number % len(queries), chance.random()
        found = chance.randrange(len(passages))
        if way < NEAR_BY_COSINE:
            rank = int(math.exp(chance.random() * math.log(NEAREST))) - 1
            found = int(nearest[place][min(rank, len(passages) - 1)])
        elif way < NEAR_BY_WORDS and (hits := index.search(queries[place], 12)):
            found = chance.choice(hits)[0]
        taken.add((place, found))
    pairs = sorted(taken)
    targets = standardised([float(cosines[pair]) for pair in pairs])
    return {
        (queries[q], passages[p]): target for (q, p), target in zip(pairs, targets, strict=True)
    }


def lists_of(pairs: list[Pair], chance: random.Random) -> list[list[int]]:
    """The places of the pairs, in lists of about LIST with one query."""
    by_query: dict[str, list[int]] = {}
    for place, (query, _) in enumerate(pairs):
        by_query.setdefault(query, []).append(place)
    found = []
    for places in by_query.values():
        chance.shuffle(places)
        parts = max(1, round(len(places) / LIST))
        found += [places[part::parts] for part in range(parts)]
    chance.shuffle(found)
    return found


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


def loss_of(logits: Any, targets: Any, sizes: list[int]) -> Any:
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


def learned(model: Any, taught: dict[Pair, float]) -> None:
    """Train `model` on all pairs once; embeddings and the first FROZEN layers stay as they are."""
    import torch

    net, pairs, targets = model.model, list(taught), torch.tensor(list(taught.values()))
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for part in (net.base_model.embeddings, *net.base_model.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    moving = [one for one in net.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(moving, lr=RATE, weight_decay=0.01, fused=True)
    read = partial(model.tokenizer, truncation=True, max_length=MAX_LENGTH)
    lengths = [len(ids) for ids in read(*map(list, zip(*pairs, strict=True)))["input_ids"]]
    steps = list(batches(lists_of(pairs, random.Random(2)), lengths))
    random.Random(3).shuffle(steps)
    net.train()
    for number, lists in enumerate(steps):
        rise, fall = (number + 1) / WARMUP, 2 * (1 - number / len(steps))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, rise, fall)
        places = [place for one in lists for place in one]
        queries, passages = zip(*(pairs[place] for place in places), strict=True)
        inputs = read(list(queries), list(passages), padding=True, return_tensors="pt")
        inputs.pop("token_type_ids", None)
        loss = loss_of(net(**inputs).logits.view(-1), targets[places], list(map(len, lists)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if number % 50 == 0:
            print(f"step {number:,} of {len(steps):,}: loss {loss.item():.3f}", flush=True)


def main() -> None:
    """Draw the pairs, train, and write what changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("translations", type=Path)
    parser.add_argument("--data", type=Path, default=os.environ.get("RERANKER_UI_TEST_DATA"))
    parser.add_argument("--most", type=int, help="pairs, to try the command")
    parser.add_argument("--into", type=Path, default=START)
    arguments = parser.parse_args()
    keep_memory()
    with tempfile.TemporaryDirectory() as home:
        encoder = multilingual_folder(Path(home) / "cache")
        vectors, chance = TextVectors(encoder), random.Random(1)
        pairs: dict[Pair, float] = {}
        for source in sources(arguments.translations, arguments.data):
            pairs |= drawn(source, vectors, chance)
        vectors.delete_engine()
        model, trained = open_model(encoder, MAX_LENGTH, 0), Path(home) / "trained"
        learned(model, dict(list(pairs.items())[: arguments.most]))
        save_model(model, trained, Path(home) / "draft")
        write(encoder, trained, arguments.into)


def write(encoder: Path, trained: Path, into: Path) -> None:
    """Write the start that turns the model in `encoder` into that in `trained`."""
    from safetensors.numpy import load_file, save_file

    into.parent.mkdir(exist_ok=True)
    before, after = (load_file(path / "model.safetensors") for path in (encoder, trained))
    save_file(start_of(before, after), into)


if __name__ == "__main__":
    main()
