"""The five published rerankers, each recipe end to end on real data of its language and shape.

At reduced scale, so these prove function and not quality: at most 200 pairs and 60 steps, without
the warm start, offline on the embedded base with fewer tokens and layers (English: twelve layers
of random weights).
"""

import gzip
import json
import os
import re
import shutil
from itertools import product

import pytest
import yaml
from safetensors.numpy import load_file, save_file

from reranker_ui.core.bases import multilingual
from reranker_ui.core.bases.coverage import coverage_of
from reranker_ui.core.bases.multilingual import NAME as MULTILINGUAL
from reranker_ui.core.bases.trimmed_vocabulary import kept_tokens, smaller
from reranker_ui.core.training.run import train
from reranker_ui.core.values.recipe import DEFAULT_BASE, PRESETS
from reranker_ui.core.values.run_folder import RunFolder
from reranker_ui.services.runs.execution import run_jobs
from reranker_ui.services.training import lifecycle
from tests.support.labelling import ADMIN, seed

# Evaluated, and so saved, at the end alone, and without the token embeddings, which are most of a
# multilingual model: weights and optimizer would be 1.4 GB each time.
REDUCED = {"warm_start": "off", "eval_every": 100, "train_embeddings": False}
# Tests that run side by side share the cores: torch's threads would wait for each other.
THREADS = max(
    1, len(os.sched_getaffinity(0)) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
)
TOKENS = "embeddings.word_embeddings.weight"
LAYERS = 2  # of the multilingual base: how a recipe runs does not depend on the depth
LIBRARIES = ("Python", "Sentence Transformers", "Transformers", "PyTorch", "Accelerate")


TRAINED, RANKED = ("vi_zalo2019", "zh_atec", "xquad_ru"), ("xquad_vi", "xquad_zh", "xquad_ru")


@pytest.fixture(scope="module")
def small_multilingual(data_folder, tmp_path_factory):
    """The multilingual base with the tokens that these tests use and its first layers."""
    whole = multilingual.multilingual_folder(tmp_path_factory.mktemp("cache"))
    folder = tmp_path_factory.mktemp("bases") / multilingual.FOLDER
    shutil.copytree(whole, folder)
    read = [row for name in TRAINED for row in shortest(rows(data_folder / name, "train"), 50, 100)]
    for name, split in product(RANKED, ("dev", "test")):
        read += of_one_query(rows(data_folder / name, split))
    texts = [text for row in read for text in (row["query"], row["passage"])]
    spec = json.loads((folder / "tokenizer.json").read_text())
    kept = kept_tokens(folder / "tokenizer.json", spec, texts)
    (folder / "tokenizer.json").write_text(json.dumps(smaller(spec, kept)))
    weights = load_file(folder / "model.safetensors")
    weights[TOKENS] = weights[TOKENS][kept]
    config = json.loads((folder / "config.json").read_text())
    config |= {"vocab_size": len(kept), "num_hidden_layers": LAYERS}
    deeper = re.compile(rf"encoder\.layer\.({'|'.join(map(str, range(LAYERS, 99)))})\.")
    weights = {name: value for name, value in weights.items() if not deeper.search(name)}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config))
    return folder


class Here:
    """An executor that trains at once in this process, which has torch already."""

    name = "local"

    def submit(self, folder):
        train(folder, THREADS, "fp32")
        return "0:"


