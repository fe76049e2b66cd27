"""The form for a new run: what it is made of, what it will do, and Start."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from reranker_ui.core.values.recipe import (
    AS_RUN,
    EMBEDDED_BASE,
    EMBEDDED_ENGLISH,
    EMBEDDED_MULTILINGUAL,
    PRESETS,
    Recipe,
)
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.labels import datasets
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import lifecycle
from reranker_ui.services.training import plan as plans
from reranker_ui.services.training.recipes import as_yaml, recipe_from
from reranker_ui.ui.component import room
from reranker_ui.ui.form import fields as run_fields
from reranker_ui.ui.form import filling
from reranker_ui.ui.server.identity import who

BASES = [
    ("MiniLM-L6 · 22 M, English", "cross-encoder/ms-marco-MiniLM-L6-v2"),
    ("MiniLM-L12 · 33 M, English", "cross-encoder/ms-marco-MiniLM-L12-v2"),
    ("mMiniLM-L12 · 118 M, multilingual", "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1"),
    ("Embedded · by the language of the texts, no network", EMBEDDED_BASE),
    ("Embedded MiniLM-L6 · 22 M, English, no network", EMBEDDED_ENGLISH),
    ("Embedded E5-small · 118 M, multilingual, 1 to 2 times the time", EMBEDDED_MULTILINGUAL),
]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_COMMAND = "() => { document.dispatchEvent(new Event('rr-command')); return []; }"
_FOLD = """() => {
  const name = %s;
  const open = document.getElementById(name + "-fields").classList.toggle("open");
  document.getElementById(name).setAttribute("aria-expanded", String(open));
  return [];
}"""


@dataclass
class Form:
    """The parts of the form; `fields` in the order of `recipe_from`'s arguments."""

    dataset: gr.Dropdown
    base: gr.Dropdown
    recipe: gr.Dropdown
    name: gr.State  # what the recipe in the form is called
    changes: dict[str, Any]
    source: filling.Source
    why: gr.HTML
    plan: gr.HTML
    command: gr.HTML
    start: gr.Button

    @property
    def fields(self) -> list[Any]:
        """Every input of a new run."""
        return [self.dataset, self.name, self.base, *self.changes.values()]


def draw(workspace: Workspace) -> Form:
    """Draw the form into the open Gradio context."""
    default = workspace.settings.default_base
    bases = BASES if default in dict(BASES).values() else [(default, default), *BASES]
    with gr.Column(elem_id="rr-new-run", elem_classes="rr-card", scale=0, min_width=0):
        gr.HTML("<h2>New run</h2>", elem_id="rr-new-run-title", padding=False)
        dataset = gr.Dropdown([], label="Data", elem_id="rr-run-data")
        base = gr.Dropdown(
            bases, value=default, label="Base model", allow_custom_value=True, elem_id="rr-run-base"
        )
        recipe = gr.Dropdown(_recipes(), value="quick", label="Recipe", elem_id="rr-run-recipe")
        source = filling.draw_source()
        why = room("train_why")
        plan = room("train_plan", events=["measure"])
        with _fold("Advanced", "rr-run-advanced"):
            changes = run_fields.draw(run_fields.MAIN)
        with _fold("More settings", "rr-run-more"):
            changes |= run_fields.draw_more()
        with gr.Row(elem_id="rr-run-foot"):
            show = gr.Button("Show the command", scale=0, min_width=0, elem_id="rr-run-command")
            start = gr.Button(
                "Start", variant="primary", scale=0, min_width=0, elem_id="rr-run-start"
            )
        command = room("train_command")
    show.click(None, js=_COMMAND, **QUIET)
    name = gr.State("quick")
    return Form(dataset, base, recipe, name, changes, source, why, plan, command, start)


def _fold(title: str, name: str) -> gr.Column:
    # No gr.Accordion: what it hides is not mounted, and misses what fills the form.
    button = gr.Button(title, elem_id=name, elem_classes="rr-fold", scale=0, min_width=0)
    button.click(None, js=_FOLD % json.dumps(name), **QUIET)
    return gr.Column(elem_id=f"{name}-fields", elem_classes="rr-folded", min_width=0)


