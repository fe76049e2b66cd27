"""Numbers of classes, not grades: of premises and hypotheses 0 is entailment, 2 contradiction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reranker_ui.core.formats.column_names import KNOWN
from reranker_ui.core.formats.columns import plain
from reranker_ui.core.values.labels import number

Value = Mapping[Any, Any]
NOTE = (
    "Labels of premises and hypotheses are classes, most often 0 for entailment, 1 for neutral and"
    " 2 for contradiction, so they are asked for by name: class-0, class-1, class-2."
)


def classes_of(
    values: Sequence[Value], mapped: Mapping[str, float]
) -> Callable[[Value], Iterator[dict[Any, Any]]] | None:
    """A function that names the classes of a record; None where labels are something else.

    mapped: what a person said of labels, as numbers of classes too.
    """
    names = {plain(name): name for value in values for name in value}
    label = next((names[known] for known in KNOWN["label"] if known in names), None)
    if not {"premise", "hypothesis"} <= names.keys() or label is None:
        return None
    numbers = {number(cell) for value in values if (cell := value.get(label)) is not None}
    if not {2.0} <= numbers <= {-1.0, 0.0, 1.0, 2.0} or {"0", "1", "2"} & mapped.keys():
        return None

    def named(value: Value) -> Iterator[dict[Any, Any]]:
        at = number(value.get(label))
        name = None if at == -1 else value.get(label) if at is None else f"class-{at:g}"
        yield {**value, label: name}

    return named
