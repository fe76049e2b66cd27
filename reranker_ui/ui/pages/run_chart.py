"""The live chart as Plotly figures from plain values; colours are CSS variables of the page."""

from typing import Any, TypedDict

import plotly.graph_objects as go

from reranker_ui.core.evaluation.metrics import METRIC_TITLES
from reranker_ui.services.runs.progress import Baseline
from reranker_ui.ui.pages.chart_layout import PANEL, PlotlyTrace, layout, shade

BASELINES: dict[Baseline, tuple[str, str]] = {
    "base": ("base", "7px,5px"),
    "bm25": ("BM25", "1.5px,4px"),
    "cosine": ("cosine", "12px,5px"),
}
COLOURS = {"base": "base", "bm25": "bm25", "cosine": "barc"}
COMPARED = ("base", "disp", "pos")  # tokens of the first, second and third compared run
METRICS = tuple(METRIC_TITLES)
EXTRAS = {"learning_rate": "%{y:.2e}", "grad_norm": "%{y:.3f}", "pairs_per_second": "%{y:.1f}"}


Point = tuple[float, float]


class ChartPoints(TypedDict):
    """Points of the chart; x counts the steps of the whole run, warm start first.

    `warm` and `train`: the loss; `dev`: by metric; `extra`: by name of EXTRAS; `baselines`: by
    metric on dev.
    """

    warm: list[Point]
    train: list[Point]
    dev: dict[str, list[Point]]
    extra: dict[str, list[Point]]
    baselines: dict[Baseline, dict[str, float]]


def points(warm_steps: int, events: list[dict[str, Any]]) -> ChartPoints:
    """What `events` add to the chart."""
    series: ChartPoints = {
        "warm": [],
        "train": [],
        "dev": {metric: [] for metric in METRICS},
        "extra": {name: [] for name in EXTRAS},
        "baselines": {},
    }
    for event in events:
        before = warm_steps if event.get("phase") == "train" else 0
        if event["event"] == "log" and event.get("loss") is not None:
            _logged(series, event, before + event["step"])
        elif event["event"] == "evaluated" and event.get("split") == "dev":
            _evaluated(series, event, before)
    return series


def _logged(series: ChartPoints, event: dict[str, Any], x: float) -> None:
    _append(series["train" if event.get("phase") == "train" else "warm"], x, event["loss"])
    for name in EXTRAS:
        if event.get(name) is not None:
            _append(series["extra"][name], x, event[name])


def _append(line: list[Point], x: float, y: float) -> None:
    # A resumed run takes some steps again: what it had drawn beyond them is removed.
    while line and line[-1][0] >= x:
        line.pop()
    line.append((x, y))


def _evaluated(series: ChartPoints, event: dict[str, Any], before: int) -> None:
    metrics = {name: event["metrics"].get(name) for name in METRICS}
    values = {name: value for name, value in metrics.items() if value is not None}
    when = event["when"]
    if when in BASELINES and values:
        series["baselines"][when] = values
    for name, value in values.items():
        if when == "base":
            _append(series["dev"][name], 0, value)
        elif when == "during":
            _append(series["dev"][name], before + event["step"], value)


def run_figure(
    name: str,
    steps: int | None,
    warm_steps: int,
    series: ChartPoints,
    panel: int = PANEL,
    metric: str = METRICS[0],
    extra: str | None = None,
) -> go.Figure:
    """Panels above each other over one shared x: loss, `metric` on dev, and `extra` if any.

    `series` as `points` returns it; `steps` of the whole run, None while it waits; `panel` the
    height of one panel in pixels. Traces by `meta`: warm, warm-raw, train, train-raw, dev, base,
    bm25, cosine, extra. Smoothed traces start empty: the page smooths.
    """
    end = max(steps or 100, 1)
    figure = go.Figure(layout=layout(name, end, panel, extra is not None))
    _loss(figure, "warm", "warm start", series["warm"])
    _loss(figure, "train", "loss", series["train"])
    for ranker in BASELINES:
        _baseline(figure, ranker, end, series["baselines"].get(ranker, {}).get(metric))
    figure.add_scatter(
        **_line(series["dev"][metric]),
        meta="dev",
        name="on dev",
        mode="lines+markers",
        yaxis="y2",
        hovertemplate="%{y:.3f}",
        line={"color": "var(--rr-accent)", "width": 2},
        marker={"color": "var(--rr-accent)", "size": 6},
        cliponaxis=False,
    )
    if extra is not None:
        figure.add_scatter(
            **_line(series["extra"][extra]),
            meta="extra",
            name=extra.replace("_", " "),
            mode="lines",
            yaxis="y3",
            hovertemplate=EXTRAS[extra],
            line={"color": "var(--rr-accent)", "width": 1.25},
        )
    if warm_steps:
        shade(figure, warm_steps)
    return figure


def _line(points: list[Point]) -> dict[str, list[float]]:
    return {"x": [x for x, _ in points], "y": [y for _, y in points]}


def _loss(figure: go.Figure, phase: str, label: str, points: list[Point]) -> None:
    raw = {"color": f"var(--rr-{'base' if phase == 'warm' else 'accent'})", "width": 1}
    common = {"mode": "lines", "yaxis": "y", "hovertemplate": "%{y:.3f}"}
    figure.add_scatter(
        **_line(points), **common, meta=f"{phase}-raw", name=f"{label}, raw", line=raw, opacity=0.4
    )
    figure.add_scatter(x=[], y=[], **common, meta=phase, name=label, line=raw | {"width": 2})


def _baseline(figure: go.Figure, ranker: Baseline, end: int, value: float | None) -> None:
    label, dash = BASELINES[ranker]
    figure.add_scatter(
        x=[0, end],
        y=[value, value],
        meta=ranker,
        name=label,
        mode="lines",
        line={"color": f"var(--rr-{COLOURS[ranker]})", "width": 1.5, "dash": dash},
        yaxis="y2",
        hoverinfo="skip",
    )


def compared_traces(name: str, number: int, series: ChartPoints) -> list[PlotlyTrace]:
    """The two thin lines of a run laid over: loss (the page smooths it) and a metric on dev."""
    line = {"color": f"var(--rr-{COMPARED[number % len(COMPARED)]})", "width": 1.25}
    figure = go.Figure()
    for meta, values, axis in (
        ("train", series["train"], "y"),
        ("dev", series["dev"][METRICS[0]], "y2"),
    ):
        figure.add_scatter(
            **_line(values),
            meta=f"compared-{meta}",
            name=name,
            mode="lines",
            line=line,
            opacity=0.6,
            yaxis=axis,
            hovertemplate="%{y:.3f}",
        )
    return [PlotlyTrace(trace.to_plotly_json()) for trace in figure.data]
