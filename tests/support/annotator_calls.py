"""Everything that an annotator can ask a server for, and what to ask it with.

A new function of the page, event or address without an entry here fails the test that plays them.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.twin_homes import PER_QUERY

RANKERS = ("bm25", "cosine", "base", "1", "2", "3", "4")
ORDERS = ("unlabelled", "query", "random", "disputed", "uncertain", "skipped")


@dataclass
class Draw:
    """What one call asks for, drawn by chance: the same in both twins."""

    chance: random.Random
    dataset: str
    ids: list[int]

    def pair(self) -> int:
        """The id of a pair of the dataset."""
        return self.chance.choice(self.ids)

    def number(self) -> int:
        """The number of a pair in its dataset."""
        return self.chance.randrange(len(self.ids))

    def query(self, number: int | None = None) -> str:
        """A query of the dataset."""
        number = self.number() if number is None else number
        return f"question {self.dataset} {number // PER_QUERY}?"

    def texts(self) -> dict[str, str]:
        """The query and passage of a pair, or of none."""
        number = self.number()
        passage = f"answer {number} of {self.dataset} {number % 3}"
        if self.chance.random() < 0.3:
            passage = f"a new passage {self.chance.randrange(9)}"
        return {"query": self.query(number), "passage": passage}

    def any(self, *values: Any) -> Any:
        """One of the values."""
        return self.chance.choice(values)

    def rankers(self, count: int) -> list[str]:
        """Names of rankers."""
        return [self.any(*RANKERS) for _ in range(count)]

    def client_id(self) -> str:
        """A new mark of a change."""
        return f"{self.chance.getrandbits(60):x}"


Payload = Callable[[Draw], dict[str, Any]]


def _named(**more: Any) -> Payload:
    """The dataset, and what is given."""

    def payload(d: Draw) -> dict[str, Any]:
        given = {"dataset": d.dataset, **more}
        return {name: value(d) if callable(value) else value for name, value in given.items()}

    return payload


def _pair(**more: Any) -> Payload:
    return _named(pair=Draw.pair, **more)


def _page(d: Draw) -> dict[str, Any]:
    asked: dict[str, Any] = {"dataset": d.dataset}
    choices = {
        "label": ("0", "1", "none", "disputed", "left out", None),
        "split": ("train", "dev", "test", None, None),
        "annotator": ("Ann", "Bo", "Cy", "local user", None, None, None),
        "search": ("", "", "answer 1", "question"),
        "finding": (None, None, None, "conflicts", "no_positive", "balance", "duplicates"),
        "after": (None, d.pair()),
        "size": (5, 50),
        "sort": ("", "", "label", "updated", "query"),
        "descending": (False, True),
        "at": (None, [0.5]),
    }
    return asked | {name: d.any(*values) for name, values in choices.items()}


LABEL = {"label": lambda d: d.any(0, 1, 0, 1, None)}
GRADED = {"kind": "graded", "max": 3}
CLIENT = {"id": Draw.client_id}
RUN = {"run": lambda d: d.any("1", "2", "3", "4")}
# What each function of the page is asked; those that only an admin may call are refused alike.
ACTS: dict[str, Payload] = {
    "annotate": _pair(**LABEL, **CLIENT, note=lambda d: d.any(None, "mine")),
    "undo": _pair(**CLIENT, edit=1),
    "take": _pair(),
    "release": _named(),
    "add_comment": _pair(text=lambda d: d.any("Is it 1?", "why", "")),
    "next_pairs": _named(
        order=lambda d: d.any(*ORDERS),
        n=lambda d: d.any(0, 3, 20),
        imported=lambda d: d.any(True, False),
        have=lambda d: [d.pair() for _ in range(d.any(0, 3))],
    ),
    "label_result": lambda d: {"dataset": d.dataset, **d.texts(), "label": d.any(0, 1, None, 7),
                               "client_id": d.client_id(), "score": 0.5},
    "undo_result": lambda d: {"dataset": d.dataset, "query": d.query(), "pair_id": d.pair(),
                              "client_id": d.client_id()},
    "send_to_annotate": lambda d: {"dataset": d.dataset, "query": d.query(), "passages": [
        d.texts()["passage"], d.any("another", "")]},
    "decide": _pair(**LABEL, reason="why"),
    "undecide": _pair(),
    "score_pairs": _named(run=lambda d: d.any(None, 1)),
}  # fmt: skip
READS: dict[str, Payload] = {
    "overview": _named(page="p"),
    "people_now": _named(), "set_role": _named(name="Bo", role="viewer"),
    "remove_user": _named(name="Bo"), "invite": _named(role="admin", places=1),
    "set_password": _named(name="Bo", password="a long password", present="x"),
    "withdraw": _named(id=1), "list_keys": _named(), "make_key": _named(name="key"),
    "end_key": _named(id=1), "end_keys": _named(), "demo_settings": _named(),
    "set_demo": _named(title="t", text="x", run="", queries=["q"]),
    "preview_scale": _named(scale=GRADED), "change_scale": _named(scale=GRADED),
    "rename_dataset": _named(name="new"), "describe_dataset": _named(text="t"),
    "all_datasets": _named(), "delete_dataset": _named(),
    "duplicate_dataset": _named(name="copy"), "load_sample": _named(),
    "export": _named(format="csv"),
    "export_formats": _named(), "push_dataset": _named(repo="a/b"),
    "begin_upload": _named(path="/etc/passwd", name="x"), "begin_hub": _named(id="a/b"),
    "add_file": _named(path="/etc/passwd", name="x", token="0" * 32),
    "import_preview": _named(token="0" * 32, into="add"),
    "add_texts": _named(path="/etc/passwd", name="x", token="0" * 32, role="queries"),
    "read_upload": _named(token="0" * 32, said={}), "upload_state": _named(token="0" * 32),
    "store_upload": _named(token="0" * 32), "end_upload": _named(token="0" * 32),
    "left_out": _named(token="0" * 32, after=0), "page_of_pairs": _page,
    "ids_of_pairs": _page, "pair_details": _pair(), "pair_history": _pair(),
    "pair_comments": _pair(), "mark_gold": _named(ids=[1], gold_pair=True),
    "set_label": _named(ids=[1], label=1), "move_split": _named(ids=[1], split="dev"),
    "delete_pairs": _named(ids=[1]), "edit_text": _named(id=1, query="q"),
    "quality_report": _named(), "check_quality": _named(), "stop_check": _named(),
    "join_sides": _named(), "split_receipt": _named(), "filter_choices": _named(),
    "columns_beside": _named(), "show_columns": _named(columns=["sku"]),
    "dataset_history": _named(), "dataset_guidelines": _named(),
    "write_dataset_guidelines": _named(text="t"),
    "stream": _named(), "last_labels": _named(), "candidates": _pair(), "history": _pair(),
    "progress": _named(since=0, imported=lambda d: d.any(True, False)), "agree": _named(),
    "guideline_versions": _named(), "write_guidelines": _named(text="t"),
    "offer_test_pairs": _named(offer=True), "stream_settings": _named(),
    "set_stream": _named(blind=False), "scoring": _named(run=lambda d: d.any(None, 1)),
    "disputed": _named(), "agree_in_detail": _named(), "people": _named(midnight=0),
    "labels_since": _named(annotator="Bo", since=0),
    "revert_labels": _named(annotator="Bo", since=0), "restore_labels": _named(edit=1),
    "reverted_labels": _named(), "unjudged": _named(query=Draw.query),
    "add_pairs": _named(query="q", passages=["p"]), "remove_pairs": _named(pairs=[1]),
    "follow": _named(**RUN), "compared": _named(**RUN, number=0),
    "act": _named(**RUN, what=lambda d: d.any("keep", "cancel", "again", "resume")),
    "run_price": _named(**RUN, what="again"), "resume_places": _named(**RUN),
    "edit_run": _named(**RUN, name="mine"), "set_metric": _named(metric="p@5"),
    "archive_runs": _named(runs=["1"]),
    "delete_runs": _named(runs=["1"]), "compare_runs": _named(runs=lambda d: d.any(
        ["1", "2"], ["3", "4"], ["1", "2", "3", "4"])),
    "form_offers": _named(),
    "fill_by_name": _named(recipe=lambda d: d.any("quick", "advised", "run:1"), base="embedded"),
    "fill_by_text": _named(text="learning_rate: 1e-5"), "fill_by_run": _named(**RUN),
    "plan_run": _named(name="quick", base="embedded", values={}),
    "start_run": _named(name="quick", base="embedded", values={}),
    "outcome": _named(**RUN), "push": _named(**RUN, repo="a/b"), "rows": _named(have={}, limit=9),
    "rankers": _named(),
    "compare": lambda d: {"dataset": d.dataset, "query": d.query(), "models": d.rankers(2),
                          "source": d.any("labelled", "dataset", "meaning", "paste"), "k": 9,
                          "passages": "\n".join(d.texts()["passage"] for _ in range(4))},
    "embedding_state": _named(), "embed_passages": _named(),
    "queries": _named(), "compare_queries": _named(models=lambda d: d.rankers(2)),
    "score_again": _named(grades=[1, 0], scores=[[0.1, 0.2]]),
    "explain": lambda d: {**d.texts(), "model": "bm25"},
    "score_wording": lambda d: {**d.texts(), "models": ["bm25"]},
    "find_cutoff": _named(**RUN, goal=lambda d: d.any("f1", "recall:0.9")),
    "save_cutoff": _named(**RUN, goal="f1"), "delete_cutoff": _named(**RUN),
    "onnx_state": _named(**RUN), "make_onnx": _named(run="none"),
}  # fmt: skip
# The endpoints for Gradio's clients: a value for each input.
ENDPOINTS: dict[str, Callable[[Draw], list[Any]]] = {
    "rankers": lambda d: [],
    "rank": lambda d: ["bm25", d.query(), ["a question", "b"], False],
    "search": lambda d: [d.dataset, d.query(), d.any("bm25", "meaning"), 5],
    "evaluate": lambda d: [d.any(*RANKERS), d.dataset, d.any("train", "dev", "test")],
}
# The addresses beside Gradio's; the others hold no data of a dataset.
ADDRESSES: dict[str, Callable[[Draw], str]] = {
    "/runs/{run:int}/model.zip": lambda d: f"/runs/{d.any(1, 2, 3, 4)}/model.zip",
    "/runs/{run:int}/run.zip": lambda d: f"/runs/{d.any(1, 2, 3, 4)}/run.zip",
    "/runs/{run:int}/onnx.zip": lambda d: f"/runs/{d.any(1, 2, 3, 4)}/onnx.zip",
    "/v1/models": lambda d: "/v1/models",
    "/openapi.json": lambda d: "/openapi.json",
    "/docs": lambda d: "/docs",
    "/v1/rerank": lambda d: "POST /v1/rerank",
    "/v2/rerank": lambda d: "POST /v2/rerank",
    "/rerank": lambda d: "POST /rerank",
    "/infinity/rerank": lambda d: "POST /infinity/rerank",
    "/reranking": lambda d: "POST /reranking",
    "/v1/reranking": lambda d: "POST /v1/reranking",
    "/v1/ranking": lambda d: "POST /v1/ranking",
    "/v1/retrieval/{model:path}/reranking": lambda d: "POST /v1/retrieval/bm25/reranking",
    "/v1/inference/{model:path}": lambda d: "POST /v1/inference/bm25",
}
ELSEWHERE = {
    # Gradio's own, bounded: the first calls the page functions that are played by name
    *("/gradio_api/component_server", "/gradio_api/component_server/"),
    *("/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload_progress"),
    *("/login", "/login/check", "/login/huggingface", "/login/callback", "/logout", "/invite"),
    *("/health", "/guide", "/guide/{name}", "/modules/{version}/{name}"),
}
