"""Recipes by name, file and field, and the command that says the same."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reranker_ui.__main__ import parser
from reranker_ui.core.values.recipe import PRESETS
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import LOCAL, User
from reranker_ui.services.training.recipes import (
    OPTIONS,
    as_yaml,
    command,
    from_card,
    pasted,
    recipe_from,
    recipe_of,
)


def test_a_name_gives_the_preset():
    assert recipe_from("quality") == PRESETS["quality"]
    assert recipe_from() == PRESETS["quick"]


def test_changes_lie_over_it_and_none_is_no_change():
    assert recipe_from("quick", epochs="3", seed=None).epochs == 3


def test_a_file_is_read_and_named_by_its_name(tmp_path):
    (tmp_path / "mine.yaml").write_text("epochs: 5\nbatch_size: 8\n")
    found = recipe_from(str(tmp_path / "mine.yaml"))
    assert (found.name, found.epochs, found.batch_size) == ("mine", 5, 8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epochs: [", "YAML"),
        ("- 1", "no recipe"),
        ("colour: red", "no field colour"),
        ("max_steps: 40x", "^Max steps must be a whole number, not 40x.$"),
        ("epochs: -1", "epochs"),
        ("epochs: soon", "epochs"),
        (f"seed: 0x{'f' * 9_000}", "This value is not valid for seed"),
        (f"passes: [0x{'f' * 9_000}, -1]", "not valid for passes"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path, text, words):
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(Refused, match=words):
        recipe_from(str(tmp_path / "bad.yaml"))


@pytest.mark.parametrize("long", ["seed: {}", "seed: 1\n? {}\n: 1", "loss: [{}]"])
def test_a_sentence_quotes_the_beginning_of_a_long_value(long):
    with pytest.raises(Refused) as refused:
        recipe_of(long.format("x" * 50_000), "given")
    assert len(str(refused.value)) < 1_500 and "xxx…" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000 + "]" * 5_000, "seed: " + "{a: " * 900 + "1" + "}" * 900, "seed: 2020-13-45",
        "seed: !!int x", "seed: !!bool x", "seed: !!timestamp x", "seed: !!float x",
        f"seed: {'9' * 5_000}", "seed: &a [*a]", "? {a: b}\n: seed", "seed: \x00",
        "a: 1\n" * 90_000, f"seed: [{'1,' * 40_000}]",
    ],
    ids=range(13),
)  # fmt: skip
def test_hostile_yaml_is_refused(text):
    with pytest.raises(Refused):
        recipe_of(text, "given")
    with pytest.raises(Refused):
        pasted(None, User("Vera", "viewer"), text)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(Refused, match="quick, quality"):
        recipe_from("fast")


recipes = st.builds(
    lambda preset, **changes: PRESETS[preset].model_copy(update=changes),
    preset=st.sampled_from(sorted(PRESETS)),
    base=st.sampled_from(["embedded", "a/b", "/a folder/with spaces", "-odd"]),
    epochs=st.sampled_from([0.5, 1.0, 3.0, 12.25]),
    learning_rate=st.sampled_from([2e-5, 1e-4, 0.00012345]),
    batch_size=st.integers(1, 64),
    max_length=st.integers(8, 512),
    seed=st.integers(0, 2**31 - 1),
    warm_start=st.sampled_from(["auto", "on", "off"]),
    precision=st.sampled_from(["auto", "fp32", "bf16", "fp16"]),
    revision=st.sampled_from([None, "main", "c5ee24c"]),
    max_steps=st.sampled_from([None, 60]),
    warmup=st.sampled_from([0.0, 0.1, 10_000.0]),
    pos_weight=st.sampled_from(["auto", 1.0, 3.5]),
    loss=st.sampled_from(["bce", "lambda"]),
    dropout=st.booleans(),
    eval_every=st.sampled_from([None, 5]),
    passes=st.sampled_from([(0,), (2000, 0, 0)]),
)


@settings(deadline=None, max_examples=40)
@given(recipes, st.sampled_from(["wikiqa", "my data; rm -rf $HOME", "数据", "--wait"]))
def test_the_command_makes_the_same_recipe(recipe, dataset):
    arguments = parser().parse_args(shlex.split(command(dataset, recipe))[3:])
    changes = {field: getattr(arguments, field) for field in OPTIONS}
    assert recipe_from(arguments.recipe, **changes) == recipe
    assert arguments.dataset == dataset


@settings(deadline=None, max_examples=40)
@given(recipes)
def test_a_recipe_kept_as_yaml_is_the_same_recipe(recipe):
    assert recipe_of(as_yaml(recipe), "other") == recipe


@pytest.mark.parametrize("text", ["epochs: [", "7", "", "colour: red"])
def test_a_text_that_is_no_recipe_is_refused(text):
    with pytest.raises(Refused):
        recipe_of(text, "mine")


class Space:
    """A workspace as far as a card needs one, without a network."""

    def __init__(self, cache):
        self.cache = cache


def test_a_card_is_read_from_a_text_a_file_or_the_folder_of_a_model(tmp_path):
    card = "---\nbase_model: a/b\n---\n- `num_train_epochs`: 7\n"
    (tmp_path / "README.md").write_text(card)
    for source in (card, str(tmp_path / "README.md"), str(tmp_path)):
        found = from_card(Space(tmp_path), LOCAL, source).printed
        assert (found.base, found.epochs) == ("a/b", 7)


@pytest.mark.parametrize("source", ["", "no such/file name.md", "../../etc", "a/b/c"])
def test_what_names_no_card_is_refused(tmp_path, source):
    with pytest.raises(Refused, match="Give the text of a model card"):
        from_card(Space(tmp_path), LOCAL, source)


def test_a_card_in_a_file_is_read_for_those_at_the_machine_only(tmp_path):
    (tmp_path / "README.md").write_text("---\nbase_model: a/b\n---\n- `num_train_epochs`: 7\n")
    for role in ("viewer", "admin"):
        with pytest.raises(Refused, match="Give the text of a model card"):
            from_card(Space(tmp_path), User("Far", role), str(tmp_path / "README.md"))


def test_a_card_of_the_hub_needs_the_hub(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(Refused, match=r"cannot be reached.*Paste its text"):
        from_card(Space(tmp_path), LOCAL, "cross-encoder/ms-marco-MiniLM-L6-v2")


def test_what_is_pasted_is_a_recipe_a_card_or_an_id(tmp_path, monkeypatch):
    found = pasted(Space(tmp_path), LOCAL, "epochs: 7\nloss: lambda").printed
    assert (found.epochs, found.loss, found.name) == (7, "lambda", "given")
    card = "---\nbase_model: a/b\n---\n- `num_train_epochs`: 9\n- `fp16`: True\n"
    assert pasted(Space(tmp_path), LOCAL, card).printed.epochs == 9
    whole = recipe_from("russian-web")
    assert pasted(Space(tmp_path), LOCAL, as_yaml(whole)).printed == whole
    (tmp_path / "README.md").write_text(card)
    with pytest.raises(Refused, match="give the Hub id"):
        pasted(Space(tmp_path), LOCAL, str(tmp_path / "README.md"))


@pytest.mark.parametrize(
    "text", ["a: &a [1]\nepochs: *a", "epochs: [1", "{}", "[]", "", "-- ", "\0"]
)
def test_nothing_that_is_pasted_breaks_the_form(tmp_path, text):
    with pytest.raises(Refused):
        pasted(Space(tmp_path), LOCAL, text)


@pytest.mark.parametrize(("text", "field"), [("max_steps: 40x", "max_steps"), ("- 1", None)])
def test_a_refusal_names_its_field(text, field):
    with pytest.raises(Refused) as refused:
        recipe_of(text, "given")
    assert refused.value.field == field
