"""The verb dataset."""

import argparse
from dataclasses import replace
from typing import Any

from reranker_ui.commands import Verbs
from reranker_ui.commands.scale_options import add_label_map, add_scale_options
from reranker_ui.core.values.labels import Kind, Scale
from reranker_ui.core.values.refused import Refused


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "dataset", help="show a dataset, or change its scale, name, description"
    )
    verb.add_argument("name", metavar="NAME")
    add_scale_options(verb)
    add_label_map(verb, "what a label becomes on the new scale")
    verb.add_argument("--dry-run", action="store_true", help="show how labels would change")
    verb.add_argument("--rename", metavar="NEW", help="its new name")
    verb.add_argument("--describe", metavar="TEXT", help="what it is, in a few sentences")
    verb.add_argument(
        "--duplicate", metavar="NEW", help="copy it with its labels and settings, without its runs"
    )
    verb.set_defaults(run=_dataset, show=_lines)


def _dataset(arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.services.labels import scale_change
    from reranker_ui.services.labels.datasets import list_datasets, scale_of
    from reranker_ui.services.store.access import LOCAL
    from reranker_ui.services.store.workspace import open_workspace

    workspace, name, change = open_workspace(), arguments.name, None
    old = Scale.from_json(scale_of(workspace, LOCAL, name))
    new, mapping = _chosen(arguments, old), _mapping(arguments)
    if new is not None or mapping:
        act = scale_change.preview_scale if arguments.dry_run else scale_change.change_scale
        change = act(workspace, LOCAL, name, new or old, mapping)
    if not arguments.dry_run:
        name = _edited(workspace, arguments)
    details = next(row for row in list_datasets(workspace, LOCAL) if row["name"] == name)
    return {**details, "change": change}, 0


def _edited(workspace: Any, arguments: argparse.Namespace) -> str:
    """Describe, rename and copy the dataset as asked for; returns its name, that of the copy."""
    from reranker_ui.services.imports.duplicate import duplicate
    from reranker_ui.services.labels import dataset_details
    from reranker_ui.services.store.access import LOCAL

    name: str = arguments.name
    if arguments.describe is not None:
        dataset_details.describe(workspace, LOCAL, name, arguments.describe)
    if arguments.rename is not None:
        dataset_details.rename(workspace, LOCAL, name, arguments.rename)
        name = arguments.rename.strip()
    if arguments.duplicate is not None:
        name = duplicate(workspace, LOCAL, name, arguments.duplicate.strip())["dataset"]
    return name


def _chosen(arguments: argparse.Namespace, old: Scale) -> Scale | None:
    """The requested scale, with the old one's parts where they still fit; None: unchanged.

    Grades imply a graded scale where none was named.
    """
    ends = arguments.max_grade, arguments.min_grade
    nothing = arguments.scale is None and ends == (None, None)
    if nothing and arguments.relevant_from is None and not arguments.grade_names:
        return None
    grades = "graded" if ends != (None, None) and old.kind == "binary" else old.kind
    kind: Kind = arguments.scale or grades
    same = kind == old.kind
    low, high = (old.min, old.max) if same else (0.0, 1.0)
    low = low if arguments.min_grade is None else arguments.min_grade
    if arguments.max_grade is not None:
        high = arguments.max_grade
    elif arguments.grade_names and not nothing:
        high = low + len(arguments.grade_names) - 1
    elif not same and kind == "graded":
        raise Refused("Graded labels need a highest grade, such as --max-grade 3.")
    return _with_parts(Scale(kind, high, low), arguments, old)


def _with_parts(new: Scale, arguments: argparse.Namespace, old: Scale) -> Scale:
    ends = old.kind, old.min, old.max
    kept_parts = old.names if ends == (new.kind, new.min, new.max) else ()
    names = tuple(arguments.grade_names) or kept_parts
    start = arguments.relevant_from
    if start is None and new.kind == old.kind:
        start = old.relevant_from
    return replace(new, names=names, relevant_from=start)


def _mapping(arguments: argparse.Namespace) -> dict[float, float]:
    try:
        return {float(label): to for label, to in arguments.map_label}
    except ValueError:
        raise Refused("--map-label expects numbers here, such as --map-label 7=3.") from None


def _lines(dataset: dict[str, Any]) -> str:
    scale = Scale.from_json(dataset["scale"])
    lines = [f"{dataset['name']}: {dataset['pairs']:,} pairs, {dataset['queries']:,} queries"]
    if dataset["description"]:
        lines.append(f"  {dataset['description']}")
    start = "any above 0" if scale.relevant_from is None else f"{scale.relevant_from:g}"
    lines.append(f"  labels are {scale}; relevant from {start}")
    if scale.names:
        labels = [scale.min + at for at in range(len(scale.names))]
        lines.append(f"  {', '.join(map(scale.word_of, labels))}")
    lines.append(f"  {dataset['labelled']:,} labelled, {dataset['positives']:,} of them positive")
    return "\n".join(lines + _change_lines(dataset["change"]))


def _change_lines(change: dict[str, Any] | None) -> list[str]:
    if change is None:
        return []
    done, scale = "edit" in change, Scale.from_json(change["scale"])
    rows = [f"  The scale {'is now' if done else 'would be'} {scale}."]
    for row in change["labels"]:
        to = "not on this scale: map it" if row["to"] is None else scale.word_of(row["to"])
        rows.append(f"    {row['count']:>9,} x {row['label']:g}  ->  {to}")
    before, after = change["positives"]
    return [*rows, f"  positive pairs: {before:,} before, {after:,} after"]
