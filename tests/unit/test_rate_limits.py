"""Rate limits: a token bucket for requests, and the polling interval of many pages."""

import pytest

from reranker_ui.core.values.rate_limits import Bucket, PollInterval


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_bucket_empties_and_fills_again():
    clock = Clock()
    bucket = Bucket(rate=2, burst=3, clock=clock)
    assert [bucket.take("ada") for _ in range(4)] == [0, 0, 0, pytest.approx(0.5)]
    assert bucket.take("lin") == 0
    clock.now += 0.5
    assert bucket.take("ada") == 0 < bucket.take("ada")


def test_a_crowd_has_to_ask_less_often_and_a_few_are_not():
    clock = Clock()
    polling = PollInterval(per_second=5, shortest=2, longest=10, clock=clock)
    assert [polling.seconds_for(page) for page in range(10)] == [2] * 10
    assert [polling.seconds_for(page) for page in range(20)][-1] == 4
    assert [polling.seconds_for(page) for page in range(200)][-1] == 10
    clock.now += 19
    polling.seconds_for("stays")
    clock.now += 2
    assert polling.seconds_for("stays") == 2
