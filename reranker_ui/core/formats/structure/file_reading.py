"""What the reading of a file found, as plain values: they pass from one process to another."""

from typing import Literal, NotRequired, TypedDict

from reranker_ui.core.formats.labels.label_scale import HistogramRow
from reranker_ui.core.formats.mojibake import MojibakeReport
from reranker_ui.core.formats.structure.unread import KeptColumn, UnreadJson
from reranker_ui.core.values.labels import ScaleJson
from reranker_ui.core.values.pairs import ImportReport


class ReadingPlan(TypedDict):
    """How a file is read, guesses and answers together.

    `positives` and `negatives`: columns that hold relevant passages only, and irrelevant ones.
    """

    format: str
    container: str
    encoding: str | None
    delimiter: str | None
    quotes: bool | None
    header: bool | None
    columns: list[str]
    positives: list[str]
    negatives: list[str]
    query: str | None
    passage: str | None
    label: str | None
    split: str | None
    annotator: str | None


class PreviewRow(TypedDict):
    """One of the first pairs of a file, its texts shortened."""

    line: int
    query: str
    passage: str
    label: str
    split: str


class LeftOutRow(TypedDict):
    """A record that is left out, or a repeat, and why; `row`: its cells."""

    id: int
    line: int
    reason: Literal["duplicate", "blank", "bad_label", "unreadable"]
    why: str
    row: str


class Reading(TypedDict):
    """What a finished reading found.

    `labels`: the most frequent ones and their counts; `asks`: nothing was staged, as the labels are
    names that a person has to map; `found`: the lowest and highest label. Without `asks` it has
    everything from `scale` on.
    """

    plan: ReadingPlan
    labels: list[tuple[str, int]]
    preview: list[PreviewRow]
    notes: list[str]
    unread: list[UnreadJson]
    further: list[KeptColumn]
    sources: list[str]
    asks: NotRequired[Literal["labels"]]
    scale: NotRequired[ScaleJson]
    histogram: NotRequired[list[HistogramRow]]
    found: NotRequired[list[float] | None]
    report: NotRequired[ImportReport]
    mojibake: NotRequired[MojibakeReport | None]


class BeingRead(TypedDict):
    """A file that is being read. `records` and `bytes` count within `phase`."""

    state: Literal["reading"]
    phase: str
    records: int
    bytes: int
    total: NotRequired[int]


class Read(Reading):
    """A finished reading."""

    state: Literal["read"]


class NotRead(TypedDict):
    """A file that was refused; `columns`: of a file whose columns have to be mapped."""

    state: Literal["refused"]
    refused: str
    columns: NotRequired[list[str]]


class StoredReport(ImportReport):
    """What storing a reading changed in a dataset; counts of pairs, and of labels.

    `new`: whether the dataset was made for it; `split_notes`: what to know of its splits.
    """

    dataset: str
    summary: str
    added: int
    new_labels: int
    already_there: int
    replaced: int
    notes: list[str]
    split_notes: list[str]
    sources: list[str]
    scale: ScaleJson
    new: bool
    mojibake: MojibakeReport | None
    unread: list[UnreadJson]
    further: list[KeptColumn]
