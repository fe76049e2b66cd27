"""Plotly figures of the quality report, from plain values. Colours are CSS variables."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from reranker_ui.core.evaluation.quality.report import Lengths

HEIGHT = 132
_FONT = {"size": 11, "color": "var(--rr-muted)", "family": "inherit"}


def per_query_figure(bars: Sequence[tuple[str, int]]) -> go.Figure:
    """How many queries have 1, 2, ... pairs; `bars`: a word and the queries."""
    figure = go.Figure(layout=_layout("pairs"))
    words, counts = [word for word, _ in bars], [n for _, n in bars]
    figure.add_bar(
        x=words,
        y=counts,
        marker={"color": "var(--rr-barc)", "line": {"width": 0}},
        hovertemplate="%{y:,} queries with %{x} pairs<extra></extra>",
    )
    figure.update_xaxes(type="category", tickvals=words[0:-2:2] + words[-1:])
    return figure


def lengths_figure(lengths: Lengths) -> go.Figure:
    """Pairs by tokens, one bar for each label on top of the others, and where a run cuts."""
    figure = go.Figure(layout=_layout("tokens"))
    edges = lengths["edges"]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    spans = [f"{low} to {high - 1}" for low, high in pairwise(edges)]
    for label, counts, _cut in lengths["labels"]:
        word = "none or disputed" if label is None else f"label {label:g}"
        figure.add_bar(
            x=middles,
            y=counts,
            customdata=spans,
            name=word,
            meta=[label],  # the page gives it the colour of the label
            marker={"line": {"width": 0}},
            hovertemplate=f"%{{customdata}} tokens, {word}: %{{y:,}}<extra></extra>",
        )
    if edges and lengths["max_length"] < edges[-1]:
        figure.add_vline(
            x=lengths["max_length"], line={"color": "var(--rr-warn)", "width": 1.5, "dash": "dash"}
        )
    figure.update_layout(barmode="stack")
    return figure


def _layout(unit: str) -> dict[str, Any]:
    axis = {"showgrid": False, "zeroline": False, "tickfont": _FONT, "fixedrange": True}
    return {
        "template": "none",
        "height": HEIGHT,
        "margin": {"l": 4, "r": 4, "t": 8, "b": 20},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": _FONT,
        "showlegend": False,
        "bargap": 0.12,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": "var(--rr-panel)",
            "bordercolor": "var(--rr-line2)",
            "font": {"size": 12, "color": "var(--rr-text)"},
        },
        "xaxis": axis | {"nticks": 5, "linecolor": "var(--rr-line2)", "showline": True},
        "yaxis": axis | {"visible": False},
        "meta": unit,
    }
