"""Ranking for API clients: selects the model and ranks the passages."""

from collections.abc import Sequence
from dataclasses import dataclass

from reranker_ui.core.evaluation.combining.cascade import TOP
from reranker_ui.core.models.reranker import RankedPassage, ranked
from reranker_ui.core.values.refused import Refused, Unavailable
from reranker_ui.services.ranking.compare import check
from reranker_ui.services.ranking.ranker_choices import choices
from reranker_ui.services.ranking.rankers import Ranker, alone_of, find_ranker
from reranker_ui.services.runs.listing import UnknownRun
from reranker_ui.services.runs.rows import folder_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace

ESTIMATES = (
    "The cross-encoder scored {scored:,} of {rows:,} passages, chosen by cosine and BM25. The"
    " scores of the others are estimates."
)


class NoModel(Refused):
    """The requested model does not exist, or this user may not use it."""


class UnknownModel(NoModel):
    """No model has the name `model`."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(reason)
        self.model = model


class TooLong(Refused):
    """A pair is longer than the model's limit, and the client does not allow truncation."""


@dataclass(frozen=True)
class Served:
    """The ranker used for `query` and its rows, best first: rank, index, score, passage.

    `scored`: how many rows the cross-encoder scored; the scores of the others are estimates.
    """

    ranker: Ranker
    rows: list[RankedPassage]
    query: str
    scored: int

    def estimates(self) -> str | None:
        """A sentence about the estimates; None without any."""
        if self.scored == len(self.rows):
            return None
        return ESTIMATES.format(scored=self.scored, rows=len(self.rows))

    def tokens(self) -> int:
        """Tokens of query and passages that were read; words for rankers without a tokenizer."""
        pairs = [(self.query, row["passage"]) for row in self.rows]
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
    limit: int | None = None,
    whole: bool = False,
    top: int | None = None,
    cascade: bool = False,
) -> Served:
    """Rank for an API client. model: as in `compare.rank`; by default the newest run with a model.

    limit: tokens read of each passage. whole: raise TooLong instead of truncating. top and cascade:
    as in `Ranker.candidate_scores`. Refused as in `compare.check`; NoModel where `find_ranker`
    refuses.
    """
    require(user, "viewer")
    query, passages = check(workspace, query, passages)
    texts = [(query, passage) for passage in passages]
    model = model or default_model(workspace, user)
    try:
        ranker = find_ranker(workspace, user, model, texts)
    except Unavailable:
        raise
    except UnknownRun as refused:
        raise UnknownModel(model, str(refused)) from None
    except Refused as refused:
        raise NoModel(str(refused)) from None
    pairs = [(query, passage) for passage in ranker.truncated(passages, limit)]
    if whole and ranker.model and (cut := sum(ranker.cut(pairs))):
        raise TooLong(
            f"{cut} of {len(pairs)} texts with the query exceed the limit of"
            f" {ranker.model.max_length} tokens of {ranker.title}. Send shorter ones, or set"
            " truncate."
        )
    result = ranker.candidate_scores(pairs, max(top or 0, TOP), cascade)
    scores = result.logits if raw else ranker.shown(result.logits)
    return Served(ranker, ranked(scores, passages), query, result.scored)


def default_model(workspace: Workspace, user: User) -> str:
    """The newest run with a model, otherwise cosine."""
    return str(choices(workspace, user)["b"])


def models_served(workspace: Workspace, user: User) -> list[dict[str, str]]:
    """The available rankers: name (for requests), title, detail.

    A run that combines its cross-encoder with others is followed by that alone.
    """
    served = []
    for ranker in choices(workspace, user)["rankers"]:
        if not ranker["ready"]:
            continue
        names = [(ranker["name"], ranker["title"])]
        if _is_combined(workspace, ranker["name"]):
            names.append(alone_of(*names[0]))
        served += [
            {"name": name, "title": title, "detail": ranker["detail"]} for name, title in names
        ]
    return served


def _is_combined(workspace: Workspace, name: str) -> bool:
    return name.isdecimal() and folder_of(workspace, int(name)).combined_file.is_file()
