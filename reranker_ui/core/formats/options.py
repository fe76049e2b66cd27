"""The user's options for a file, and its limits."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

Tick = Callable[[int], None]


# The end of a refusal for what a packed file holds.
DECODED_LIMIT = "the limit for a packed file of its size (at most RERANKER_UI_MAX_DECODED_BYTES)"


@dataclass(frozen=True)
class Limits:
    """Bounds on one file. Packed files may grow to max(64 MB, 100 x packed) when decoded.

    A plain text file is bounded by `upload_bytes` alone.
    """

    upload_bytes: int = 1_000_000_000
    rows: int = 2_000_000
    columns: int = 256
    cell_characters: int = 100_000
    decoded_bytes: int = 2_000_000_000

    def decoded(self, packed: int) -> int:
        """The maximum size in bytes of a packed file of `packed` bytes when decoded."""
        return min(self.decoded_bytes, max(64_000_000, 100 * packed))


@dataclass(frozen=True)
class ReadingAnswers:
    """What a person says of a file, on the page too; None means: detect."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quotes: bool | None = None
    header: bool | None = None
    query: str | int | None = None
    passage: str | int | None = None
    passage_template: str | None = None  # several columns as the passage: "{title}\n{text}"
    label: str | int | None = None
    split: str | int | None = None
    annotator: str | int | None = None
    positive: list[str] = field(default_factory=list)  # columns whose passages are positives
    negative: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)  # columns of texts that are not needed
    header_line: int | None = None  # the line of the file that names the columns, from 1
    sheet: str | None = None  # of a workbook, by name or number from 1
    relevant_from: float | None = None  # the lowest label that is relevant
    scale: str | None = None  # binary, graded, score
    max_grade: float | None = None
    min_grade: float | None = None
    grade_names: list[str] = field(default_factory=list)  # of each label, lowest first
    map_label: dict[str, float] = field(default_factory=dict)
    lowest_is_best: bool = False
    repair: bool = False  # repair texts that were decoded with the wrong encoding


@dataclass(frozen=True)
class ReadOptions(ReadingAnswers):
    """All import options: what a person says, the files of texts by id, and the limits."""

    corpus: str | None = None
    queries: str | None = None
    joins: list[str] = field(default_factory=list)  # FILE:KEY:TEXT
    limits: Limits = field(default_factory=Limits)

    def named(self) -> list[str]:
        """The column names the user gave."""
        roles = (self.query, self.passage, self.label, self.split, self.annotator)
        columns = [column for column in roles if isinstance(column, str)]
        columns += [*self.positive, *self.negative]
        return [column for column in columns if not column.isdigit()]

    def as_json(self) -> dict[str, Any]:
        """Plain values, for `from_json`."""
        return asdict(self)

    @staticmethod
    def from_json(values: dict[str, Any]) -> "ReadOptions":
        """The options from the output of `as_json`."""
        return ReadOptions(**{**values, "limits": Limits(**values.get("limits", {}))})
