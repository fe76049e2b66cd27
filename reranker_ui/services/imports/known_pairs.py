"""What staged pairs bring to a dataset that has some of them already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select

from reranker_ui.core.values.labels import Scale
from reranker_ui.services.imports.stage import Staged, Vote
from reranker_ui.services.store.database import imported_labels, pairs

Votes = Mapping[int, list[Vote]]


class _StoredPair(NamedTuple):
    """A stored pair: its id, and the imported votes as (annotator, value)."""

    id: int
    imported_votes: set[tuple[str | None, float]]

    def values(self) -> set[float]:
        """The values, from any annotator."""
        return {value for _, value in self.imported_votes}

    def add(self, vote: Vote) -> bool:
        """Whether the vote is new here; it is known from now on."""
        value, _, who = vote
        if (who, value) in self.imported_votes or (who is None and value in self.values()):
            return False
        self.imported_votes.add((who, value))
        return True


@dataclass
class Difference:
    """What a batch adds: new pairs, and votes and decisions on pairs that are there.

    `counts`: added (new pairs), new_labels (pairs that were there and get a label or vote),
    already_there (all pairs that were there); kept, positives and conflicts (labelled pairs among
    what is new).
    """

    new: list[Staged]
    votes: list[tuple[int, Vote]] = field(default_factory=list)  # (pair id, vote)
    settled: list[dict[str, Any]] = field(default_factory=list)  # {"pair": id, "grade"}
    counts: dict[str, int] = field(default_factory=dict)


def difference(
    connection: sa.Connection, dataset_id: int, scale: Scale, batch: Sequence[Staged], votes: Votes
) -> Difference:
    """Compare a batch with the dataset; nothing is written."""
    stored_pairs = _stored_pairs(connection, dataset_id, [pair.pair_key for pair in batch])
    changes = Difference([pair for pair in batch if pair.pair_key not in stored_pairs])
    labelled = [pair for pair in changes.new if pair.label is not None]
    changes.counts = {
        "added": len(changes.new),
        "new_labels": 0,
        "already_there": len(batch) - len(changes.new),
        "kept": len(labelled),
        "positives": sum(is_positive(pair, votes, scale) for pair in labelled),
        "conflicts": sum(pair.conflict for pair in labelled),
    }
    for pair in batch:
        if pair.pair_key in stored_pairs:
            _compare(pair, stored_pairs[pair.pair_key], votes, scale, changes)
    return changes


def is_positive(pair: Staged, votes: Votes, scale: Scale) -> bool:
    """Whether a label of the pair is relevant: the settled one, or any."""
    values = {pair.label} if pair.settled else _values(pair, votes)
    return any(scale.relevant(value) for value in values)


def _compare(
    pair: Staged, stored: _StoredPair, votes: Votes, scale: Scale, changes: Difference
) -> None:
    """Note new votes on a stored pair; a label without an annotator counts as one."""
    before = stored.values()
    if pair.settled and pair.label is not None:
        changes.settled.append({"pair": stored.id, "grade": pair.label})
    new = [vote for vote in votes.get(pair.id, ()) if stored.add(vote)]
    if pair.label is not None and stored.add(anonymous_vote := (pair.label, pair.line, None)):
        new.append(anonymous_vote)
    changes.votes += [(stored.id, vote) for vote in new]
    disputed = not pair.settled and len(before) <= 1 and len(stored.values()) > 1
    for name, counts in (
        ("new_labels", bool(new)),
        ("kept", not before and bool(new)),
        ("positives", not before and is_positive(pair, votes, scale)),
        ("conflicts", disputed),
    ):
        changes.counts[name] += int(counts)


def _stored_pairs(
    connection: sa.Connection, dataset_id: int, keys: Sequence[str]
) -> dict[str, _StoredPair]:
    """The pairs of the dataset with these keys: id, and who gave which imported value."""
    rows = connection.execute(
        select(pairs.c.pair_key, pairs.c.id, pairs.c.label,
               imported_labels.c.annotator, imported_labels.c.value)
        .select_from(pairs.outerjoin(imported_labels))
        .where(pairs.c.dataset_id == dataset_id, pairs.c.pair_key.in_(keys))
    )  # fmt: skip
    stored_pairs: dict[str, _StoredPair] = {}
    for key, pair_id, label, who, value in rows:
        stored = stored_pairs.setdefault(key, _StoredPair(pair_id, set()))
        stored.imported_votes.update(
            vote for vote in ((None, label), (who, value)) if vote[1] is not None
        )
    return stored_pairs


def _values(pair: Staged, votes: Votes) -> set[float]:
    return {value for value, *_ in votes.get(pair.id, ())} | ({pair.label} - {None})  # type: ignore[operator]
