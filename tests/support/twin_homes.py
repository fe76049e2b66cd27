"""Two homes that differ only in labels which the annotator Ann may not know."""

import random
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.disputes import decide
from reranker_ui.services.annotating.settings import set_stream
from reranker_ui.services.datasets.edits import set_label
from reranker_ui.services.datasets.quality import check_now
from reranker_ui.services.labels.comments import add_comment
from reranker_ui.services.labels.datasets import find_dataset
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.store.database import (
    annotations,
    gold_pairs,
    imported_labels,
    pairs,
    scores,
)  # fmt: skip
from reranker_ui.services.store.workspace import Workspace, open_workspace
from reranker_ui.settings import Settings
from tests.support.labelling import finished_run, seed

ANN = User("Ann", "annotator")
OTHERS = (User("Bo", "annotator"), User("Cy", "annotator"))
PER_QUERY, QUERIES = 4, 6
SPLITS = ("train", "train", "train", "dev", "test", "test")  # of each query
# How each dataset is labelled: what Ann may know differs.
DATASETS = {
    "blind": {"blind": True},
    "open": {"blind": False},
    "trusted": {"blind": True, "test_annotators": ["Ann", "Bo", "Cy"]},
    "decider": {"blind": True, "adjudicators": ["Ann"]},
}


class Clock:
    """Time that both twins share: it moves when it is asked to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def tick(self) -> None:
        """One second later."""
        self.now += 1.0


class Model:
    """Scores by a hash of the texts: a ranker without torch."""

    size, max_length, engine = 1, 64, None

    def __init__(self, *_given, **_options) -> None:
        """Takes what a model takes and loads nothing."""

    def scores(self, given, raw=False):
        return [zlib.crc32("\n".join(pair).encode()) % 997 / 100 - 5 for pair in given]

    def of_pairs(self, given):
        queries, passages = zip(*given, strict=True)
        return self.vectors(queries, "query"), self.vectors(passages, "document")

    def vectors(self, texts, kind):
        rows = [[zlib.crc32(f"{text} {n}".encode()) for n in range(4)] for text in texts]
        return np.array(rows) / np.linalg.norm(rows, axis=1, keepdims=True)

    def remember(self, texts, kind, rows):
        """Nothing: it embeds anything at once."""

    def cut(self, given):
        return [False] * len(given)

    def truncated(self, passages, _most):
        return list(passages)


@dataclass
class TwinHome:
    """One home. `side` is 0 or 1: labels hidden from Ann are drawn from another chance."""

    workspace: Workspace
    side: int
    chance: int
    ids: dict[str, list[int]] = field(default_factory=dict)

    def label(self, name: str, pair: int, key: str) -> float:
        """A label for a pair; the same in both twins where Ann may know it."""
        side = self.side if self.hidden(name, pair) else 0
        return float(random.Random(f"{self.chance} {side} {name} {pair} {key}").random() < 0.5)

    def hidden(self, name: str, pair: int) -> bool:
        """Whether others' labels of a pair are hidden from Ann."""
        with self.workspace.reading() as connection:
            split = connection.scalar(pairs.select().with_only_columns(pairs.c.split)
                                      .where(pairs.c.id == pair))  # fmt: skip
            return visibility_of(find_dataset(connection, name), ANN).hides(split)

    def others_act(self, name: str, pair: int, what: str) -> None:
        """Someone else labels the pair, decides it, or leaves it out of training."""
        value = self.label(name, pair, what)
        if what == "decide":
            decide(self.workspace, LOCAL, pair, value, f"reason {value}")
        elif what == "set label":
            left_out = self.label(name, pair, "left out")
            set_label(self.workspace, LOCAL, name, [pair], None if left_out else value)
        else:
            user = next(one for one in OTHERS if one.name == what)
            client = f"{name} {pair} {what} {time.time()}"
            annotate(self.workspace, user, pair, value, client, note=f"note {value}")
            add_comment(self.workspace, user, pair, f"it is {value}")