def rows(folder, split):
    with gzip.open(folder / f"{split}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def shortest(found, positives, negatives):
    """So many pairs of each label, those with the shortest texts."""
    found = sorted(found, key=lambda row: len(row["query"]) + len(row["passage"]))
    one, zero = ([row for row in found if row["label"] == label] for label in (1, 0))
    return one[:positives] + zero[:negatives]


def of_one_query(found):
    """A relevant and another passage of the query that has both, the shortest such."""
    by_query = {}
    for row in sorted(found, key=lambda row: -len(row["passage"])):
        by_query.setdefault(row["query"], {})[row["label"]] = row
    both = [list(pair.values()) for pair in by_query.values() if len(pair) == 2]
    return min(both, key=lambda pair: sum(len(row["passage"]) for row in pair))


@pytest.fixture
def run(workspace, monkeypatch, request):
    """Train a preset on the pairs of each split; returns its runs, the last model's card and
    its facts."""
    monkeypatch.setattr(run_jobs, "executor_of", lambda *_: Here())
    if "small_multilingual" in request.fixturenames:
        base = request.getfixturevalue("small_multilingual")
        for folder in ("multilingual_folder", "reranker_folder"):
            monkeypatch.setattr(multilingual, folder, lambda _: base)

    def begin(preset, splits, **reduced):
        pairs = [(row, split) for split, found in splits.items() for row in found]
        seed(
            workspace,
            preset,
            count=len(pairs),
            texts=[(row["query"], row["passage"]) for row, _ in pairs],
            label=lambda n: float(pairs[n][0]["label"]),
            split=lambda n: pairs[n][1],
        )
        recipe = PRESETS[preset].model_copy(update=REDUCED | reduced)
        first = lifecycle.start(workspace, ADMIN, preset, recipe)
        done = [lifecycle.find_run(workspace, ADMIN, n) for n in (first["id"], *first["later"])]
        assert {one["status"] for one in done} == {"finished"}, done[-1]["sentence"]
        model = RunFolder(done[-1]["folder"]).model
        facts = json.loads((model / "reranker_ui.json").read_text())
        return done, (model / "README.md").read_text(), facts

    return begin


def check(card, facts, *, sizes, length, epochs, batch, label_mean):
    """What every one of the five cards says, and what they lack."""
    front = yaml.safe_load(card.split("---")[1])
    tags = [tag for tag in front["tags"] if tag.startswith(("dataset_size:", "loss:"))]
    assert tags == ["dataset_size:" + str(sizes[0]), "loss:BinaryCrossEntropyLoss"] + [
        f"dataset_size:{size}" for size in sizes[1:]
    ]
    assert front["pipeline_tag"] == "text-ranking"
    assert f"**Maximum Sequence Length:** {length} tokens" in card
    assert "<li>mean:" in card and facts["columns"]["label"]["mean"] == label_mean
    assert '"pos_weight": 1.0' in card and "linear.Identity" in card
    used = facts["non_default"]
    assert used.get("num_train_epochs", 3) == epochs
    assert used.get("per_device_train_batch_size", 8) == batch
    assert all(f"- {name}: {facts['libraries'][name]}" in card for name in LIBRARIES)
    assert "AdamW" in card and facts["lineage"]["hash"] in card and "Sigmoid" in card
    assert all(facts["dev"][ranker]["queries"] for ranker in ("base", "tuned"))
    assert all(facts["metrics"][ranker]["queries"] for ranker in ("base", "tuned"))


def unknown(done, found):
    """The share of tokens that the run's model does not know."""
    tokenizer = RunFolder(done["folder"]).model / "tokenizer.json"
    return coverage_of(tokenizer, [(row["query"], row["passage"]) for row in found]).unknown


def steps(card):
    logs = card.split("### Training Logs")[1].split("###")[0]
    cells = [line.split("|") for line in logs.splitlines() if line.count("|") == 5]
    return [int(row[2]) for row in cells if row[2].strip().isdecimal()]


@pytest.mark.timeout(900)  # six runs of a multilingual model, each loaded five times
def test_vietnamese_food_is_six_runs_that_continue_each_other(data_folder, run, small_multilingual):
    short, ranked = (data_folder / name for name in ("vi_zalo2019", "xquad_vi"))
    splits = {"train": shortest(rows(short, "train"), 9, 23)}
    splits |= {split: of_one_query(rows(ranked, split)) for split in ("dev", "test")}
    done, card, facts = run("vietnamese-food", splits)
    assert [one["parent"] for one in done] == [None, *(one["id"] for one in done[:-1])]
    check(card, facts, sizes=[32], length=224, epochs=1, batch=16, label_mean=0.28)
    assert steps(card) == [1, 2] * 6
    assert [one["base"] for one in done] == [DEFAULT_BASE, *(f"run {n}" for n in range(1, 6))]
    assert done[0]["base_used"] == MULTILINGUAL
    assert unknown(done[-1], splits["train"]) < 1e-3
    assert f"**Base requested / used:** {DEFAULT_BASE} / run 5" in card
    assert yaml.safe_load(card.split("---")[1])["base_model"] == MULTILINGUAL


def test_chinese_questions_are_a_small_pass_and_then_two_over_everything(
    data_folder, run, small_multilingual
):
    data = data_folder / "zh_atec"
    ranked = data_folder / "xquad_zh"
    splits = {"train": shortest(rows(data, "train"), 16, 80)}
    splits |= {split: of_one_query(rows(ranked, split)) for split in ("dev", "test")}
    done, card, facts = run("chinese-questions", splits, passes=(40, 0, 0))
    assert [one["counts"]["train"] for one in done] == [40, 96, 96]
    check(card, facts, sizes=[40, 96], length=512, epochs=1, batch=8, label_mean=0.17)
    assert steps(card) == [*range(1, 6), *range(1, 13), *range(1, 13)]
    assert "40 pairs of `chinese-questions`" in card
    assert done[0]["base_used"] == MULTILINGUAL
    assert unknown(done[-1], splits["train"]) == 0


def test_russian_web_is_thirty_epochs_and_fp16_where_there_is_a_gpu(
    data_folder, run, small_multilingual
):
    data = data_folder / "xquad_ru"
    # 3 % positive is one of 32 pairs, in 60 steps; the first words of each text are enough.
    splits = {"train": shortest(rows(data, "train"), 1, 31)}
    splits |= {split: of_one_query(rows(data, split)) for split in ("dev", "test")}
    for row in splits["train"]:
        row["query"], row["passage"] = row["query"][:32], row["passage"][:16]
    done, card, facts = run("russian-web", splits)
    check(card, facts, sizes=[32], length=512, epochs=30, batch=16, label_mean=0.03)
    assert facts["optimizer"]["steps"] == 60 and steps(card)[-1] == 60
    assert done[0]["base_used"] == MULTILINGUAL
    assert unknown(done[0], splits["train"]) == 0
    if done[0]["device"] == "cpu":
        assert done[0]["precision"] == "fp32"
        assert any("does not train in fp16" in notice for notice in done[0]["notices"])


def test_english_arguments_are_long_on_both_sides_and_twelve_layers_deep(
    data_folder, run, small_multilingual, tmp_path_factory
):
    found = rows(data_folder / "argkp2021", "train")
    arguments = [[row["query"] for row in found if row["stance"] == side] for side in (-1, 1)]
    longs = [[" ".join(texts[n : n + 7]) for n in range(0, 7 * 40, 7)] for texts in arguments]
    pairs = [
        {"query": longs[0][n], "passage": longs[side][n + 1], "label": 1 - side}
        for n in range(17)
        for side in (0, 1)
    ]
    splits = {"train": pairs[:26], "dev": pairs[26:30], "test": pairs[30:34]}
    base = twelve_layers(tmp_path_factory.mktemp("base") / "twelve-random-layers")
    done, card, facts = run("english-arguments", splits, base=str(base), revision=None)
    assert 500 < facts["columns"]["query"]["mean"] < 1500
    check(card, facts, sizes=[26], length=512, epochs=3, batch=16, label_mean=0.5)
    assert steps(card) == list(range(1, 7))
    assert done[0]["steps"] == 6
    assert "**Base requested / used:** twelve-random-layers / twelve-random-layers" in card


def test_finance_learns_from_two_pairs_and_plots_three_points(data_folder, run, small_multilingual):
    cards = data_folder.parent / "seeds" / "recipes.json"
    if not cards.exists():
        pytest.skip(f"no model cards at {cards}")
    samples = json.loads(cards.read_text())["fin"]["samples"]
    texts = [
        {"query": s["sentence_0"], "passage": s["sentence_1"], "label": s["label"]} for s in samples
    ]
    others = {split: of_one_query(rows(data_folder / "tatqa", split)) for split in ("dev", "test")}
    done, card, facts = run("finance", {"train": texts} | others)
    check(card, facts, sizes=[2], length=512, epochs=3, batch=16, label_mean=0.5)
    assert steps(card) == [1, 2, 3]
    assert any("Only 2 pairs" in notice for notice in done[0]["notices"])
    assert texts[0]["passage"][:40] not in card


def twelve_layers(folder):
    """A BERT as deep as MiniLM-L12, but narrow and with random weights."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from reranker_ui.core.models.encoder import embedded_encoder

    tokenizer = AutoTokenizer.from_pretrained(embedded_encoder())
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=48,
        num_hidden_layers=12,
        num_attention_heads=4,
        intermediate_size=96,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder
