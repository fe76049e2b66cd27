"""Candidates for one query: pasted, a dataset's best by BM25 or by meaning, or its own pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict, cast

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.evaluation.metrics import scorable
from reranker_ui.core.values.labels import Scale, ScaleJson
from reranker_ui.core.values.pairs import query_key
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import Split
from reranker_ui.services.labels.datasets import find_dataset, scale_of
from reranker_ui.services.labels.effective_labels import State, pairs_with_labels
from reranker_ui.services.labels.further_columns import FurtherCell, Shown
from reranker_ui.services.labels.labelled_pairs import labelled_pairs
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.ranking.demo import check_shown
from reranker_ui.services.ranking.retrieval import meaning, words
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.database import pairs
from reranker_ui.services.store.workspace import Workspace

Source = Literal["paste", "dataset", "meaning", "labelled"]
FirstStage = Literal["bm25", "meaning"]
Label = float | Literal["disputed"] | None
MOST_FOUND = 1000
_MOST_OF_QUERY = 12_000_000  # characters of passages


class LabelledQuery(TypedDict):
    """A query with how many candidates and relevant ones it has."""

    query_key: str
    query: str
    candidates: int
    positives: int


class CandidatePair(TypedDict):
    """A passage paired with a query. `grade`: its label that counts and that the user may see."""

    pair_id: int
    passage: str
    state: State
    split: Split
    grade: float | None
    further: list[FurtherCell]


@dataclass(frozen=True)
class Candidates:
    """A query with its passages, and parallel to them their labels and pairs if there are any.

    `bm25` scores them with the words of the whole dataset, where they come from one; `further`:
    the further columns shown beside each of them then.
    """

    query: str
    passages: list[str]
    labels: list[Label]
    pair_ids: list[int | None]
    source: Source
    dataset: str | None = None
    scale: ScaleJson | None = None
    bm25: Callable[[], list[float]] | None = None
    further: list[list[FurtherCell]] = field(default_factory=list)

    def grades(self) -> list[float | None]:
        """The effective labels; None for disputed ones."""
        return [None if label == "disputed" else label for label in self.labels]


def chosen(
    workspace: Workspace, user: User, query: str, source: str | None, dataset: str, k: int,
    passages: str,
) -> Candidates:  # fmt: skip
    """The candidates for the Playground's choice of `source`; None: pasted ones."""
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset)
    if source == "labelled":
        return labelled(workspace, user, query, dataset)
    if source == "dataset":
        return by_bm25(workspace, user, query, dataset, k)
    if source == "meaning":
        return by_meaning(workspace, user, query, dataset, k)
    return pasted(workspace, user, query, passages, dataset or None)


def pasted(
    workspace: Workspace, user: User, query: str, text: str, dataset: str | None
) -> Candidates:
    """Pasted passages, separated by blank lines if there are any, otherwise one per line."""
    require(user, "viewer")
    return _with_stored_labels(workspace, user, query, passages_in(text), "paste", dataset)


def by_bm25(workspace: Workspace, user: User, query: str, dataset: str, k: int) -> Candidates:
    """The dataset's best `k` passages by BM25."""
    require(user, "viewer")
    hits = search(workspace, user, "bm25", query, dataset, k)
    if not hits:
        raise Refused(
            f"No passage of {dataset} shares a word with this query. "
            "Try other words, search by meaning, or paste the passages."
        )
    return _with_stored_labels(
        workspace, user, query, [passage for passage, _ in hits], "dataset", dataset
    )


def by_meaning(workspace: Workspace, user: User, query: str, dataset: str, k: int) -> Candidates:
    """The dataset's best `k` passages by meaning. Refused: they are not embedded yet."""
    require(user, "viewer")
    hits = search(workspace, user, "meaning", query, dataset, k)
    return _with_stored_labels(
        workspace, user, query, [passage for passage, _ in hits], "meaning", dataset
    )


def search(
    workspace: Workspace, user: User, stage: FirstStage, query: str, dataset: str, k: int
) -> list[tuple[str, float]]:
    """At most `k` of MOST_FOUND (passage, BM25 or cosine) of the dataset, best first.

    Refused: an empty query, and what `meaning.search` refuses.
    """
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset)
    if not query.strip():
        raise Refused("The query is empty. Write what someone would search for.")
    stages = {"bm25": words.search, "meaning": meaning.search}
    if stage not in stages:
        raise Refused(f"There is no first stage called {stage}. Choose bm25 or meaning.")
    return stages[stage](workspace, user, dataset, query, max(1, min(k, MOST_FOUND)))


