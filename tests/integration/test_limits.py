"""What one person can write has limits: beyond them one sentence, and nothing is stored."""

import pytest
from sqlalchemy import func, select

from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.annotating import added_pairs, annotations, result_labels, settings
from reranker_ui.services.annotating.annotations import annotate
from reranker_ui.services.annotating.queue import next_pairs
from reranker_ui.services.labels import (
    comments,
    dataset_details,
    further_columns,
    guidelines,
    scale_mapping,
)
from reranker_ui.services.people.accounts import add_user
from reranker_ui.services.people.api_keys import list_keys, make_key
from reranker_ui.services.people.invites import invite
from reranker_ui.services.store import database, people_tables
from reranker_ui.services.store.access import LOCAL
from tests.support.labelling import ADMIN, LINH, MAI, seed

GOOD = "a password for tests"
SCALE = Scale("graded", 3.0)
BEYOND = {
    "comment": (
        lambda space, pair: comments.add_comment(space, MAI, pair, "x" * 2_001),
        "can have 2,000 characters, and this has 2,001",
    ),
    "guidelines": (
        lambda space, _: guidelines.edit_guidelines(space, ADMIN, "caves", "x" * 20_001),
        "can have 20,000 characters, and these have 20,001",
    ),
    "description": (
        lambda space, _: dataset_details.describe(space, ADMIN, "caves", "x" * 1_001),
        "at most 1,000 characters, and this one has 1,001",
    ),
    "name of a dataset": (
        lambda space, _: dataset_details.rename(space, ADMIN, "caves", "x" * 81),
        "has 81 characters",
    ),
    "columns": (
        lambda space, _: further_columns.show_columns(
            space, ADMIN, "caves", [f"column {number}" for number in range(13)]
        ),
        "Up to 12 columns",
    ),
    "overlap": (
        lambda space, _: settings.set_stream(space, ADMIN, "caves", overlap=10),
        "1 to 9 labels, not 10",
    ),
    "no overlap": (
        lambda space, _: settings.set_stream(space, ADMIN, "caves", overlap=0),
        "1 to 9 labels, not 0",
    ),
    "passages of a query": (
        lambda space, _: added_pairs.add_pairs(
            space, ADMIN, "caves", "q", [f"passage {number}" for number in range(101)]
        ),
        "At most 100 passages",
    ),
    "results": (
        lambda space, _: result_labels.send_to_annotate(
            space, LINH, "caves", "q", [f"passage {number}" for number in range(51)]
        ),
        "one to 50 passages at once, not 51",
    ),
    "no results": (
        lambda space, _: result_labels.send_to_annotate(space, LINH, "caves", "q", []),
        "not 0",
    ),
    "client_id": (
        lambda space, pair: annotate(space, MAI, pair, 1, "c" * 65),
        "1 to 64 characters",
    ),
    "places": (lambda space, _: invite(space, ADMIN, places=1_001), "1 to 1,000 people"),
    "days": (lambda space, _: invite(space, ADMIN, days=91), "up to 90 days"),
    "password": (
        lambda space, _: add_user(space, ADMIN, "Zoe", "viewer", "x" * 1_001),
        "at most 1,000 characters",
    ),
    "user name": (
        lambda space, _: add_user(space, ADMIN, "Z" * 41, "viewer", GOOD),
        "1 to 40 letters",
    ),
    "mapped labels": (
        lambda *_: scale_mapping.check_mapped(
            {float(label): 1.0 for label in range(201)},
            {float(label): 1.0 for label in range(201)},
            "caves",
            SCALE,
        ),
        "caves has 201 different labels; at most 200",
    ),
}


def stored(workspace) -> dict[str, int]:
    """How many rows each table has."""
    tables = {**database.metadata.tables, **people_tables.users.metadata.tables}
    with workspace.reading() as connection:
        return {
            name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
            for name, table in tables.items()
        }


@pytest.mark.parametrize("what", BEYOND)
def test_what_is_beyond_a_limit_is_refused(workspace, what):
    pair, *_ = seed(workspace, count=3)
    act, sentence = BEYOND[what]
    before = stored(workspace)
    with pytest.raises(Refused, match=sentence):
        act(workspace, pair)
    assert stored(workspace) == before


def test_a_person_has_at_most_a_hundred_keys_and_others_have_theirs(workspace):
    for user in (MAI, LINH):
        add_user(workspace, LOCAL, user.name, user.role, GOOD)
    for number in range(100):
        make_key(workspace, MAI, f"key {number}")
    with pytest.raises(Refused, match="can have 100 API keys"):
        make_key(workspace, MAI, "one more")
    assert len(list_keys(workspace, MAI)) == 100
    assert make_key(workspace, LINH, "x" * 61)["name"] == "x" * 60


def test_a_pair_has_at_most_two_hundred_comments(workspace):
    pair, other, *_ = seed(workspace, count=3)
    for number in range(200):
        comments.add_comment(workspace, MAI, pair, f"comment {number}")
    with pytest.raises(Refused, match="at most 200 comments"):
        comments.add_comment(workspace, LINH, pair, "one more")
    assert len(comments.add_comment(workspace, LINH, other, "x" * 2_000)) == 1


def test_notes_and_pauses_are_cut_and_few_pairs_are_reserved(workspace):
    pair, *_ = seed(workspace, count=130)
    annotate(workspace, MAI, pair, 1, "a", note="x" * 3_000, seconds=1e9)
    with workspace.reading() as connection:
        row = connection.execute(select(database.annotations)).one()
    assert len(row.note) == 2_000 and row.seconds == annotations._LONGEST_PAUSE
    assert len(next_pairs(workspace, LINH, "caves", n=1_000)["pairs"]) == 100


def test_the_newest_fifty_versions_of_guidelines_are_listed(workspace):
    seed(workspace, count=3)
    for number in range(1, 61):
        guidelines.edit_guidelines(workspace, ADMIN, "caves", f"Version {number}?")
    versions = guidelines.guideline_versions(workspace, MAI, "caves")
    assert [one["version"] for one in versions] == [*range(60, 10, -1)]
