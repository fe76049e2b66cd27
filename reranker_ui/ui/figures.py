"""Plotly figures from plain values. Colours are CSS variables, put in by the page."""

from typing import Any

import plotly.graph_objects as go

PANEL = 190  # pixels, the height of one panel
GAP = 44  # pixels between the two panels: room for the second title
MARGIN = {"l": 44, "r": 96, "t": 8, "b": 24}
BASELINES = {
    "base": ("base", "7px,5px"),
    "bm25": ("BM25", "1.5px,4px"),
    "cosine": ("cosine", "12px,5px"),
}
COLOURS = {"base": "base", "bm25": "bm25", "cosine": "barc"}
COMPARED = ("base", "disp", "pos")  # tokens of the first, second and third compared run


def points(warm_steps: int, events: list[dict[str, Any]]) -> dict[str, Any]:
    """What `events` add to the chart; x counts the steps of the whole run, warm start first.

    Returns `{"warm": [[x, loss]...], "train": [[x, loss]...], "ndcg": [[x, nDCG@10 on dev]...],
    "baselines": {"base" | "bm25" | "cosine": nDCG@10 on dev}}`.
    """
    told: dict[str, Any] = {"warm": [], "train": [], "ndcg": [], "baselines": {}}
    for event in events:
        before = warm_steps if event.get("phase") == "train" else 0
        if event["event"] == "log" and event.get("loss") is not None:
            name = "train" if event.get("phase") == "train" else "warm"
            _append(told[name], before + event["step"], event["loss"])
        elif event["event"] == "evaluated" and event.get("split") == "dev":
            _evaluated(told, event, before)
    return told


def _append(line: list[list[float]], x: float, y: float) -> None:
    # A resumed run takes some steps again: what it had drawn beyond them goes.
    while line and line[-1][0] >= x:
        line.pop()
    line.append([x, y])


def _evaluated(told: dict[str, Any], event: dict[str, Any], before: int) -> None:
    value, when = event["metrics"].get("ndcg@10"), event["when"]
    if value is None:
        return
    if when in BASELINES:
        told["baselines"][when] = value
    if when == "base":
        _append(told["ndcg"], 0, value)
    elif when == "during":
        _append(told["ndcg"], before + event["step"], value)


def run_figure(
    name: str, steps: int | None, warm_steps: int, told: dict[str, Any], panel: int = PANEL
) -> go.Figure:
    """Two panels above each other over one shared x: loss, and nDCG@10 on dev.

    `told` as `points` returns it; `steps` of the whole run, None while it waits; `panel` the
    height of one panel in pixels. Traces by `meta`: warm, warm-raw, train, train-raw, ndcg, base,
    bm25, cosine. Smoothed traces start empty: the page smooths.
    """
    end = max(steps or 100, 1)
    figure = go.Figure(layout=_layout(name, end, panel))
    for phase, label in (("warm", "warm start"), ("train", "loss")):
        token = "base" if phase == "warm" else "accent"
        xs, ys = [x for x, _ in told[phase]], [y for _, y in told[phase]]
        raw = {"color": f"var(--rr-{token})", "width": 1}
        figure.add_scatter(
            x=xs,
            y=ys,
            meta=f"{phase}-raw",
            name=f"{label}, raw",
            mode="lines",
            line=raw,
            opacity=0.4,
            yaxis="y",
            hovertemplate="%{y:.3f}",
        )
        figure.add_scatter(
            x=[],
            y=[],
            meta=phase,
            name=label,
            mode="lines",
            line=raw | {"width": 2},
            yaxis="y",
            hovertemplate="%{y:.3f}",
        )
    for ranker, (label, dash) in BASELINES.items():
        value = told["baselines"].get(ranker)
        line = {"color": f"var(--rr-{COLOURS[ranker]})", "width": 1.5, "dash": dash}
        figure.add_scatter(
            x=[0, end],
            y=[value, value],
            meta=ranker,
            name=label,
            mode="lines",
            line=line,
            yaxis="y2",
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[x for x, _ in told["ndcg"]],
        y=[y for _, y in told["ndcg"]],
        meta="ndcg",
        name="nDCG@10 on dev",
        mode="lines+markers",
        yaxis="y2",
        hovertemplate="%{y:.3f}",
        line={"color": "var(--rr-accent)", "width": 2},
        marker={"color": "var(--rr-accent)", "size": 6},
        cliponaxis=False,
    )
    if warm_steps:
        _shade(figure, warm_steps)
    return figure


def compared_traces(name: str, number: int, told: dict[str, Any]) -> list[dict[str, Any]]:
    """The two thin lines of a run laid over: loss (the page smooths it) and nDCG@10 on dev."""
    line = {"color": f"var(--rr-{COMPARED[number % len(COMPARED)]})", "width": 1.25}
    figure = go.Figure()
    for meta, values, axis in (("train", told["train"], "y"), ("ndcg", told["ndcg"], "y2")):
        figure.add_scatter(
            x=[x for x, _ in values],
            y=[y for _, y in values],
            meta=f"compared-{meta}",
            name=name,
            mode="lines",
            line=line,
            opacity=0.6,
            yaxis=axis,
            hovertemplate="%{y:.3f}",
        )
    return [trace.to_plotly_json() for trace in figure.data]


def _layout(name: str, end: int, panel: int) -> dict[str, Any]:
    inner = 2 * panel + GAP
    muted = {"size": 11, "color": "var(--rr-muted)", "family": "inherit"}
    y_axis = {
        "gridcolor": "var(--rr-line)",
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "tickfont": muted,
        "nticks": 6,
        "fixedrange": False,
    }
    return {
        "template": "none",
        "height": inner + MARGIN["t"] + MARGIN["b"],
        "margin": MARGIN,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": muted,
        "showlegend": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "hoverlabel": {
            "bgcolor": "var(--rr-panel)",
            "bordercolor": "var(--rr-line2)",
            "font": {"size": 12, "color": "var(--rr-text)"},
        },
        "dragmode": "zoom",
        "uirevision": name,
        "xaxis": {
            "range": [0, end],
            "anchor": "y2",
            "showgrid": False,
            "zeroline": False,
            "showline": False,
            "tickfont": muted,
            "tickformat": ",d",
            "showspikes": True,
            "spikemode": "across",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": "var(--rr-line2)",
            "spikesnap": "data",
            "hoverformat": ",d",
            "unifiedhovertitle": {"text": "step %{x:,d}"},
        },
        "yaxis": y_axis | {"domain": [(panel + GAP) / inner, 1]},
        "yaxis2": y_axis | {"domain": [0, panel / inner], "tickformat": ".2f", "anchor": "x"},
    }


def _shade(figure: go.Figure, warm_steps: int) -> None:
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=0,
        x1=warm_steps,
        y0=0,
        y1=1,
        layer="below",
        fillcolor="var(--rr-sunken)",
        line={"width": 0},
    )
    figure.add_annotation(
        name="warm",
        text="warm start",
        xref="x",
        yref="paper",
        x=0,
        y=1,
        xanchor="left",
        yanchor="top",
        xshift=6,
        showarrow=False,
        font={"size": 11, "color": "var(--rr-faint)"},
    )
