"""The verb import, with export beside it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from reranker_ui.commands import Verbs, export
from reranker_ui.commands.scale_options import add_label_map, add_scale_options
from reranker_ui.core.formats.column_names import ROLES
from reranker_ui.core.formats.families import FAMILIES
from reranker_ui.core.formats.hub import is_hub_id
from reranker_ui.core.formats.mojibake import MojibakeReport
from reranker_ui.core.formats.options import ReadOptions
from reranker_ui.core.formats.structure.file_reading import StoredReport
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.splits import SPLITS
from reranker_ui.settings import Settings

_COUNTS = ("records", "added", "new_labels", "already_there", "replaced", "pairs", "kept",
           "duplicate", "unlabelled", "conflicts", "positives", "blank", "bad_label",
           "unreadable")  # fmt: skip
_IN_WORDS = {"pairs": "with a label", "kept": "labels kept", "duplicate": "labels repeated"}


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    export.add(verbs)
    _add_import(verbs.add_parser("import", help="read labelled pairs from a file"))


def _add_import(verb: argparse.ArgumentParser) -> None:
    verb.set_defaults(run=_import, show=_show_import)
    verb.add_argument(
        "file", metavar="FILE", nargs="+",
        help="a file, a BEIR folder, or hf:ORG/NAME[:CONFIG]; several are read as one",
    )  # fmt: skip
    _add_target(verb)
    for role in ROLES:
        verb.add_argument(f"--{role}", metavar="COL", help="column name, or column number from 0")
    verb.add_argument(
        "--passage-template", metavar="TEXT",
        help="a passage of several columns, such as '{title}\\n{description}'",
    )  # fmt: skip
    for side in ("positive", "negative"):
        verb.add_argument(
            f"--{side}", action="append", default=[], metavar="COL",
            help=f"column whose passages are all {side}s; repeatable",
        )  # fmt: skip
    verb.add_argument(
        "--show-column", action="append", metavar="COL",
        help="further column that everyone sees beside the pairs, such as SKU; repeatable",
    )  # fmt: skip
    verb.add_argument(
        "--ignore", action="append", default=[], metavar="COL",
        help="column of texts that is not needed; repeatable",
    )  # fmt: skip
    add_scale_options(verb)
    add_label_map(verb, "grade of a label value")
    verb.add_argument(
        "--lowest-is-best", action="store_true", help="lower codes are better: 1 is most relevant"
    )
    verb.add_argument("--format", metavar="F", help=", ".join(FAMILIES))
    verb.add_argument("--encoding", metavar="E")
    verb.add_argument(
        "--repair", action="store_true",
        help="repair texts that were decoded with the wrong encoding earlier (“Ã©” for “é”)",
    )  # fmt: skip
    verb.add_argument("--delimiter", metavar="D", help="column separator; \\t for a tab")
    verb.add_argument("--quotes", choices=("on", "off"), help='treat " as a quote character')
    verb.add_argument("--header", choices=("yes", "no"))
    verb.add_argument("--header-line", type=int, metavar="N", help="line of the column names")
    verb.add_argument("--sheet", metavar="S", help="sheet of a workbook, by name or number from 1")
    verb.add_argument("--corpus", metavar="FILE", help="passages by id")
    verb.add_argument("--queries", metavar="FILE", help="queries by id")
    verb.add_argument(
        "--join", action="append", default=[], metavar="FILE:KEY:TEXT",
        help="read the query (first) or passage (second) from FILE by key; repeatable",
    )  # fmt: skip
    limits = Settings.model_fields
    for name in ("upload_bytes", "rows", "columns", "cell_characters", "decoded_bytes"):
        shown = limits[f"max_{name}"].description
        verb.add_argument(f"--max-{name.replace('_', '-')}", type=int, metavar="N", help=shown)
    shown = limits["parser_idle_seconds"].description
    verb.add_argument("--parser-idle-seconds", type=float, metavar="S", help=shown)
    verb.add_argument(
        "--rejects", type=Path, metavar="FILE",
        help="write every rejected record to a CSV: line, reason, cause, row",
    )  # fmt: skip


def _add_target(verb: argparse.ArgumentParser) -> None:
    """Where the pairs go."""
    verb.add_argument(
        "--dataset", required=True, metavar="NAME", help="created if it does not exist"
    )
    verb.add_argument(
        "--into", choices=("new", "add", "replace"),
        help="a new dataset, add to it, or replace its pairs; add or create if empty",
    )  # fmt: skip
    verb.add_argument("--yes", action="store_true", help="replace without asking")
    verb.add_argument("--into-split", choices=SPLITS, help="put every pair into this split")


def _import(arguments: argparse.Namespace) -> tuple[Any, int]:
    from reranker_ui.services.imports.importer import import_file
    from reranker_ui.services.store.access import LOCAL
    from reranker_ui.services.store.workspace import open_workspace

    limits: dict[str, Any] = {
        f"max_{name}": value
        for name in ("upload_bytes", "rows", "columns", "cell_characters", "decoded_bytes")
        if (value := getattr(arguments, f"max_{name}")) is not None
    }
    if arguments.parser_idle_seconds is not None:
        limits["parser_idle_seconds"] = arguments.parser_idle_seconds
    workspace = open_workspace(Settings(**limits))
    paths = [_path(file) for file in arguments.file]
    if arguments.into == "replace" and not arguments.yes:
        _refuse_to_replace(workspace, arguments.dataset)
    report = import_file(
        workspace, LOCAL, paths[0], arguments.dataset, _options(arguments),
        rejects=arguments.rejects, more=paths[1:], into=arguments.into,
        split=arguments.into_split, shown=arguments.show_column,
    )  # fmt: skip
    for note in [*report["notes"], *_columns(report), *_mojibake(report["mojibake"])]:
        print(note, file=sys.stderr)
    shown: dict[str, Any] = {**report}
    return {name: shown[name] for name in ("dataset", "summary", *_COUNTS, "rejects")}, 0


def _refuse_to_replace(workspace: Any, name: str) -> None:
    """Refused, with what a replacement would delete."""
    from reranker_ui.services.labels.datasets import list_datasets
    from reranker_ui.services.store.access import LOCAL

    for dataset in list_datasets(workspace, LOCAL):
        if dataset["name"] == name:
            raise Refused(
                f"This replaces the {dataset['pairs']:,} pairs of {name};"
                f" {dataset['labelled_by_people']:,} of them have human labels. Add --yes to"
                " confirm. You can undo it in the dataset's history in the page."
            )


def _options(arguments: argparse.Namespace) -> ReadOptions:
    values = vars(arguments)
    plain = (*ROLES, "scale", "max_grade", "lowest_is_best", "repair", "format", "encoding",
             "corpus", "queries", "positive", "negative", "ignore", "header_line",
             "sheet", "relevant_from", "min_grade", "grade_names")  # fmt: skip
    return ReadOptions(
        **{name: values[name] for name in plain},
        delimiter=(values["delimiter"] or "").replace("\\t", "\t") or None,
        quotes=None if values["quotes"] is None else values["quotes"] == "on",
        header=None if values["header"] is None else values["header"] == "yes",
        passage_template=_with_breaks(values["passage_template"]),
        map_label=dict(values["map_label"]),
        joins=values["join"],
    )


def _with_breaks(template: str | None) -> str | None:
    return template and template.replace("\\n", "\n").replace("\\t", "\t")


def _columns(report: StoredReport) -> list[str]:
    """What becomes of the columns that hold neither texts nor labels of the pairs."""
    kept_columns = [column["column"] for column in report["further"]]
    notes = [f"Kept with each pair: {', '.join(kept_columns)}."] if kept_columns else []
    return notes + [
        f"Not read: the column {column['column']}, which holds {column['cells']:,}"
        f" {column['holds']}. --ignore {column['column']} confirms that it is not needed."
        for column in report["unread"] if column["column"] not in kept_columns
    ]  # fmt: skip


def _mojibake(report: MojibakeReport | None) -> list[str]:
    """Lines about texts that were decoded with the wrong encoding."""
    if not report:
        return []
    what = f"{report['texts']:,} texts look like UTF-8 decoded as {report['encoding']}"
    done = "; they are repaired" if report["repaired"] else "; --repair repairs them, such as"
    lines = [f"{what}{done}:"]
    lines += [f"  line {o['line']:,}: {o['before']}  ->  {o['after']}" for o in report["examples"]]
    if report["lost"]:
        where = ", ".join(f"{text['line']:,}" for text in report["left"])
        lines.append(
            f"{report['lost']:,} more have lost bytes and are not changed, first on line {where}."
        )
    return lines


def _path(file: str) -> Path:
    path = Path(file).expanduser()
    if not is_hub_id(file) and not path.exists():
        raise Refused(f"There is no file {file}.")
    return path


def _show_import(report: dict[str, Any]) -> str:
    lines = [f"{report['dataset']}: {report['summary']}"]
    lines += [
        f"  {_IN_WORDS.get(name, name.replace('_', ' ')):<16}{report[name]:>12,}"
        for name in _COUNTS
    ]
    lines += [f"  line {reject['line']:,}: {reject['reason']}" for reject in report["rejects"]]
    return "\n".join(lines)