def labelled(workspace: Workspace, user: User, query: str, dataset: str) -> Candidates:
    """The passages paired with `query` in the dataset, labelled or not."""
    require(user, "viewer")
    rows = candidates_of_query(workspace, user, dataset, query)
    if not rows:
        raise Refused(
            f"{dataset} has no pair with this query. Choose one of its queries, or use BM25 "
            "candidates."
        )
    return _with_stored_labels(
        workspace, user, query, [row["passage"] for row in rows], "labelled", dataset
    )


def labelled_queries(
    workspace: Workspace, user: User, dataset: str, split: str = "test"
) -> list[LabelledQuery]:
    """Queries of a split with ranking metrics.

    Which queries these are is defined by `core.evaluation.metrics.scorable`. Only labels visible
    to `user` count.
    """
    require(user, "viewer")
    check_shown(workspace, user, dataset=dataset)
    pairs = labelled_pairs(workspace, user, dataset, split)
    scale = Scale.from_json(scale_of(workspace, user, dataset))
    pairs = pairs[scorable(pairs["query_key"], pairs["grade"], scale)]
    pairs = pairs.assign(positive=scale.relevant(pairs["grade"]))
    queries = pairs.groupby("query_key", sort=False).agg(
        query=("query", "first"),
        candidates=("grade", "size"),
        positives=("positive", "sum"),
    )
    rows = queries.reset_index()[["query_key", "query", "candidates", "positives"]]
    return [cast(LabelledQuery, row) for row in rows.to_dict("records")]


def passages_in(text: str) -> list[str]:
    """The passages of a pasted text: parts between blank lines if there are any, else lines."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").strip().split("\n")]
    if "" not in lines:
        return [line for line in lines if line]
    parts = "\n".join(lines).split("\n\n")
    return [" ".join(part.split("\n")).strip() for part in parts if part.strip()]


def _with_stored_labels(
    workspace: Workspace,
    user: User,
    query: str,
    passages: Sequence[str],
    source: Source,
    dataset: str | None,
) -> Candidates:
    passages = list(passages)
    if dataset is None:
        none: list[None] = [None] * len(passages)
        return Candidates(query, passages, [*none], [*none], source)
    rows = {row["passage"]: row for row in candidates_of_query(workspace, user, dataset, query)}
    rows_of_passages = [rows.get(passage) for passage in passages]
    unlabelled_texts = [] if source == "paste" else [text for text in passages if text not in rows]
    further = words.further_of(workspace, user, dataset, unlabelled_texts)
    further |= {passage: row["further"] for passage, row in rows.items()}
    return Candidates(
        query,
        passages,
        [label_of(row) for row in rows_of_passages],
        [row["pair_id"] if row else None for row in rows_of_passages],
        source,
        dataset,
        scale_of(workspace, user, dataset),
        None
        if source == "paste"
        else lambda: words.scores(workspace, user, dataset, query, passages),
        [further.get(passage, []) for passage in passages],
    )


def label_of(row: CandidatePair | None) -> Label:
    """The effective label of a row of `candidates_of_query`."""
    if row is None:
        return None
    grade: float | None = row["grade"]
    return "disputed" if row["state"] == "disputed" else grade


def candidates_of_query(
    workspace: Workspace, user: User, dataset_name: str, query: str
) -> list[CandidatePair]:
    """The passages paired with this query. A label that `user` may not see is "hidden".

    Refused: passages of more than 12,000,000 characters in all.
    """
    require(user, "viewer")
    with workspace.reading() as connection:
        dataset, key = find_dataset(connection, dataset_name), query_key(query.strip())
        of_query = pairs.c.dataset_id == dataset.id, pairs.c.query_key == key
        size = connection.scalar(
            select(sa.func.sum(sa.func.length(pairs.c.passage))).where(*of_query)
        )
        if (size or 0) > _MOST_OF_QUERY:
            raise Refused(
                f"The passages of this query have {size:,} characters; the limit is"
                f" {_MOST_OF_QUERY:,}. Rank some of them: paste them, or choose another query."
            )
        labelled = pairs_with_labels(
            visibility_of(dataset, user),
            *(pairs.c.id, pairs.c.passage, pairs.c.split, pairs.c.extra),
        ).where(pairs.c.query_key == key)
        rows = connection.execute(labelled.order_by(pairs.c.id)).mappings().all()
        columns = Shown(workspace, dataset, user)
    return [
        {"pair_id": row["id"], "passage": row["passage"], "state": row["state"],
         "split": row["split"], "grade": row["effective"], "further": columns.cells(row["extra"])}
        for row in rows
    ]  # fmt: skip