def make_twin(
    home: Path,
    url: str | None,
    side: int,
    chance: int,
    model: Path,
    names: Sequence[str] = tuple(DATASETS),
) -> TwinHome:
    """A home with datasets of DATASETS, labelled in part, a run each, and quality reports."""
    twin = TwinHome(open_workspace(Settings(home=home, database_url=url)), side, chance)
    for name in names:
        _fill(twin, name, DATASETS[name])
        _add_secrets(twin, name)
        _run(twin, name, model)
        check_now(twin.workspace, LOCAL, name)
    return twin


def _fill(twin: TwinHome, name: str, settings: dict) -> None:
    draw, count = random.Random(f"{twin.chance} {name}"), PER_QUERY * QUERIES
    texts = [(f"question {name} {n // PER_QUERY}?", f"answer {n} of {name} {n % 3}")
             for n in range(count)]  # fmt: skip
    twin.ids[name] = ids = seed(
        twin.workspace, name, count, texts=texts, split=lambda n: SPLITS[n // PER_QUERY]
    )
    settings = {"test_annotators": ["Bo", "Cy"], **settings}
    set_stream(twin.workspace, LOCAL, name, overlap=3, **settings)
    with twin.workspace.writing() as connection:
        for pair in ids:
            kind = draw.choice(("none", "one", "one", "two"))
            if kind != "none":
                imported = {"label": twin.label(name, pair, "imported")}
                connection.execute(pairs.update().where(pairs.c.id == pair).values(imported))
            if kind == "two":
                more = {"pair_id": pair, "value": twin.label(name, pair, "second"), "source": "f"}
                connection.execute(imported_labels.insert().values(more))
    for pair in ids:
        for other in OTHERS:
            if draw.random() < 0.4:
                twin.others_act(name, pair, other.name)
        if draw.random() < 0.15:
            twin.others_act(name, pair, draw.choice(("decide", "set label")))


def _add_secrets(twin: TwinHome, name: str) -> None:
    """Gold labels, and a further column that holds labels: neither is shown to annotators."""
    with twin.workspace.writing() as connection:
        for pair in twin.ids[name][::5]:
            known = {"pair_id": pair, "label": twin.label(name, pair, "gold")}
            connection.execute(gold_pairs.insert().values(known))
        for pair in filter(partial(twin.hidden, name), twin.ids[name]):
            extra = {"expert": twin.label(name, pair, "expert"), "sku": f"s{pair}"}
            connection.execute(pairs.update().where(pairs.c.id == pair).values(extra=extra))


def _run(twin: TwinHome, name: str, model: Path) -> None:
    """A finished run, frozen from labels, whose model has scored some pairs."""
    number = finished_run(twin.workspace, model, name)
    folder = RunFolder(twin.workspace.runs / f"{number:05d}")
    with twin.workspace.reading() as connection:
        rows = connection.execute(pairs.select().where(pairs.c.id.in_(twin.ids[name]))).all()
    import pandas as pd

    frame = pd.DataFrame(
        [(row.id, row.query_key, row.query, row.passage, twin.label(name, row.id, "frozen"),
          row.split) for row in rows],
        columns=["pair_id", "query_key", "query", "passage", "grade", "split"],
    )  # fmt: skip
    splits = {split: frame[frame["split"] == split] for split in ("train", "dev", "test")}
    folder.write_inputs(folder_recipe(), splits, {"scale": {"kind": "binary", "max": 1.0}})
    worst = [{"query": rows[-1].query, "passage": rows[-1].passage,
              "grade": twin.label(name, rows[-1].id, "frozen")}]  # fmt: skip
    folder.outcome_file.write_text(
        pd.Series({"intervals": {}, "against": {}, "worst": worst, "queries": 2}).to_json()
    )
    scored = [{"run_id": number, "pair_id": pair, "score": pair % 7 / 7, "distance": 0.1}
              for pair in twin.ids[name][::2]]  # fmt: skip
    with twin.workspace.writing() as connection:
        connection.execute(scores.insert(), scored)


def folder_recipe():
    """The recipe that the runs of a twin were made by."""
    from reranker_ui.core.values.recipe import Recipe

    return Recipe()


def hidden_labels(twin: TwinHome) -> list[tuple]:
    """The annotations by others, to see that two twins do differ."""
    with twin.workspace.reading() as connection:
        query = annotations.select().where(annotations.c.annotator != ANN.name)
        return [(row.pair_id, row.annotator, row.label) for row in connection.execute(query)]
