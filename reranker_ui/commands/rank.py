"""The verbs rank and evaluate."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, get_args

from reranker_ui.commands import Verbs
from reranker_ui.core.models.reranker import RankedPassage
from reranker_ui.core.values.recipe import EMBEDDED
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.ranking import candidates, compare
from reranker_ui.services.ranking.rankers import find_ranker
from reranker_ui.services.ranking.rerank import serve_ranking
from reranker_ui.services.ranking.retrieval import meaning
from reranker_ui.services.runs.training_queries import learned_queries
from reranker_ui.services.store.access import LOCAL
from reranker_ui.services.store.workspace import Workspace, open_workspace

MODEL = (
    "a run's id or name, base, bm25, cosine, or a Hub id; with :tuned after a run, its"
    " cross-encoder alone"
)


def add(verbs: Verbs) -> None:
    """Add the verbs."""
    rank = verbs.add_parser("rank", help="rank passages for a query")
    rank.add_argument("--model", required=True, help=MODEL)
    rank.add_argument("--query", required=True, metavar="TEXT")
    passages = rank.add_mutually_exclusive_group(required=True)
    passages.add_argument(
        "--passages",
        metavar="FILE",
        help='.jsonl of strings or {"passage"}, else one passage per line; - reads standard input',
    )
    passages.add_argument("--dataset", metavar="NAME", help="rank the best passages of a dataset")
    rank.add_argument(
        "--first-stage",
        choices=get_args(candidates.FirstStage),
        default="bm25",
        help="which passages of the dataset: by words (bm25) or similar by meaning",
    )
    rank.add_argument(
        "--candidates", type=_count, default=50, metavar="N", help="how many of them, 50 by default"
    )
    rank.add_argument(
        "--cascade",
        action="store_true",
        help="with more than 200 passages, a run scores those that cosine and BM25 put first",
    )
    rank.add_argument("--raw", action="store_true", help="logits instead of probabilities")
    rank.set_defaults(run=_rank, show=_lines)
    evaluate = verbs.add_parser("evaluate", help="score a ranker on a dataset's labels")
    evaluate.add_argument("--model", required=True, help=MODEL)
    evaluate.add_argument("--dataset", required=True, metavar="NAME")
    evaluate.add_argument("--split", default="test", choices=["train", "dev", "test"])
    evaluate.add_argument(
        "--metric", metavar="M", help="an extra metric: ndcg@k, ndcg-exp@k, p@k or recall@k"
    )
    evaluate.set_defaults(run=_evaluate, show=_table)


def _rank(arguments: argparse.Namespace) -> tuple[list[RankedPassage], int]:
    workspace = open_workspace()
    passages = _candidates(workspace, arguments)
    served = serve_ranking(
        workspace, LOCAL, arguments.model, arguments.query, passages, arguments.raw,
        cascade=arguments.cascade,
    )  # fmt: skip
    for notice in filter(None, (served.ranker.notice, served.estimates())):
        print(notice, file=sys.stderr)
    return served.rows, 0


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


def _candidates(workspace: Workspace, arguments: argparse.Namespace) -> list[str]:
    if arguments.passages:
        return read_passages(arguments.passages)
    dataset, query = arguments.dataset, arguments.query
    if arguments.first_stage == "bm25":
        return candidates.by_bm25(workspace, LOCAL, query, dataset, arguments.candidates).passages
    meaning.embed_now(workspace, LOCAL, dataset, _print_embedded)
    return candidates.by_meaning(workspace, LOCAL, query, dataset, arguments.candidates).passages


def _print_embedded(missing: int, passages: int) -> None:
    if missing:
        print(f"{passages - missing:,} of {passages:,} passages are embedded", file=sys.stderr)


def _evaluate(arguments: argparse.Namespace) -> tuple[dict[str, Any], int]:
    workspace = open_workspace()
    metrics = compare.evaluate(
        workspace, LOCAL, arguments.model, arguments.dataset, arguments.split, arguments.metric
    )
    _print_notice(workspace, arguments.model)
    if not metrics["queries"]:
        print(
            f"No {arguments.split} query of {arguments.dataset} has both a relevant and an"
            " irrelevant pair, so none can be scored.",
            file=sys.stderr,
        )
    _warn_about_leakage(workspace, arguments.model, arguments.dataset, arguments.split)
    return dict(metrics), 0


def _warn_about_leakage(workspace: Workspace, model: str, dataset: str, split: str) -> None:
    """Warn about queries that the run trained on: its metrics on them are too high."""
    named = model in ("base", "bm25", "cosine", *EMBEDDED) or "/" in model
    try:
        learned = [] if named else learned_queries(workspace, LOCAL, model, dataset, split)
    except Refused as refused:  # its frozen pairs are damaged: the metrics still hold
        print(refused, file=sys.stderr)
        return
    if learned and split != "train":
        print(
            f"Run {model} trained on {len(learned):,} of these queries; the split was changed"
            " later. Without them the numbers would be lower:",
            *(f"  {query}" for query in learned),
            sep="\n",
            file=sys.stderr,
        )


def _print_notice(workspace: Workspace, model: str) -> None:
    if notice := find_ranker(workspace, LOCAL, model).notice:
        print(notice, file=sys.stderr)


def read_passages(name: str) -> list[str]:
    """The passages in a file, or on standard input for `-`; blank lines are skipped."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{name} is not UTF-8 text. Save it as UTF-8.") from None
    lines = [line.rstrip("\r") for line in text.split("\n")]
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if name.endswith(".jsonl"):
        return [_passage(name, number, line) for number, line in numbered]
    return [line for _, line in numbered]


def _passage(name: str, number: int, line: str) -> str:
    try:
        value = json.loads(line)
    except ValueError:
        raise Refused(f"Line {number} of {name} is not JSON.") from None
    passage = value.get("passage") if isinstance(value, dict) else value
    if not isinstance(passage, str):
        raise Refused(f'Line {number} of {name} is neither a string nor {{"passage": string}}.')
    return passage


def _lines(rows: list[dict[str, Any]]) -> str:
    return "\n".join(f"{row['rank']:>4}  {row['score']:8.4f}  {row['passage']}" for row in rows)


def _table(metrics: dict[str, Any]) -> str:
    return "\n".join(
        f"{name:<18} {'-' if value is None else f'{value:.3f}' if name != 'queries' else value}"
        for name, value in metrics.items()
    )
