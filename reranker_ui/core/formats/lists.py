"""Lists: a query with its positives and negatives, or with passages and their labels.

Triplets, n-tuples, preferences, MTEB, Cohere, FlagEmbedding, tevatron, ms-swift, MS MARCO and
labelled lists all have this shape. Columns are recognized by content; names break ties.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.formats.container import Container
from reranker_ui.core.formats.judgments import Plan
from reranker_ui.core.formats.labels.score_columns import are_scores
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.cells import is_empty, is_list
from reranker_ui.core.formats.structure.nested import NestedColumns
from reranker_ui.core.formats.structure.passages import (
    Inner,
    inner_of,
    objects_in,
    passages_in,
    query_of,
    text_keys,
)  # fmt: skip
from reranker_ui.core.formats.structure.references import References, references_of
from reranker_ui.core.formats.structure.roles import side_of
from reranker_ui.core.formats.writing import VOTES
from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]
_LABELS = ("labels", "scores", "relevances", "grades", "ratings", "label", "score", "relevance",
           "judgments", "judgements", "targets", "isselected", "qrels", "gains")  # fmt: skip
_NAMES = {
    "relevantpassages": "cohere", "pos": "flagembedding", "positivepassages": "tevatron",
    "positivemessages": "ms-swift", "chosen": "preferences",
}  # fmt: skip
_ENOUGH = 0.9  # share of the records that must be lists


@dataclass(frozen=True)
class Shape:
    """The columns of the query, positives, negatives, or passages with their labels.

    `labels` is the column of labels parallel to the passages; None where they are inside.
    """

    query: Any
    positives: tuple[Any, ...] = ()
    negatives: tuple[Any, ...] = ()
    passages: Any = None
    labels: Any = None
    inner: Inner = field(default_factory=Inner)
    references: References | None = None
    sampled_names: frozenset[Any] = frozenset()

    @property
    def label_name(self) -> Any:
        """The column of labels, or `column.key` where they are inside the passages."""
        inside = self.labels is None and self.inner.label is not None
        return f"{self.passages}.{self.inner.label}" if inside else self.labels

    def sides(self, value: Value) -> Iterator[tuple[Any, int]]:
        """The columns of this record with positives (1) and negatives (0)."""
        yield from ((key, 1) for key in self.positives if key in value)
        yield from ((key, 0) for key in self.negatives if key in value)
        for key in (
            value.keys() - self.sampled_names
        ):  # a record with more negatives than the sample
            if self.negatives and (side := side_of(key)):
                yield key, int(side == "positive")

    def holds(self, value: Value) -> bool:
        """Whether a record has the query and at least one passage."""
        return self.query in value and (self.passages in value or any(self.sides(value)))


def shape_of(values: Sequence[Value], options: ReadOptions) -> Shape | None:
    """The shape of records that are lists; None where they are not.

    A row of our own export is one pair, whose last column lists its annotators.
    """
    if any(VOTES in value for value in values):
        return None
    columns = NestedColumns(values)
    if VOTES in columns.names:  # our own export of pairs, with the labels of each annotator
        return None
    query = columns.chosen(options.query) if options.query is not None else columns.query()
    positives, negatives = columns.sides(query, options)
    shape = _by_reference(columns, query, options, {*positives, *negatives})
    if shape is not None:
        positives = negatives = []
    if positives and not negatives:
        shape = _labelled(columns, query, options, positives[0])
    if shape is None and (positives or negatives):
        first_stage = columns.first_stage({query, *positives, *negatives})
        shape = Shape(query, tuple(positives), tuple(negatives), first_stage)
    shape = shape or _labelled(columns, query, options)
    if shape is None or query is None:
        return None
    shape = replace(shape, sampled_names=frozenset(columns.names))
    return shape if sum(map(shape.holds, values)) >= _ENOUGH * len(values) else None


def make_plan(
    shape: Shape, container: Container, values: Sequence[Value], options: ReadOptions
) -> Plan:
    """The plan for records of this shape; scores of a model are labels only if chosen."""
    scores = _scores_of(shape, values, options)
    if scores is not None:
        shape = replace(shape, labels=None, inner=replace(shape.inner, label=None))
    names = list(dict.fromkeys(name for value in values for name in value))
    plan = Plan(name_of(shape, values), container, partial(read, shape), names)
    plan.query, plan.passage, plan.label = shape.query, shape.passages, shape.label_name
    if shape.positives:
        plan.passage = shape.positives[0]
    plan.positives, plan.negatives = shape.positives, shape.negatives
    plan.sided = bool(shape.positives or shape.negatives)
    labels = (label for value in values for label in _given(shape, value))
    plan.labelled = plan.sided or any(not is_empty(label) for label in labels)
    plan.scores = [] if scores is None else [scores]
    plan.beside = partial(beside, shape)
    if shape.references is not None:
        named = shape.references.column
        plan.notes.append(f"Passages that {named} does not name are read as not relevant.")
    if not plan.labelled:
        plan.notes.append("No column has labels: the pairs are stored without labels.")
    return plan


def _scores_of(shape: Shape, values: Sequence[Value], options: ReadOptions) -> str | None:
    """The column, or `column.key`, whose labels are scores of a model or are to be left out."""
    if options.label is not None or shape.label_name is None:
        return None
    name, labels = str(shape.label_name), [_given(shape, value) for value in values]
    scores = are_scores(name.rpartition(".")[2], chain(*labels), labels)
    return name if scores or name in options.ignore else None


def name_of(shape: Shape, values: Sequence[Value]) -> str:
    """The name of the format: triplets, mteb, cohere, flagembedding, tevatron and so on."""
    if not (shape.positives or shape.negatives):
        return "labelled-lists"
    named = next((_NAMES[plain(key)] for key in shape.positives if plain(key) in _NAMES), None)
    sides = (*shape.positives, *shape.negatives)
    if named or any(is_list(value.get(key)) for value in values for key in sides):
        return named or "mteb"
    return "triplets" if len(shape.negatives) < 2 else "n-tuples"


def read(shape: Shape, value: Value) -> Iterator[Judged | LeftOut]:
    """One judged pair for each passage of the record."""
    if not shape.holds(value):
        raise LeftOut("unreadable", "the record has no query with positives or labelled passages")
    query, split = query_of(value[shape.query]), value.get("split")
    if not (shape.positives or shape.negatives):
        passages = passages_in(value.get(shape.passages), shape.inner)
        labels = _labels(shape, value, passages)
        for at, (passage, label) in enumerate(passages):
            yield Judged(query, passage, labels[at] if labels is not None else label, split)
        return
    judged_passages = set()
    for key, label in shape.sides(value):
        for passage, _ in passages_in(value[key], Inner()):
            judged_passages.add(passage)
            yield Judged(query, passage, label, split)
    # A first stage's list: a passage that is neither positive nor negative has no label.
    for passage, _ in passages_in(value.get(shape.passages), Inner()):
        if passage not in judged_passages:
            yield Judged(query, passage, None, split)


def beside(shape: Shape, value: Value) -> Iterator[tuple[str, Any]]:
    """The unread parts of a record: its other columns, and other texts in its passages."""
    sides = [key for key, _ in shape.sides(value)]
    columns = [*sides, *([] if shape.passages is None else [shape.passages])]
    named = shape.references.column if shape.references else None
    used = {*columns, shape.query, shape.labels, named, "split"}
    yield from ((str(key), cell) for key, cell in value.items() if key not in used)
    for key in columns:
        for each in objects_in(value.get(key)):
            texts = {*text_keys(each), shape.inner.label}
            yield from ((f"{key}.{name}", cell) for name, cell in each.items() if name not in texts)


def _by_reference(
    columns: NestedColumns, query: Any, options: ReadOptions, sides: set[Any]
) -> Shape | None:
    """Passages where another column names the relevant ones."""
    if options.label is not None or options.positive or options.negative:
        return None
    for passages in columns.nested({query, *sides}):
        if inner_of(columns.cells[passages], by_content=False).label is not None:
            return None
        others = {name: columns.cells[name] for name in columns.names if name != passages}
        others.pop(query, None)
        named = {name: cells for name, cells in others.items() if name in sides}
        references = references_of(columns.cells[passages], named, texts=False)
        rest = {name: cells for name, cells in others.items() if name not in sides}
        references = references or references_of(columns.cells[passages], rest, texts=not sides)
        if references is not None:
            return Shape(query, passages=passages, references=references)
    return None


def _labelled(
    columns: NestedColumns, query: Any, options: ReadOptions, listed: Any = None
) -> Shape | None:
    """Passages with their labels; `listed`: the column of the passages."""
    chosen = columns.chosen(options.passage) if listed is None else listed
    label = columns.chosen(options.label)
    nested = [chosen] if chosen is not None else columns.nested({query, label})
    parallel = [label] if label is not None else columns.named(_LABELS)
    for passages in nested:
        labels = next((key for key in parallel if columns.parallel(passages, key)), None)
        if labels is not None:
            return Shape(query, passages=passages, labels=labels)
    if listed is not None:
        return None
    if shape := _labelled_inside(columns, query, nested, options):
        return shape
    if columns.has_passage({query}):
        return None  # a table whose other columns are nested
    alone = bool(nested) and chosen is None and columns.only_text(query)
    return Shape(query, passages=nested[0]) if alone else None


def _labelled_inside(
    columns: NestedColumns, query: Any, nested: Sequence[Any], options: ReadOptions
) -> Shape | None:
    """Passages that hold their labels; beside a passage lists without sentences are none."""
    beside = columns.has_passage({query})
    if beside:
        nested = [name for name in nested if columns.holds_prose(name)]
        nested = [name for name in nested if plain(name) not in KNOWN["label"]]
    for by_content in (False,) if beside else (False, True):
        for passages in nested:
            inner = columns.inner(passages, options, by_content)
            if inner.label is not None or columns.holds_labels(passages):
                return Shape(query, passages=passages, inner=inner)
    return None


def _labels(shape: Shape, value: Value, passages: Sequence[Any]) -> Any:
    """The labels parallel to a record's passages; None where they are inside."""
    if shape.references is not None:
        return shape.references.labels(value.get(shape.passages), value)
    if shape.labels is None:
        return None
    labels = value.get(shape.labels)
    if not is_list(labels) or len(labels) != len(passages):
        have = len(labels) if is_list(labels) else "no"
        raise LeftOut("unreadable", f"{len(passages)} passages and {have} labels")
    return labels


def _given(shape: Shape, value: Value) -> list[Any]:
    """The labels of a record; none where it cannot be read."""
    try:
        return [judged.label for judged in read(shape, value) if isinstance(judged, Judged)]
    except LeftOut:
        return []
