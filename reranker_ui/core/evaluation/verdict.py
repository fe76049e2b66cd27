"""What a finished run is worth: compared with the strongest free ranker and with its origin."""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict, cast

from reranker_ui.core.evaluation.quality.finding import count_of

SIGNIFICANCE = 0.05  # p below which a difference is significant
MISCALIBRATED = 0.05  # calibration error above which scores are called poor probabilities
FEW = 10  # test queries below which nothing is said
SMALL = 50  # test queries below which the interval is named: Buckley and Voorhees, SIGIR 2000
Free = Literal["bm25", "cosine"]  # rankers that need no labels
TITLES: dict[str, str] = {"bm25": "BM25", "cosine": "cosine"}
_LEADS = {
    "better": "Significantly better than",
    "worse": "Significantly worse than",
    "unclear": "No significant difference from",
}


class Duel(TypedDict):
    """The run's ranker against another one by nDCG@10, paired by query.

    `low` and `high`: the 95% interval of the mean difference.
    """

    difference: float
    low: float
    high: float
    p: float
    wins: int
    losses: int
    ties: int


class Verdict(Duel):
    """The run's ranker against `free`, the strongest ranker that needs no labels.

    `deploy`: it is significantly better than that and not worse than its origin; `sentence` and
    `numbers`, in words.
    """

    free: Free
    deploy: bool
    kind: Literal["good", "bad", "unclear"]
    sentence: str
    numbers: str


def verdict_of(results: Mapping[str, Any], origin: str | None = None) -> Verdict | None:
    """The headline of `outcome_of`'s results; None where too few queries can be compared.

    `origin` is the title of the model that the run started from; None where its order was random.
    """
    free, queries = results.get("free"), results["queries"]
    if free is None or queries < FEW:
        return None
    against = results["against"]
    rivals = [(TITLES[free], against[free])]
    if origin and "base" in against:
        rivals.append((origin, against["base"]))
    states = [state_of(comparison) for _, comparison in rivals]
    deploy = states[0] == "better" and "worse" not in states
    kind: Literal["good", "bad", "unclear"] = (
        "good" if deploy else "bad" if "worse" in states else "unclear"
    )
    names = [f"{TITLES[free]} (the strongest free ranker)", *(name for name, _ in rivals[1:])]
    verdict = {
        **against[free],
        "free": free,
        "deploy": deploy,
        "kind": kind,
        "sentence": _sentence(names, states),
        "numbers": f"nDCG@10 on {queries:,} test queries: "
        + ", ".join(_number(name, comparison) for name, comparison in rivals)
        + ".",
    }
    return cast(Verdict, verdict)


def state_of(comparison: Mapping[str, Any]) -> str:
    """ "better", "worse", or "unclear" where the interval contains 0 or chance explains it."""
    if comparison["p"] >= SIGNIFICANCE or comparison["low"] <= 0 <= comparison["high"]:
        return "unclear"
    return "better" if comparison["difference"] > 0 else "worse"


def small_test(results: Mapping[str, Any]) -> str | None:
    """A sentence where the test split is small, with what it can tell; None where it is not."""
    queries = results["queries"]
    if queries >= SMALL:
        return None
    if not queries:
        return (
            "No test query has both a relevant and an irrelevant pair, so there is nothing to"
            " compare. Label more test queries."
        )
    counted = f"The test split has only {count_of(queries, 'query', 'queries')}"
    if queries < FEW:
        return f"{counted}, and a verdict needs at least {FEW}. Label more test queries."
    low, high = results["intervals"].get(results.get("ranker") or "tuned") or (0.0, 0.0)
    within = f" nDCG@10 is only known to ±{(high - low) / 2:.3f}." if high > low else ""
    return f"{counted}.{within} Label more test queries."


def miscalibrated(results: Mapping[str, Any]) -> str | None:
    """A sentence where the scores on test are poor probabilities; None where not, or unknown."""
    on_test = results.get("probabilities")
    if not on_test or on_test["error"] <= MISCALIBRATED:
        return None
    return (
        f"Scores are poor probabilities on the test split: their mean is {on_test['mean']:.2f}, "
        f"and {on_test['relevant']:.0%} of the pairs are relevant (calibration error "
        f"{on_test['error']:.2f}). The ranking does not depend on it. Before you use a threshold, "
        "label dev queries like those you will rank."
    )


def _sentence(names: list[str], states: list[str]) -> str:
    if len(set(states)) == 1:
        sentence = f"{_LEADS[states[0]]} {' and '.join(names)}."
    else:
        parts = [f"{_LEADS[state]} {name}" for name, state in zip(names, states, strict=True)]
        sentence = "; ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])]) + "."
    if states[0] == "worse":
        return f"{sentence} Do not deploy it."
    if states[0] == "unclear":
        return f"{sentence} Do not deploy it yet."
    if states[0] == "better" and "worse" in states:
        return f"{sentence} Keep {names[1]}."
    return sentence


def _number(name: str, comparison: Mapping[str, Any]) -> str:
    gain, low, high = (f"{comparison[key]:+.3f}".replace("-", "\N{MINUS SIGN}")
                       for key in ("difference", "low", "high"))  # fmt: skip
    return f"{gain} against {name} (95% interval {low} to {high})"
