"""TREC judgments and runs: lines of ids and a number."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reranker_ui.core.formats.container import Container
from reranker_ui.core.formats.judgments import NotMapped, Plan, lookups_of
from reranker_ui.core.formats.options import ReadOptions, Tick
from reranker_ui.core.formats.texts import NewTexts
from reranker_ui.core.values.pairs import Judged, LeftOut

Value = Mapping[Any, Any]
_ITERATIONS = 20  # more different ones are ids
_HIGHEST = 100  # a larger number is not a grade


def trec_plan(
    container: Container, values: Sequence[Value], path: Path, options: ReadOptions, tick: Tick,
    new_texts: NewTexts,
) -> Plan:  # fmt: skip
    """Judgments `query 0 passage grade` (or without the 0), or a run without labels."""
    width = len(values[0])
    run = width == 6
    if width == 3 and options.format is None and _are_ids([value[2] for value in values]):
        raise NotMapped(
            f"{path.name} contains three ids per line. If they are query, positive and negative,"
            " read them as triplets (--format triplets) and add the corpus and the queries too.",
            list(values[0]),
        )
    if width == 4 and options.format is None and _are_documents(values):
        raise NotMapped(
            f"{path.name} contains three ids and a number per line, where judgments are query, 0,"
            " document and grade. If they are query, positive, negative and a margin, keep the ids"
            " alone and read them as triplets (--format triplets) with corpus and queries. If they"
            " are judgments, read them as such (--format trec).",
            list(values[0]),
        )
    if options.corpus is None:
        what = f"a TREC run of {width} columns" if run else f"TREC judgments of {width} columns"
        raise NotMapped(
            f"{path.name} is {what}: ids and no texts. Add the corpus and the queries too"
            " (--corpus FILE, --queries FILE), each line an id and its text.",
            list(values[0]),
        )
    places = (0, 1, 2) if width == 3 else (0, 2, 3)
    query, passage = lookups_of(places[:2], options, tick, new_texts)

    def read(value: Value) -> Iterator[Judged | LeftOut]:
        if len(value) != width:
            raise LeftOut("unreadable", f"the line has {len(value)} columns, the file {width}")
        label = None if run else value[places[2]]
        yield Judged(query.of(value), passage.of(value), label)

    plan = Plan("trec-run" if run else "trec", container, read, list(values[0]), *places[:2])
    plan.notes += [*query.notes, *passage.notes]
    if run:
        plan.notes.append("A run has no judgments: its pairs are stored without labels.")
    else:
        plan.label = places[2]
    return plan


def _are_documents(values: Sequence[Value]) -> bool:
    """Whether the second of four columns has documents, where judgments have an iteration."""
    second = {str(value[1]) for value in values if len(value) == 4}
    letters = any(not cell.isdecimal() and cell.casefold() != "q0" for cell in second)
    fractions = any("." in str(value[3]).rstrip("0").rstrip(".") for value in values
                    if len(value) == 4)  # fmt: skip
    return len(second) > _ITERATIONS or (letters and (len(second) > 1 or fractions))


def _are_ids(cells: Sequence[Any]) -> bool:
    large = sum(
        str(cell).isdecimal() and (len(str(cell)) > 9 or int(cell) > _HIGHEST) for cell in cells
    )
    return large > len(cells) / 2
