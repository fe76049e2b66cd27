"""One pair: its comments, in the Annotate tab and the Data tab, and all about it in the latter."""

from reranker_ui.services.annotating import gold
from reranker_ui.services.datasets import pair_details as details
from reranker_ui.services.datasets import pair_history as events
from reranker_ui.services.labels import comments
from reranker_ui.services.store.access import User
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.ui.component import Function
from reranker_ui.ui.payload import Flag, Id, Ids, Name, Text


def functions(workspace: Workspace) -> list[Function]:
    """What the drawer of a pair asks for."""

    def pair_details(user: User, *, pair: Id) -> details.PairDetails:
        return details.pair_details(workspace, user, pair)

    def pair_history(user: User, *, pair: Id) -> list[events.PairEvent]:
        return events.history(workspace, user, pair)

    def mark_gold(user: User, *, dataset: Name, ids: Ids, gold_pair: Flag) -> gold.GoldMarks:
        return gold.mark_gold(workspace, user, dataset, ids, gold_pair)

    return [pair_details, pair_history, mark_gold, *commenting(workspace)]


def commenting(workspace: Workspace) -> list[Function]:
    """To read and to add comments."""

    def pair_comments(user: User, *, pair: Id) -> list[comments.PairComment]:
        return comments.comments_of(workspace, user, pair)

    def add_comment(user: User, *, pair: Id, text: Text) -> list[comments.PairComment]:
        return comments.add_comment(workspace, user, pair, text)

    return [pair_comments, add_comment]
