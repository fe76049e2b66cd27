"""The formats a dataset is written in: who writes each, its suffix, what it never holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reranker_ui.core.formats import (
    parquet,
    saved,
    shapes,
    writing,
    writing_judgments,
    writing_tools,
)
from reranker_ui.core.formats.writing import Lost, Row, Target
from reranker_ui.core.values.refused import Refused

_NO_PEOPLE = "Who gave which label, and pairs without one, are left out."
_NO_SPLIT = "Splits are left out."
_NO_NAMES = "Names of labels are left out; the labels are numbers."
_TABLES = ("csv", "tsv", "jsonl", "json", "parquet", "datasets")  # have a column for the name
_NO_TEXTS = "Passages are left out: their ids are those of the BEIR export, which holds the texts."


@dataclass(frozen=True)
class Form:
    """A format: `write(rows ordered by query, target)` returns the number of pairs written."""

    name: str
    write: Callable[[Iterable[Row], Target], int]
    suffix: str
    never: tuple[str, ...] = ()


_LISTS = (_NO_PEOPLE, _NO_SPLIT)

FORMATS: dict[str, Form] = {
    "csv": Form("CSV", writing.write_csv, ".csv"),
    "tsv": Form("TSV", writing.write_tsv, ".tsv"),
    "jsonl": Form("JSON Lines", writing.write_jsonl, ".jsonl"),
    "json": Form("JSON", writing.write_json, ".json"),
    "parquet": Form("Parquet", parquet.write_parquet, ".parquet"),
    "datasets": Form("Hugging Face datasets", saved.write_saved, ".zip"),
    "lists": Form("Labelled lists", shapes.write_lists, ".jsonl", (_NO_PEOPLE,)),
    "triplets": Form("Triplets", shapes.write_triplets, ".jsonl", _LISTS),
    "n-tuples": Form("n-tuples", shapes.write_tuples, ".jsonl", _LISTS),
    "mteb": Form(
        "MTEB reranking", shapes.two_sided(shapes.keyed("positive", "negative")), ".jsonl", _LISTS
    ),
    "cohere": Form(
        "Cohere rerank",
        shapes.two_sided(shapes.keyed("relevant_passages", "hard_negatives")),
        ".jsonl",
        _LISTS,
    ),
    "flagembedding": Form(
        "FlagEmbedding", shapes.two_sided(shapes.keyed("pos", "neg")), ".jsonl", _LISTS
    ),
    "tevatron": Form("tevatron", shapes.two_sided(shapes.tevatron), ".jsonl", _LISTS),
    "ms-swift": Form("ms-swift", shapes.two_sided(shapes.swift), ".jsonl", _LISTS),
    "beir": Form("BEIR", writing_judgments.write_beir, ".zip", (_NO_PEOPLE,)),
    "trec": Form("TREC judgments", writing_judgments.write_trec, ".zip", (_NO_PEOPLE,)),
    "label-studio": Form("Label Studio", writing_tools.write_label_studio, ".json"),
    "argilla": Form("Argilla", writing_tools.write_argilla, ".json"),
    "prodigy": Form("Prodigy", writing_tools.write_prodigy, ".jsonl"),
    "quepid-book": Form("Quepid book", writing_tools.write_quepid_book, ".json", (_NO_SPLIT,)),
    "quepid-ratings": Form(
        "Quepid ratings", writing_tools.write_quepid_ratings, ".csv",
        (_NO_TEXTS, "Who gave which label is left out.", _NO_SPLIT),
    ),
}  # fmt: skip


_ALSO = {
    "ndjson": "jsonl", "json-lines": "jsonl", "labelled-lists": "lists", "ntuples": "n-tuples",
    "mteb-reranking": "mteb", "cohere-rerank": "cohere", "miracl": "tevatron", "qrels": "trec",
    "trec-qrels": "trec", "labelstudio": "label-studio", "quepid": "quepid-book",
    "huggingface": "datasets", "save-to-disk": "datasets", "swift": "ms-swift",
}  # fmt: skip


def form_of(told: str) -> str:
    """The key of FORMATS that a person means; Refused where there is none."""
    name = "-".join(told.strip().casefold().replace("_", " ").replace("-", " ").split())
    name = _ALSO.get(name, name)
    if name not in FORMATS:
        raise Refused(f"{told} is no format to export. There are {', '.join(FORMATS)}.")
    return name


def write(form: str, rows: Iterable[Row], target: Target) -> int:
    """Write rows in a format of FORMATS; returns the number of pairs written."""
    nameless = target.scale.names and form not in _TABLES
    target.lost.always = (*FORMATS[form].never, *([_NO_NAMES] if nameless else []))
    return FORMATS[form].write(rows, target)


def lost_in(form: str) -> Lost:
    """What the format never carries, ready to count the rest."""
    return Lost(FORMATS[form].never)
