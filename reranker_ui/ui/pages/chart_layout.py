"""The frame of the live chart: its panels, axes and the region of the warm start."""

import json
from typing import Any, NewType

import plotly.graph_objects as go

PlotlyTrace = NewType("PlotlyTrace", dict[str, Any])
PlotlyFigure = NewType("PlotlyFigure", dict[str, Any])
PANEL = 190  # pixels, the height of one panel
FEW_STEPS = 10  # each has a tick then
THIRD = 0.5  # of a panel, the height of the third one
GAP = 44  # pixels between two panels: room for the next title
MARGIN = {"l": 60, "r": 96, "t": 8, "b": 40}
MUTED = {"size": 11, "color": "var(--rr-muted)", "family": "inherit"}


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": MUTED, "standoff": 6}


X_AXIS: dict[str, Any] = {
    "showgrid": False,
    "zeroline": False,
    "showline": False,
    "tickfont": MUTED,
    "tickformat": ",d",
    "showspikes": True,
    "spikemode": "across",
    "spikethickness": 1,
    "spikedash": "solid",
    "spikecolor": "var(--rr-line2)",
    "spikesnap": "data",
    "hoverformat": ",d",
    "unifiedhovertitle": {"text": "step %{x:,d}"},
    "title": _title("Step"),
}
Y_AXIS: dict[str, Any] = {
    "gridcolor": "var(--rr-line)",
    "gridwidth": 1,
    "zeroline": False,
    "showline": False,
    "tickfont": MUTED,
    "nticks": 6,
    "exponentformat": "e",  # 1e-7, not 100n
    "fixedrange": False,
}
# Also before the first value, where Plotly would draw -1 to 4; room for a mark at 0 and 1.
METRIC_AXIS = Y_AXIS | {"minallowed": -0.02, "maxallowed": 1.02}
FRAME: dict[str, Any] = {
    "template": "none",
    "margin": MARGIN,
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": MUTED,
    "showlegend": False,
    "hovermode": "x unified",
    "hoversubplots": "axis",
    "hoverlabel": {
        "bgcolor": "var(--rr-panel)",
        "bordercolor": "var(--rr-line2)",
        "font": {"size": 12, "color": "var(--rr-text)"},
    },
    "dragmode": "zoom",
}


def plain(figure: go.Figure) -> PlotlyFigure:
    """A figure as plain values."""
    return PlotlyFigure(json.loads(figure.to_json()))


def layout(name: str, end: int, panel: int = PANEL, three: bool = False) -> dict[str, Any]:
    """Two panels of `panel` pixels, and a lower third one below them if `three`."""
    inner = height = 2 * panel + GAP
    low = 0.0  # where the second panel ends, as a share of the whole
    if three:
        inner = height + GAP + round(panel * THIRD)
        low = (inner - height) / inner
    whole_steps = {"dtick": 1} if end <= FEW_STEPS else {}  # else 0.5 is written as 1
    axes = {
        "xaxis": X_AXIS | whole_steps | {"range": [0, end], "anchor": "y3" if three else "y2"},
        "yaxis": Y_AXIS | {"domain": [1 - panel / inner, 1], "title": _title("Loss")},
        # No format: Plotly gives ticks as many digits as tell them apart.
        "yaxis2": METRIC_AXIS | {"domain": [low, low + panel / inner], "title": _title("nDCG@10")},
    }
    if three:
        axes["yaxis3"] = Y_AXIS | {"domain": [0, panel * THIRD / inner], "nticks": 4}
    whole = inner + MARGIN["t"] + MARGIN["b"]
    return FRAME | axes | {"height": whole, "uirevision": name}


def shade(figure: go.Figure, warm_steps: int) -> None:
    """Mark the steps of the warm start as a region of their own."""
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
