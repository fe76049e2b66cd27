"""Makes assets/sample/argkp.csv from ArgKP 2021: python tests/benchmark/make_sample.py

The same input gives the same bytes. The data folder is read from RERANKER_UI_TEST_DATA, by default
`shared/data` beside the checkout. A query is an argument, a passage is a key point, and label 1
means that the key point says what the argument says.
"""

import hashlib
import os
from pathlib import Path

import pandas as pd

CHECKOUT = Path(__file__).resolve().parents[2]
TARGET = CHECKOUT / "assets" / "sample" / "argkp.csv"
PAIRS = {"train": 4200, "dev": 800, "test": 1000}
UNLABELLED_PAIRS = 200
LONGEST_QUERY = 120
# Left out so that a first look at the product is not about dying, sex or war.
LEFT_OUT_TOPICS = (
    "Assisted suicide should be a criminal offence",
    "We should abolish capital punishment",
    "We should close Guantanamo Bay detention camp",
    "We should legalize prostitution",
    "We should legalize sex selection",
    "We should prohibit women in combat",
)


def data_folder() -> Path:
    """The folder that holds `argkp2021/`."""
    return Path(os.environ.get("RERANKER_UI_TEST_DATA", CHECKOUT.parent / "shared" / "data"))


def read_split(split: str) -> pd.DataFrame:
    """The usable pairs of one official split, each text with single spaces and no repeated pair."""
    pairs = pd.read_json(data_folder() / "argkp2021" / f"{split}.jsonl.gz", lines=True)
    for column in ("query", "passage"):
        pairs[column] = pairs[column].str.split().str.join(" ")
    pairs = pairs.drop_duplicates(["query", "passage"])
    pairs = pairs[~pairs["topic"].isin(LEFT_OUT_TOPICS)]
    pairs = pairs[pairs["query"].str.len() <= LONGEST_QUERY]
    positives = pairs.groupby("query")["label"].transform("mean")
    return pairs[(positives > 0) & (positives < 1)]


def in_turns(pairs: pd.DataFrame) -> pd.DataFrame:
    """Whole queries, the topics taking turns, in an order that depends on the texts alone."""
    queries = pairs[["query", "topic"]].drop_duplicates("query")
    queries["order"] = [hashlib.sha256(q.encode()).hexdigest() for q in queries["query"]]
    queries = queries.sort_values("order")
    queries["turn"] = queries.groupby("topic").cumcount()
    queries = queries.sort_values(["turn", "order"]).reset_index(drop=True)
    queries["place"] = queries.index
    placed = pairs.merge(queries[["query", "place"]], on="query")
    return placed.sort_values(["place", "passage"]).reset_index(drop=True)


def first_queries(pairs: pd.DataFrame, at_least: int) -> pd.DataFrame:
    """The first queries that together have `at_least` pairs."""
    last = pairs["place"].iloc[min(at_least, len(pairs)) - 1]
    return pairs[pairs["place"] <= last]


def make_sample() -> pd.DataFrame:
    """All pairs of the sample: query, passage, label (1, 0 or empty), split and topic."""
    parts = []
    for split, wanted in PAIRS.items():
        pairs = in_turns(read_split(split))
        chosen = first_queries(pairs, wanted)
        parts.append(chosen.assign(split=split, label=chosen["label"].astype("Int64")))
        if split == "train":
            rest = first_queries(pairs[pairs["place"] > chosen["place"].max()], UNLABELLED_PAIRS)
            parts.append(rest.assign(split=split, label=pd.array([None] * len(rest), "Int64")))
    return pd.concat(parts)[["query", "passage", "label", "split", "topic"]]


if __name__ == "__main__":
    sample = make_sample()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    sample.to_csv(TARGET, index=False, lineterminator="\n")
    counts = sample.groupby("split")["label"].agg(["size", "count", "sum"])
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes\n{counts}")
