"""The form for a new run: what it is made of, what it will do, and Start."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from reranker_ui.core.recipe import EMBEDDED_BASE, PRESETS, Recipe
from reranker_ui.core.refused import Refused
from reranker_ui.services import datasets, plans, runs
from reranker_ui.services.recipes import recipe_from
from reranker_ui.services.workspace import Workspace
from reranker_ui.ui.identity import who
from reranker_ui.ui.room import room

BASES = [
    ("MiniLM-L6 · 22 M, English", "cross-encoder/ms-marco-MiniLM-L6-v2"),
    ("MiniLM-L12 · 33 M, English", "cross-encoder/ms-marco-MiniLM-L12-v2"),
    ("mMiniLM-L12 · 118 M, multilingual", "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1"),
    ("MiniLM-L6 embedded · 22 M, no network", EMBEDDED_BASE),
]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass
class Form:
    """The parts of the form; `fields` in the order of `recipe_from`'s arguments."""

    dataset: gr.Dropdown
    base: gr.Dropdown
    recipe: gr.Dropdown
    changes: dict[str, Any]
    plan: gr.HTML
    command: gr.HTML
    start: gr.Button

    @property
    def fields(self) -> list[Any]:
        """Every input of a new run."""
        return [self.dataset, self.base, self.recipe, *self.changes.values()]


def draw(workspace: Workspace) -> Form:
    """Draw the form into the place in hand."""
    default = workspace.settings.default_base
    bases = BASES if default in dict(BASES).values() else [(default, default), *BASES]
    with gr.Column(elem_id="rr-new-run", elem_classes="rr-card", scale=0, min_width=0):
        gr.HTML("<h2>New run</h2>", elem_id="rr-new-run-title", padding=False)
        dataset = gr.Dropdown([], label="Data", elem_id="rr-run-data")
        base = gr.Dropdown(
            bases, value=default, label="Base model", allow_custom_value=True, elem_id="rr-run-base"
        )
        recipe = gr.Dropdown(
            [(_described(name), name) for name in PRESETS], label="Recipe", elem_id="rr-run-recipe"
        )
        plan = room("train_plan")
        with gr.Accordion("Advanced", open=False, elem_id="rr-run-advanced"):
            changes = _advanced()
        with gr.Row(elem_id="rr-run-foot"):
            show = gr.Button("Show the command", scale=0, min_width=0, elem_id="rr-run-command")
            start = gr.Button(
                "Start", variant="primary", scale=0, min_width=0, elem_id="rr-run-start"
            )
        command = room("train_command")
    show.click(None, js="() => { RR.say('command'); return []; }", **QUIET)
    return Form(dataset, base, recipe, changes, plan, command, start)


def _described(name: str) -> str:
    preset = PRESETS[name]
    epochs = f"{preset.epochs:g} epoch" + ("" if preset.epochs == 1 else "s")
    return f"{name.capitalize()} · {epochs}, batch {preset.batch_size}"


def _advanced() -> dict[str, Any]:
    quick = PRESETS["quick"]
    choices = {
        "warm_start": (["auto", "on", "off"], "Warm start"),
        "precision": (["auto", "fp32", "bf16", "fp16"], "Precision"),
    }
    numbers = {
        "epochs": "Epochs",
        "batch_size": "Batch size",
        "learning_rate": "Learning rate",
        "max_length": "Max length, tokens",
        "seed": "Seed",
    }
    with gr.Row(elem_classes="rr-run-grid"):
        found: dict[str, Any] = {
            name: gr.Textbox(
                f"{getattr(quick, name):g}", label=label, min_width=0, elem_id=f"rr-run-{name}"
            )
            for name, label in numbers.items()
        }
        for name, (values, label) in choices.items():
            found[name] = gr.Dropdown(
                values, value="auto", label=label, min_width=0, elem_id=f"rr-run-{name}"
            )
    return found


def connect(workspace: Workspace, shell: Any, form: Form, live: gr.HTML) -> None:
    """Let the form follow the dataset in hand, plan as it is filled, and start the run."""
    # One listener for all that calls for a plan: two at once could answer in the wrong order.
    offers = gr.State(0)
    for listen in (shell.dataset.change, live.shown):
        inputs = [offers, shell.dataset, form.dataset]
        listen(_offerer(workspace), inputs, [offers, form.dataset], **QUIET)
    form.recipe.input(_filler(list(form.changes)), form.recipe, [*form.changes.values()], **QUIET)
    changed = [offers.change, *(field.change for field in form.fields)]
    plan = _planner(workspace, list(form.changes))
    planned = [form.plan, form.command, form.start]
    gr.on(changed, plan, form.fields, planned, trigger_mode="always_last", **QUIET)
    start = _starter(workspace, list(form.changes))
    form.start.click(start, form.fields, [live, form.plan, form.start], **QUIET)


def _offerer(workspace: Workspace) -> Any:
    def offer(request: gr.Request, offers: int, in_hand: str, chosen: str | None) -> list[Any]:
        known = datasets.list_datasets(workspace, who(request))
        names = [row["name"] for row in known]
        choices = [(f"{row['name']} · {row['labelled']:,} labelled", row["name"]) for row in known]
        value = next((name for name in (in_hand, chosen, *names) if name in names), None)
        return [offers + 1, gr.Dropdown(choices, value=value)]

    return offer


def _filler(names: list[str]) -> Any:
    def fill(recipe: str) -> list[str]:
        values = [getattr(PRESETS[recipe], name) for name in names]
        return [value if isinstance(value, str) else f"{value:g}" for value in values]

    return fill


def _asked(names: list[str], base: str, recipe: str, values: tuple[str, ...]) -> Recipe:
    return recipe_from(recipe, base=base.strip(), **dict(zip(names, values, strict=True)))


def _planner(workspace: Workspace, names: list[str]) -> Any:
    def plan(
        request: gr.Request, dataset: str | None, base: str, recipe: str, *values: str
    ) -> list[Any]:
        try:
            asked = _asked(names, base, recipe, values)
            found = plans.plan(workspace, who(request), dataset, asked)
        except Refused as refused:
            return [json.dumps({"refused": str(refused)}), "{}", gr.Button("Start")]
        told = json.dumps(found)
        return [told, told, gr.Button("Add to queue" if found["busy"] else "Start")]

    return plan


def _starter(workspace: Workspace, names: list[str]) -> Any:
    def start(
        request: gr.Request, dataset: str | None, base: str, recipe: str, *values: str
    ) -> list[Any]:
        try:
            asked = _asked(names, base, recipe, values)
            run = runs.start(workspace, who(request), dataset, asked)
        except Refused as refused:
            return [gr.skip(), json.dumps({"refused": str(refused)}), gr.skip()]
        return [json.dumps({"run": run["id"]}), gr.skip(), gr.Button("Add to queue")]

    return start
