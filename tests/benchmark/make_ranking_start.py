"""Makes assets/ranking_start: python tests/benchmark/make_ranking_start.py TRANSLATIONS XQUAD

The embedded E5 learns as a cross-encoder, on about 46,000 pairs without labels, to rank as its own
cosine does, and then on 23,000 labelled ones which part of a paragraph answers a question; 0.3 of
what these change is kept. It takes an hour and a half on two cores. TRANSLATIONS is a folder with
Debian's Translation-* lists in the languages of `start_texts.DEBIAN` (apt-get update with
Acquire::Languages), XQUAD one with the files of https://github.com/google-deepmind/xquad. The other
texts are read from RERANKER_UI_TEST_DATA. What is kept is the difference that training made, see
`core/bases/ranking_start.py`.

The start in the app was trained in three parts, 12,800 pairs by binary cross-entropy alone, 26,000
as here, and the labels, so the command makes one that is alike, not equal.
"""

import argparse
import math
import os
import random
import sys
import tempfile
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
from tests.benchmark.start_labels import Labelled, answers
from tests.benchmark.start_texts import Source, sources
from tests.benchmark.start_training import MAX_LENGTH, Lesson, label_loss, learned, teacher_loss

NEAR_BY_COSINE, NEAR_BY_WORDS = 0.5, 0.7  # shares of the pairs, cumulated; the rest is by chance
NEAREST = 40  # by cosine; nearer ones are drawn more often
LIST = 8  # pairs of a list
RATE, LABEL_RATE = 1e-4, 6e-5
KEPT = 0.3  # of what the labels change


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


def of_teacher(taught: list[tuple[Pair, float]]) -> Lesson:
    """Pairs with the scores of their teacher."""
    pairs = [pair for pair, _ in taught]
    return Lesson(pairs, [target for _, target in taught], lists_of(pairs, random.Random(2)))


def of_labels(lists: list[Labelled]) -> Lesson:
    """Questions with the parts that answer them and others."""
    lesson = Lesson([], [], [])
    for one in lists:
        begin = len(lesson.pairs)
        lesson.pairs.extend((one.query, passage) for passage in one.passages)
        lesson.targets.extend(one.labels)
        lesson.lists.append(list(range(begin, len(lesson.pairs))))
    return lesson


def keep_share(net: Any, before: dict[str, Any]) -> None:
    """Move the weights from `before` by KEPT of what they moved (WiSE-FT, arXiv 2109.01903).

    With all of it the model ranks worse what is not a question with its answer.
    """
    now = net.state_dict()
    mixed = {name: before[name] + KEPT * (value - before[name]) for name, value in now.items()
             if value.is_floating_point()}  # fmt: skip
    net.load_state_dict(now | mixed)


def main() -> None:
    """Draw the pairs, train, and write what changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("translations", type=Path)
    parser.add_argument("xquad", type=Path)
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
        learned(model, of_teacher(list(pairs.items())[: arguments.most]), teacher_loss, RATE)
        before = {name: value.clone() for name, value in model.model.state_dict().items()}
        lists = answers(arguments.xquad, arguments.data)[: arguments.most]
        learned(model, of_labels(lists), label_loss, LABEL_RATE)
        keep_share(model.model, before)
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
