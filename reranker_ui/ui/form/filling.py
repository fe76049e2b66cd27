"""What fills the form of a new run: a preset, the advisor, a card or YAML, another run."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from reranker_ui.core.values.recipe import PRESETS, PUBLISHED, Recipe
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.workspace import Workspace
from reranker_ui.services.training import advise, lifecycle, recipes
from reranker_ui.ui.form.fields import shown
from reranker_ui.ui.server.identity import who

ADVISED, GIVEN = "advised", "given"
PRINTED = [("As the card prints", "printed"), ("fit() optimiser settings", "fit")]
LARGEST = 2_000_000  # bytes of a file that is read
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass
class Source:
    """Where a card or a recipe as YAML is given."""

    panel: gr.Column
    text: gr.Textbox
    file: gr.UploadButton
    variant: gr.Radio
    use: gr.Button


def draw_source() -> Source:
    """Draw the part of the form that takes a card or YAML; it is hidden at first."""
    with gr.Column(visible=False, elem_id="rr-run-source", min_width=0) as panel:
        text = gr.Textbox(
            label="Model card or YAML: its text, or a Hub id",
            lines=4,
            max_lines=8,
            autoscroll=False,
            elem_id="rr-run-card",
        )
        variant = gr.Radio(PRINTED, value="printed", label="Optimizer", elem_id="rr-run-variant")
        with gr.Row(elem_id="rr-run-source-acts"):
            file = gr.UploadButton(
                "Open a file", type="binary", file_types=[".md", ".yaml", ".yml", ".json"],
                scale=0, min_width=0, elem_id="rr-run-file",
            )  # fmt: skip
            use = gr.Button("Fill the form", scale=0, min_width=0, elem_id="rr-run-fill")
    return Source(panel, text, file, variant, use)


def connect(workspace: Workspace, form: Any, live: gr.HTML) -> list[Any]:
    """Fill the form when a recipe is chosen, given, advised or taken from a run.

    Returns the events that fill it: fields in a closed fold tell nobody that they changed.
    """
    filled = [form.name, form.base, form.why, *form.changes.values()]
    names, source = list(form.changes), form.source
    chosen = [form.recipe, form.dataset, form.base]
    choose, give = _chooser(workspace, names), _giver(workspace, names)
    given = [source.text, source.variant]
    opened = source.file.upload(_opened, source.file, source.text, **QUIET)
    from_run = [form.recipe, form.dataset, source.panel, *filled]
    return [
        form.recipe.input(choose, chosen, [source.panel, *filled], **QUIET),
        form.dataset.change(_again(workspace, names), chosen, filled, **QUIET),
        form.base.input(_again(workspace, names, another=True), chosen, filled, **QUIET),
        source.use.click(give, given, filled, **QUIET),
        source.variant.input(give, given, filled, **QUIET),
        opened.then(give, given, filled, **QUIET),
        live.refill(_from_run(workspace, names), None, from_run, **QUIET),
    ]


def _opened(data: bytes | None) -> str:
    return (data or b"")[:LARGEST].decode("utf-8", errors="replace")


def _into(names: list[str], recipe: Recipe, why: dict[str, Any], base: bool = True) -> list[Any]:
    # Values of the name, the base, the reasons and the fields.
    values = shown(recipe)
    told = recipe.base if base else gr.skip()
    return [recipe.name, told, json.dumps(why), *(values[name] for name in names)]


def _nothing(names: list[str], refused: Refused) -> list[Any]:
    why = json.dumps({"refused": str(refused)})
    return [gr.skip(), gr.skip(), why, *[gr.skip()] * len(names)]


def _advise(
    workspace: Workspace, names: list[str], request: Any, dataset: str | None, base: str
) -> list[Any]:
    try:
        advice = advise.advised(workspace, who(request), dataset, (base or "").strip() or None)
    except Refused as refused:
        return _nothing(names, refused)
    choices = [vars(choice) for choice in advice.choices]
    return _into(names, advice.recipe, {"choices": choices}, base=False)


def _chooser(workspace: Workspace, names: list[str]) -> Any:
    def choose(request: gr.Request, recipe: str, dataset: str | None, base: str) -> list[Any]:
        panel = gr.Column(visible=recipe == GIVEN)
        if recipe == GIVEN:
            return [panel, *[gr.skip()] * 2, "{}", *[gr.skip()] * len(names)]
        if recipe == ADVISED:
            return [panel, *_advise(workspace, names, request, dataset, base)]
        own = recipe.removesuffix("-fit") not in PUBLISHED
        return [panel, *_into(names, PRESETS[recipe], {}, base=not own)]

    return choose


def _again(workspace: Workspace, names: list[str], another: bool = False) -> Any:
    def again(request: gr.Request, recipe: str, dataset: str | None, base: str) -> list[Any]:
        if recipe == ADVISED:
            return _advise(workspace, names, request, dataset, base)
        # A revision belongs to the base that it was given for.
        kept = ["" if another and name == "revision" else gr.skip() for name in names]
        return [*[gr.skip()] * 3, *kept]

    return again


def _giver(workspace: Workspace, names: list[str]) -> Any:
    def give(request: gr.Request, text: str, variant: str) -> list[Any]:
        if not (text or "").strip():
            return [*[gr.skip()] * 2, "{}", *[gr.skip()] * len(names)]
        try:
            found = recipes.pasted(workspace, who(request), text)
        except Refused as refused:
            return _nothing(names, refused)
        why = {"notices": found.notices, "card": True, "fit": found.as_run is not None}
        return _into(names, found.variant(variant), why)

    return give


def _from_run(workspace: Workspace, names: list[str]) -> Any:
    def fill(request: gr.Request, event: gr.EventData) -> list[Any]:
        user = who(request)
        try:
            row = lifecycle.find_run(workspace, user, event.run)
            dataset, recipe = lifecycle.onward(workspace, user, event.run)
            if event.how == "recipe":
                recipe = Recipe.model_validate(row["recipe"] | {"base": row["base"]})
        except Refused as refused:
            return [*[gr.skip()] * 3, *_nothing(names, refused)]
        note = f"The recipe of {row['name']}."
        if event.how != "recipe":
            note = f"Trains the model of {row['name']} on, with a fresh optimizer."
        chosen = recipe.name if recipe.name in PRESETS else "quick"
        hidden = gr.Column(visible=False)
        return [chosen, dataset, hidden, *_into(names, recipe, {"note": note})]

    return fill
