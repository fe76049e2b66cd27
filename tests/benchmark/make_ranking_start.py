"""Makes assets/ranking_start: python tests/benchmark/make_ranking_start.py TRANSLATIONS [--rank 32]

The embedded E5 learns as a cross-encoder, once over about 47,000 pairs, to rank as its own cosine
does: an hour on two cores. TRANSLATIONS is a folder with Debian's Translation-* lists in the
languages of `start_texts.DEBIAN` (apt-get update with Acquire::Languages). The other texts are read
from RERANKER_UI_TEST_DATA. What is kept is the difference that training made, see
`core/bases/ranking_start.py`.
"""

import argparse
import math
import os
import random
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from reranker_ui.core.bases.multilingual import START, multilingual_folder
from reranker_ui.core.bases.ranking_start import start_of
from reranker_ui.core.evaluation.bm25 import Index
from reranker_ui.core.evaluation.text_vectors import TextVectors
from reranker_ui.core.models.batcher import Pair
from reranker_ui.core.training.fitting import learn, open_model, save_model
from reranker_ui.core.training.phase import Lesson
from reranker_ui.core.training.run_time import Pace
from reranker_ui.core.training.warm_start.soft_targets import standardised
from reranker_ui.core.values.machine import keep_memory, this_machine
from reranker_ui.core.values.run_folder import RunFolder
from tests.benchmark.start_texts import Source, sources

NEAR_BY_COSINE, NEAR_BY_WORDS = 0.5, 0.7  # shares of the pairs, cumulated; the rest is by chance
NEAREST = 40  # by cosine; nearer ones are drawn more often
MAX_LENGTH = 160


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


def lesson_on(pairs: dict[Pair, float]) -> Lesson:
    """The whole training: one epoch."""
    queries, passages = (list(texts) for texts in zip(*pairs, strict=True))
    return Lesson(
        "warm_start", queries, passages, list(pairs.values()), epochs=1, batch_size=32,
        learning_rate=1e-4, warmup=60, weight_decay=0.01, pos_weight=1.0, seed=0,
        train_embeddings=False, dropout=False,
    )  # fmt: skip


def main() -> None:
    """Draw the pairs, train, and write what changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("translations", type=Path)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--data", type=Path, default=os.environ.get("RERANKER_UI_TEST_DATA"))
    parser.add_argument("--most", type=int, help="pairs, to try the command")
    parser.add_argument("--into", type=Path, default=START)
    given = parser.parse_args()
    keep_memory()
    with tempfile.TemporaryDirectory() as home:
        encoder = multilingual_folder(Path(home) / "cache")
        vectors, chance = TextVectors(encoder), random.Random(1)
        pairs: dict[Pair, float] = {}
        for source in sources(given.translations, given.data):
            pairs |= drawn(source, vectors, chance)
        vectors.delete_engine()
        lesson = lesson_on(dict(list(pairs.items())[: given.most]))
        model = open_model(encoder, MAX_LENGTH, lesson.seed)
        folder = RunFolder(Path(home) / "runs" / "00001")
        learn(model, lesson, folder, this_machine("auto"), Pace.of(lesson.learned, 0))
        save_model(model, folder.model, folder.path / "draft")
        write(encoder, folder.model, given.rank, given.into)


def write(encoder: Path, trained: Path, rank: int, into: Path) -> None:
    """Write the start that turns the model in `encoder` into that in `trained`."""
    from safetensors.numpy import load_file, save_file

    into.parent.mkdir(exist_ok=True)
    before, after = (load_file(path / "model.safetensors") for path in (encoder, trained))
    save_file(start_of(before, after, rank), into)


if __name__ == "__main__":
    main()
