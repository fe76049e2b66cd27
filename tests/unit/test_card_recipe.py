"""Recipes out of model cards: the five published rerankers, and cards of other shapes."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.core.training.card_recipe import log_rows, read_card
from reranker_ui.core.values.recipe import DEFAULT_BASE, PRESETS, PUBLISHED
from reranker_ui.core.values.refused import Refused

# The lines of a card that the recipe is read from, as sentence-transformers 5 wrote them.
CARD = """---
tags:
- sentence-transformers
- dataset_size:2000
- loss:BinaryCrossEntropyLoss
- dataset_size:97230
base_model: cross-encoder/ms-marco-MiniLM-L6-v2
---
# CrossEncoder based on cross-encoder/ms-marco-MiniLM-L6-v2
- **Base model:** [cross-encoder/ms-marco-MiniLM-L6-v2](https://huggingface.co/x) <!-- at revision \
c5ee24cb16019beea0893ab7796b1df96625c6b8 -->
- **Maximum Sequence Length:** 512 tokens
* Size: 97,230 training samples
* Columns: <code>sentence_0</code>, <code>sentence_1</code>, and <code>label</code>
* Loss: [<code>BinaryCrossEntropyLoss</code>](https://sbert.net) with these parameters:
  ```json
  {
      "activation_fn": "torch.nn.modules.linear.Identity",
      "pos_weight": null
  }
  ```
#### All Hyperparameters
- `eval_strategy`: no
- `per_device_train_batch_size`: 8
- `per_device_eval_batch_size`: 8
- `per_gpu_train_batch_size`: None
- `learning_rate`: 5e-05
- `weight_decay`: 0.0
- `max_grad_norm`: 1
- `num_train_epochs`: 1
- `max_steps`: -1
- `lr_scheduler_type`: linear
- `warmup_ratio`: 0.0
- `warmup_steps`: 0
- `seed`: 42
- `bf16`: False
- `fp16`: False
- `optim`: adamw_torch_fused
- `mp_parameters`:
### Training Logs
| Epoch  | Step  | Training Loss |
|:------:|:-----:|:-------------:|
| 0.0411 | 500   | 0.2671        |
| 0.9873 | 12000 | 0.0218        |
| 0.0411 | 500   | 0.0279        |
| 0.9873 | 12000 | 0.0185        |
"""


def changed(**lines):
    text = CARD
    for name, value in lines.items():
        text = "\n".join(line for line in text.splitlines() if not line.startswith(f"- `{name}`:"))
        text += f"\n- `{name}`: {value}\n"
    return text


def test_both_variants_of_a_card_made_by_fit_are_the_presets():
    found = read_card(CARD, "chinese-questions")
    assert found.printed == PRESETS["chinese-questions"] and not found.notices
    assert found.as_run == PRESETS["chinese-questions-fit"]
    assert found.variant("fit").warmup == 10_000 and found.variant("fit").learning_rate == 2e-5
    assert found.printed.learning_rate == 5e-5 and found.printed.warmup == 0


@pytest.mark.parametrize("line", ["warmup_ratio", "warmup_steps", "max_steps", "learning_rate"])
def test_what_a_card_lists_as_none_was_not_set(line):
    without = "\n".join(row for row in CARD.splitlines() if not row.startswith(f"- `{line}`:"))
    assert read_card(changed(**{line: "None"})).printed == read_card(without).printed


def test_a_card_without_the_marks_of_fit_has_one_variant():
    other = CARD.replace("sentence_0", "question")
    assert read_card(other).as_run is None
    assert read_card(other).variant("fit") == read_card(other).printed


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_cards_give_their_presets(name, data_folder):
    short = {"vietnamese-food": "vi", "chinese-questions": "zh", "russian-web": "ru"}
    short |= {"english-arguments": "en", "finance": "fin"}
    card = data_folder.parent / "seeds" / f"seed-{short[name]}.md"
    if not card.exists():
        pytest.skip(f"no model card at {card}")
    found = read_card(card.read_text(), name)
    assert found.printed == PRESETS[name]
    assert found.as_run == PRESETS[f"{name}-fit"]


@pytest.mark.parametrize("line", ["seed", "gradient_accumulation_steps", "max_grad_norm", "optim"])
def test_a_very_long_value_of_a_card_gives_a_short_sentence(line):
    text = changed(**{line: "9" * 5_000}).replace("512 tokens", "9" * 5_000 + " tokens")
    with pytest.raises(Refused) as refused:
        read_card(text.replace("dataset_size:2000", "dataset_size:" + "9" * 5_000))
    assert len(str(refused.value)) < 200 and "int" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "value", "field", "expected"),
    [
        ("num_train_epochs", "30", "epochs", 30),
        ("max_steps", "60", "max_steps", 60),
        ("fp16", "True", "precision", "fp16"),
        ("bf16", "True", "precision", "bf16"),
        ("warmup_ratio", "0.1", "warmup", 0.1),
        ("warmup_steps", "200", "warmup", 200),
        ("lr_scheduler_type", "cosine", "schedule", "cosine"),
        ("load_best_model_at_end", "True", "best_by", "auto"),
    ],
)
def test_hyperparameters_become_fields(line, value, field, expected):
    assert getattr(read_card(changed(**{line: value})).printed, field) == expected


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        ("group_by_length", "True", "similar lengths"),
        ("adafactor", "True", "AdamW is used"),
        ("optim", "adafactor", "AdamW is used"),
        ("gradient_checkpointing", "True", "not supported"),
        ("max_grad_norm", "5.0", "it is 1"),
        ("adam_beta2", "0.98", "it is 0.999"),
        ("batch_sampler", "no_duplicates", "depends on the loss"),
        ("lr_scheduler_type", "polynomial", "linear one"),
        ("gradient_accumulation_steps", "4", "of 32 pairs"),
    ],
)
def test_a_line_that_cannot_be_honoured_is_named(line, value, said):
    (notice,) = read_card(changed(**{line: value})).notices
    assert said in notice


def test_the_loss_and_its_weight_are_read():
    weighted = CARD.replace('"pos_weight": null', '"pos_weight": 4.0')
    assert read_card(weighted).printed.pos_weight == 4
    listwise = CARD.replace("[<code>BinaryCrossEntropyLoss", "[<code>LambdaLoss")
    assert read_card(listwise).printed.loss == "lambda"
    unknown = read_card(CARD.replace("[<code>BinaryCrossEntropyLoss", "[<code>MyLoss"))
    assert unknown.printed.loss == "bce" and "MyLoss" in unknown.notices[0]


def test_rows_that_start_again_are_runs():
    assert [len(run) for run in log_rows(CARD)] == [2, 2]
    bold = "| **1.0** | **3** | 0.5 | 0.7 |\n| 2.0 | 6 | 0.4 | 0.8 |\n| 1.0 | 3 | 0.3 | 0.1 |"
    assert [[step for _, step, _ in run] for run in log_rows(bold)] == [[3, 6], [3]]


@pytest.mark.parametrize("text", ["", "# A model\n\nIt is good.", "---\na: [\n---\n", "PK\x03\x04"])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(Refused, match="not a model card"):
        read_card(text)


HOSTILE = [
    "- `max_steps`: inf\n- `seed`: 1",
    "- `seed`: 1\n- `warmup_steps`: nan",
    f"- `seed`: {'9' * 5_000}\n",
    "---\ntags: 7\nbase_model: a/b\n---\n",
    "---\ntags: {a: b}\nbase_model: {a: b}\n---\n",
    "---\nbase_model: 2020-13-45\n---\n",
    '- `seed`: 1\nwith these parameters:\n```json\n{"pos_weight": [4]}\n```',
    '- `seed`: 1\nwith these parameters:\n```json\n{"a": ' + "[" * 900 + "}\n```",
    "- `seed`: 1\n" + "with these parameters:```json{" * 15_000,
    "- `seed`: 1\n" + "**Base model:** [" * 25_000,
    "- `seed`: 1\n" + "| " * 200_000,
    "- `seed`: 1\n|" + "1." * 200_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_card_is_read_or_refused_at_once(text):
    with suppress(Refused):
        assert read_card(text).printed.seed


def test_aliases_of_a_card_do_not_grow():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    text = "\n".join(["---", *lines, "base_model: *a11", "---", "- `seed`: 7"])
    assert read_card(text).printed.base == DEFAULT_BASE


def test_a_card_may_list_one_precision_alone():
    assert read_card("- `bf16`: True\n").printed.precision == "bf16"


def test_a_value_out_of_range_is_refused_by_name():
    with pytest.raises(Refused, match="epochs"):
        read_card(changed(num_train_epochs="0"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    for card in (text, f"---\nbase_model: a/b\n---\n{text}"):
        try:
            read_card(card)
        except Refused as refused:
            assert str(refused)
