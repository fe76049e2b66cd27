"""Names of import formats: their aliases, and containers that do not define records."""

from reranker_ui.core.values.refused import Refused

FAMILIES = ("pairs", "triplets", "lists", "judgments", "beir", "trec", "trec-run", "label-studio",
            "argilla", "prodigy", "quepid-book", "squad", "tat-qa", "datasets")  # fmt: skip
_CONTAINERS = ("csv", "tsv", "jsonl", "ndjson", "json", "parquet", "xml", "hub",
               "ltr", "rre", "opensearch", "quepid-ratings", "msmarco")  # fmt: skip
_ALSO = {
    **dict.fromkeys(("mteb", "cohere", "flagembedding", "tevatron", "miracl", "ms-swift",
                     "n-tuples", "labelled-lists"), "lists"),
    "qrels": "trec", "trec-qrels": "trec", "run": "trec-run", "quepid": "quepid-book",
    "labelstudio": "label-studio", "tatqa": "tat-qa", "save-to-disk": "datasets",
}  # fmt: skip


def family_of(typed: str | None) -> str | None:
    """The family for a name the user typed; None to detect it from the records."""
    if typed is None:
        return None
    name = "-".join(typed.strip().casefold().replace("_", " ").replace("-", " ").split())
    name = _ALSO.get(name, name)
    if name in _CONTAINERS:
        return None
    if name not in FAMILIES:
        raise Refused(f"{typed} is not a format. Choose one of {', '.join(FAMILIES)}.")
    return name
