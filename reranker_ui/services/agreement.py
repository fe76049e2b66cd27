"""How far the annotators of a dataset agree."""

from typing import Any

from sqlalchemy import select

from reranker_ui.core.agreement import agreement
from reranker_ui.services.database import annotations, pairs
from reranker_ui.services.datasets import find_dataset
from reranker_ui.services.users import User, require
from reranker_ui.services.workspace import Workspace

_MOST = 100_000  # votes that are looked at, the newest pairs first


def agreement_of(workspace: Workspace, user: User, dataset_name: str) -> dict[str, Any]:
    """Agreement on the dataset's pairs that several people labelled; see core.agreement."""
    require(user, "annotator")
    with workspace.reading() as connection:
        dataset = find_dataset(connection, dataset_name)
        query = (
            select(annotations.c.pair_id, annotations.c.annotator, annotations.c.label)
            .join(pairs, pairs.c.id == annotations.c.pair_id)
            .where(
                pairs.c.dataset_id == dataset.id,
                pairs.c.retired_at.is_(None),
                pairs.c.votes >= 2,
                annotations.c.label.is_not(None),
            )
            .order_by(pairs.c.id.desc())
        )
        votes = [(pair, who, label) for pair, who, label in connection.execute(query.limit(_MOST))]
    return agreement(votes, dataset.scale)
