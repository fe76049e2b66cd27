"""The export formats: the writer of each, its suffix, and what it cannot contain."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reranker_ui.core.formats import shapes, writing, writing_judgments, writing_tools
from reranker_ui.core.formats.binary import parquet, saved
from reranker_ui.core.formats.writing import Lost, Row, Target
from reranker_ui.core.values.refused import Refused

_NO_PEOPLE = "Annotators of labels, and pairs without a label, are left out."
_NO_SPLIT = "Splits are left out."
_NO_NAMES = "Names of labels are left out; the labels are numbers."
_NAMED = ("csv", "tsv", "jsonl", "json", "parquet", "datasets", "label-studio", "argilla",
          "prodigy")  # fmt: skip
_NO_TEXTS = "Passages are left out: their ids match the BEIR export, which has the texts."


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
        (_NO_TEXTS, "Annotators of labels are left out.", _NO_SPLIT),
    ),
}  # fmt: skip


_ALSO = {
    "ndjson": "jsonl", "json-lines": "jsonl", "labelled-lists": "lists", "ntuples": "n-tuples",
    "mteb-reranking": "mteb", "cohere-rerank": "cohere", "miracl": "tevatron", "qrels": "trec",
    "trec-qrels": "trec", "labelstudio": "label-studio", "quepid": "quepid-book",
    "huggingface": "datasets", "save-to-disk": "datasets", "swift": "ms-swift",
}  # fmt: skip


def form_of(typed: str) -> str:
    """The key of FORMATS for a name the user typed; Refused where there is none."""
    name = "-".join(typed.strip().casefold().replace("_", " ").replace("-", " ").split())
    name = _ALSO.get(name, name)
    if name not in FORMATS:
        raise Refused(f"{typed} is not an export format. Choose one of {', '.join(FORMATS)}.")
    return name


def write(form: str, rows: Iterable[Row], target: Target) -> int:
    """Write rows in a format of FORMATS; returns the number of pairs written."""
    nameless = target.scale.names and form not in _NAMED
    target.lost.always = (*FORMATS[form].never, *([_NO_NAMES] if nameless else []))
    return FORMATS[form].write(rows, target)


def lost_in(form: str) -> Lost:
    """What the format cannot contain, ready to count the rest."""
    return Lost(FORMATS[form].never)
