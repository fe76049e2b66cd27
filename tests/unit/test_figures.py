"""The chart as plain values: points of events, traces, what a resumed run replaces."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.ui.pages.chart_layout import layout
from reranker_ui.ui.pages.run_chart import compared_traces, points, run_figure


def log(phase, step, loss=0.5):
    event = {"event": "log", "phase": phase, "step": step, "loss": loss}
    return event | {"learning_rate": 1e-4 / step, "grad_norm": None}


def evaluated(when, value, step=0, phase="train", split="dev"):
    metrics = {"ndcg@10": value}
    found = {"event": "evaluated", "when": when, "split": split, "step": step, "phase": phase}
    return found | {"metrics": metrics}


EVENTS = [
    evaluated("bm25", 0.5),
    evaluated("base", 0.4),
    log("warm_start", 10),
    log("warm_start", 20, 0.25),
    log("train", 10, 0.7),
    evaluated("during", 0.6, step=10),
    evaluated("tuned", 0.9, split="test"),
]


def trace(figure, meta):
    return next(one for one in figure.data if one.meta == meta)


def test_steps_of_the_training_come_after_those_of_the_warm_start():
    figures = points(30, EVENTS)
    assert figures["warm"] == [(10, 0.5), (20, 0.25)]
    assert figures["train"] == [(40, 0.7)]
    assert figures["dev"]["ndcg@10"] == [(0, 0.4), (40, 0.6)]
    assert figures["baselines"] == {"bm25": {"ndcg@10": 0.5}, "base": {"ndcg@10": 0.4}}


def test_the_test_split_is_never_drawn():
    assert points(0, [evaluated("during", 0.9, split="test")])["dev"]["ndcg@10"] == []


def test_a_metric_that_could_not_be_scored_is_left_out():
    assert points(0, [evaluated("base", None)]) == points(0, [])


def test_a_resumed_run_replaces_the_steps_it_takes_again():
    figures = points(0, [log("train", 10), log("train", 20), log("train", 10, 0.3)])
    assert figures["train"] == [(10, 0.3)]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(EVENTS)), st.integers(0, 7))
def test_a_curve_read_in_two_deltas_is_the_curve_read_at_once(events, cut):
    # As long as steps rise, which only a resumed run breaks; then the page draws anew.
    rising = [event for event in EVENTS if event in events]
    first, second = points(30, rising[:cut]), points(30, rising[cut:])
    whole = points(30, rising)
    for name in ("warm", "train"):
        assert first[name] + second[name] == whole[name]
    for kind in ("dev", "extra"):
        for name, line in whole[kind].items():
            assert first[kind][name] + second[kind][name] == line
    assert first["baselines"] | second["baselines"] == whole["baselines"]


def test_two_panels_share_one_x_axis():
    figure = run_figure("run 7", 100, 30, points(30, EVENTS))
    assert trace(figure, "train").yaxis == "y"
    assert trace(figure, "dev").yaxis == "y2"
    assert {one.xaxis for one in figure.data} == {None}
    top, below = figure.layout.yaxis.domain, figure.layout.yaxis2.domain
    assert below[1] < top[0]
    assert figure.layout.xaxis.range == (0, 100)


def test_the_learning_rate_has_a_third_panel_that_can_be_left_out():
    figure = run_figure("run 7", 100, 30, points(30, EVENTS), extra="learning_rate")
    assert trace(figure, "extra").y == (1e-5, 5e-6, 1e-5)
    second, third = figure.layout.yaxis2.domain, figure.layout.yaxis3.domain
    assert third[1] < second[0] and figure.layout.xaxis.anchor == "y3"
    without = run_figure("run 7", 100, 30, points(30, EVENTS))
    assert without.layout.height < figure.layout.height and without.layout.yaxis2.domain[0] == 0
    assert points(0, EVENTS)["extra"]["grad_norm"] == []


def test_any_metric_of_dev_can_be_drawn():
    figures = points(0, [{**EVENTS[5], "metrics": {"ndcg@10": 0.6, "map": 0.3}}])
    assert trace(run_figure("run 7", 9, 0, figures, metric="map"), "dev").y == (0.3,)


def test_baselines_are_distinct_without_colour():
    figure = run_figure("run 7", 100, 0, points(0, EVENTS))
    dashes = {trace(figure, name).line.dash for name in ("base", "bm25", "cosine")}
    assert len(dashes) == 3
    assert trace(figure, "bm25").y == (0.5, 0.5)
    assert trace(figure, "cosine").y == (None, None)


def test_the_warm_start_is_a_named_region_of_its_own():
    shaded = run_figure("run 7", 100, 30, points(30, EVENTS)).layout
    assert (shaded.shapes[0].x0, shaded.shapes[0].x1) == (0, 30)
    assert shaded.annotations[0].text == "warm start"
    assert not run_figure("run 7", 100, 0, points(0, [])).layout.shapes


def test_zoom_belongs_to_the_run_and_colours_to_the_page():
    figure = run_figure("run 7", None, 0, points(0, []))
    assert figure.layout.uirevision == "run 7"
    assert figure.layout.xaxis.range == (0, 100)
    assert "#" not in figure.to_json()


def test_compared_runs_have_their_own_colours():
    lines = [compared_traces("run 1", number, points(0, EVENTS)) for number in range(3)]
    assert len({line[0]["line"]["color"] for line in lines}) == 3
    assert [one["meta"] for one in lines[0]] == ["compared-train", "compared-dev"]


def test_no_format_makes_the_ticks_of_the_metric_equal():
    """F35: a fixed format wrote 0.81 at each of five ticks."""
    assert "tickformat" not in layout("run 1", 100)["yaxis2"]


def test_the_metric_has_an_axis_of_its_values_before_the_first_one():
    axis = layout("run 1", 100)["yaxis2"]
    assert -0.1 < axis["minallowed"] < 0 and 1 < axis["maxallowed"] < 1.1


def test_few_steps_have_a_tick_each_and_small_losses_their_power_of_ten():
    assert layout("run", 3)["xaxis"]["dtick"] == 1
    assert "dtick" not in layout("run", 300)["xaxis"]
    assert {axis["exponentformat"] for axis in (layout("run", 3, three=True)[name]
            for name in ("yaxis", "yaxis2", "yaxis3"))} == {"e"}  # fmt: skip