def _recipes() -> list[tuple[str, str]]:
    own = [name for name in ("quick", "quality") if name in PRESETS]
    published = [name for name in PRESETS if name not in own and not name.endswith(AS_RUN)]
    return [
        *((_described(name), name) for name in own),
        ("Advised · by what the labels are like", filling.ADVISED),
        *((_described(name), name) for name in published),
        *((f"{_called(name)} · as fit() ran it", name + AS_RUN) for name in published),
        ("From a model card or a YAML file …", filling.GIVEN),
    ]


def _described(name: str) -> str:
    preset = PRESETS[name]
    epochs = f"{preset.epochs:g} epoch" + ("" if preset.epochs == 1 else "s")
    several = f"{len(preset.passes)} runs of " if len(preset.passes) > 1 else ""
    return f"{_called(name)} · {several}{epochs}, batch {preset.batch_size}"


def _called(name: str) -> str:
    return name.replace("-", " ").capitalize()


def connect(workspace: Workspace, shell: Any, form: Form, live: gr.HTML) -> None:
    """Let the form follow the current dataset, plan as it is filled, and start the run."""
    # One listener for all that calls for a plan: two at once could answer in the wrong order.
    offers = gr.State(0)
    for listen in (shell.dataset.change, live.shown):
        inputs = [offers, shell.dataset, form.dataset]
        listen(_offerer(workspace), inputs, [offers, form.dataset], **QUIET)
    for filled in filling.connect(workspace, form, live):
        filled.then(lambda offers: offers + 1, offers, offers, **QUIET)
    changed = [offers.change, *(field.change for field in form.fields)]
    names = list(form.changes)
    planned = [form.plan, form.command, form.start]
    plan = _planner(workspace, names)
    gr.on(changed, plan, form.fields, planned, trigger_mode="always_last", **QUIET)
    form.plan.measure(_planner(workspace, names, wait=True), form.fields, planned, **QUIET)
    start = _starter(workspace, names)
    form.start.click(start, form.fields, [live, form.plan, form.start], **QUIET)


def _offerer(workspace: Workspace) -> Any:
    def offer(request: gr.Request, offers: int, in_hand: str, chosen: str | None) -> list[Any]:
        known = datasets.list_datasets(workspace, who(request))
        names = [row["name"] for row in known]
        choices = [(f"{row['name']} · {row['labelled']:,} labelled", row["name"]) for row in known]
        value = next((name for name in (in_hand, chosen, *names) if name in names), None)
        return [offers + 1, gr.Dropdown(choices, value=value)]

    return offer


def _asked(names: list[str], name: str, base: str, values: tuple[str, ...]) -> Recipe:
    # The form holds every field, so what the recipe is called only names it.
    fields = dict(zip(names, values, strict=True))
    known = name if name in PRESETS else None
    return recipe_from(known, name=name, base=(base or "").strip(), **fields)


def _planner(workspace: Workspace, names: list[str], wait: bool = False) -> Any:
    def plan(
        request: gr.Request, dataset: str | None, name: str, base: str, *values: str
    ) -> list[Any]:
        try:
            asked = _asked(names, name, base, values)
            found = plans.plan(workspace, who(request), dataset, asked, wait)
        except Refused as refused:
            return [json.dumps({"refused": str(refused)}), "{}", gr.Button("Start")]
        told = json.dumps(found)
        command = {"command": found["command"], "yaml": as_yaml(asked), "name": asked.name}
        label = "Add to queue" if found["busy"] else "Start"
        return [told, json.dumps(command), gr.Button(label)]

    return plan


def _starter(workspace: Workspace, names: list[str]) -> Any:
    def start(
        request: gr.Request, dataset: str | None, name: str, base: str, *values: str
    ) -> list[Any]:
        try:
            asked = _asked(names, name, base, values)
            run = lifecycle.start(workspace, who(request), dataset, asked)
        except Refused as refused:
            return [gr.skip(), json.dumps({"refused": str(refused)}), gr.skip()]
        return [json.dumps({"run": run["id"]}), gr.skip(), gr.Button("Add to queue")]

    return start
