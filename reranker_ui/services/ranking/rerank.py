"""Ranking for other programs: which model answers, and what it says of each passage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reranker_ui.core.models.reranker import ranked
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.ranking.compare import check
from reranker_ui.services.ranking.rankers import Ranker, choices, find_ranker
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace


class NoModel(Refused):
    """The model asked for is not there, or cannot be had by this person."""


class TooLong(Refused):
    """A pair is longer than the model reads, and the program wants none cut."""


@dataclass(frozen=True)
class Served:
    """The ranker that answered `query` and its rows, best first: rank, index, score, passage."""

    ranker: Ranker
    rows: list[dict[str, Any]]
    query: str

    def tokens(self) -> int:
        """Tokens of query and passages that were read; words where a ranker has no tokens."""
        pairs = [(self.query, str(row["passage"])) for row in self.rows]
        if self.ranker.model is not None:
            return sum(self.ranker.model.tokens(pairs))
        return sum(len(text.split()) for pair in pairs for text in pair)


def serve_ranking(
    workspace: Workspace,
    user: User,
    model: str | None,
    query: str,
    passages: Sequence[str],
    raw: bool = False,
    most: int | None = None,
    whole: bool = False,
) -> Served:
    """Rank for a program. model: as for `rankings.rank`; without one the newest run with a model.

    most: tokens of a passage that a model reads. whole: refuse what it would cut, with TooLong.
    Refused: what `rankings.check` refuses; NoModel, what `find_ranker` refuses.
    """
    require(user, "viewer")
    query, passages = check(workspace, query, passages)
    asked = [(query, passage) for passage in passages]
    try:
        ranker = find_ranker(workspace, user, model or default_model(workspace, user), asked)
    except Unavailable:
        raise
    except Refused as refused:
        raise NoModel(str(refused)) from None
    pairs = [(query, passage) for passage in ranker.begun(passages, most)]
    if whole and ranker.model and (cut := sum(ranker.cut(pairs))):
        raise TooLong(
            f"{cut} of {len(pairs)} texts do not fit with the query into the"
            f" {ranker.model.max_length} tokens that {ranker.title} reads. Send shorter ones, or"
            " let them be cut with truncate."
        )
    return Served(ranker, ranked(ranker.scores(pairs, raw), passages), query)


def default_model(workspace: Workspace, user: User) -> str:
    """The newest run with a model; before there is one, cosine."""
    return str(choices(workspace, user)["b"])


def models_served(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """The rankers that can answer now: name (what to ask for), title, detail."""
    told = choices(workspace, user)["rankers"]
    return [{key: one[key] for key in ("name", "title", "detail")} for one in told if one["ready"]]
