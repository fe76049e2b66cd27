"""What a finished run is worth: compared with the strongest ranker that needs no labels."""

from collections.abc import Mapping
from typing import Any

SURE = 0.05  # p below which a difference is more than chance
FEW = 10  # test queries below which nothing is said
TITLES = {"bm25": "BM25", "cosine": "cosine"}


def verdict_of(results: Mapping[str, Any]) -> dict[str, Any] | None:
    """The headline of `outcome_of`'s results; None where too few queries can be compared.

    Returns `free`: the strongest free ranker; `difference`, `low`, `high`, `p`, `wins`, `losses`,
    `ties` of the run's ranker against it by nDCG@10; `deploy`: whether it is better beyond chance;
    `sentence` and `numbers`, in words.
    """
    free, queries = results.get("free"), results["queries"]
    if free is None or queries < FEW:
        return None
    against = results["against"][free]
    gain, sure = against["difference"], against["p"] < SURE
    name = TITLES[free]
    if gain > 0 and sure:
        sentence = f"Better than {name}, the strongest ranker without labels."
    elif gain < 0 and sure:
        sentence = f"Worse than {name}: do not deploy."
    else:
        sentence = f"No better than {name}: do not deploy."
    numbers = (
        f"nDCG@10 {gain:+.3f} (95% interval {against['low']:+.3f} to {against['high']:+.3f}) on "
        f"{queries:,} test queries; {against['wins']:,} better, {against['losses']:,} worse, "
        f"{against['ties']:,} the same."
    )
    return {**against, "free": free, "deploy": gain > 0 and sure, "sentence": sentence,
            "numbers": numbers}  # fmt: skip
