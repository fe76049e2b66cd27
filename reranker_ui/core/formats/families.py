"""Names of formats: what a person may call them, and which containers say nothing of records."""

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


def family_of(told: str | None) -> str | None:
    """The family a person means; None where the records themselves shall tell."""
    if told is None:
        return None
    name = "-".join(told.strip().casefold().replace("_", " ").replace("-", " ").split())
    name = _ALSO.get(name, name)
    if name in _CONTAINERS:
        return None
    if name not in FAMILIES:
        raise Refused(f"{told} is no format. There are {', '.join(FAMILIES)}.")
    return name
