"""A page of ids that several walks give: in order, and without looking at what one passes over."""

import random

import pytest

from reranker_ui.services.datasets.id_pages import among, find


def found(walks, at=None, down=False, count=5):
    """The ids found and those that were checked, one by one."""
    checked = []

    def check(ids):
        checked.extend(ids)
        return [one for one in ids if all(one in walk for walk in walks)]

    return find(None, [among(ids) for ids in walks], check, at, down, count), checked


def test_walks_that_never_meet_check_next_to_nothing():
    _, checked = found([range(0, 100_000, 2), range(1, 100_000, 2)], count=1_000)
    assert len(checked) < 100  # the last of each step, which the other walk does not reach
    assert found([range(100_000), []]) == ([], [])
    assert found([range(5_000), range(5_000, 9_000)], down=True)[0] == []


@pytest.mark.parametrize("down", [False, True])
def test_a_page_is_the_first_ids_that_all_walks_give(down):
    chance = random.Random(1)
    for _ in range(50):
        walks = [sorted(chance.sample(range(3_000), chance.choice((5, 700, 2_500)))) for _ in "abc"]
        at = chance.choice((None, chance.randrange(3_000)))
        both = sorted(set.intersection(*map(set, walks)), reverse=down)
        later = [one for one in both if at is None or (one < at if down else one > at)]
        assert found(walks, at, down, 20)[0] == later[:20]
