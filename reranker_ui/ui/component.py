"""A widget: one rich part of the page, drawn by its own JavaScript, fed by server functions."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from fastapi.encoders import jsonable_encoder
from starlette.responses import Response

from reranker_ui.core.values.filesystems import as_refused
from reranker_ui.core.values.refused import Unavailable
from reranker_ui.ui.payload import reader_of
from reranker_ui.ui.server.identity import user_of
from reranker_ui.ui.server.modules import TABS, modules

log = logging.getLogger(__name__)
Function = Callable[..., Any]
MODULES = {
    "header": "people/header.js",
    "data": "data/widget.js",
    "annotate": "annotate/widget.js",
    "train": "train/widget.js",
    "train_runs": "train/runs.js",
    "train_form": "train/form.js",
    "playground": "playground/widget.js",
}
# Loads a widget's bundle when the widget is first shown; a failure stays inside the widget.
_LOAD = """
const id = %(id)s;
const context = {id, element, trigger, props, server, upload, watch, events: %(events)s};
import(new URL(%(bundle)s, document.baseURI).href).then(({modules}) => {
  modules["lib/widget.js"].mount(modules[%(module)s].drawWidget, context);
}).catch((error) => {
  console.error(error);
  element.querySelector(".rr-widget").innerHTML = '<div class="rr-error" role="alert"><p>'
    + 'This part of the page failed to load. Reload the page to try again.</p></div>';
}).finally(() => document.dispatchEvent(new CustomEvent("rr-widget-drawn", {detail: id})));
"""
# The page asks for what the open tab needs (`first_paint`). The rest follows when it is drawn.
_PRELOAD = """<script>
document.addEventListener("rr-widget-drawn", () => setTimeout(() => {
  for (const path of %(bundles)s) {
    const href = new URL(path, document.baseURI).href;
    const link = Object.assign(document.createElement("link"), {rel: "modulepreload", href});
    document.head.append(link);
  }
}, 2000), {once: true});
</script>"""


def head() -> str:
    """For the head of the page: its icon, and what loads the other modules early."""
    # Without a link the browser asks the root of the site, which may be another's.
    icon = '<link rel="icon" href="favicon.ico">'
    return icon + _PRELOAD % {"bundles": json.dumps(modules().addresses())}


def widget(
    name: str, functions: Sequence[Function] = (), events: Sequence[str] = (), **options: Any
) -> gr.HTML:
    """A gr.HTML whose content is drawn by the module `MODULES[name]` of assets/js.

    functions: called in the page as `await server.NAME(payload)`, here as `NAME(user, **payload)`
    with the keyword-only parameters that the function declares (`payload.py`).
    events: names that the page may `trigger(name, data)`; listen with `widget.NAME(handler)`.
    The template is static on purpose: Gradio executes `${...}` in whatever it renders.
    """
    module, elem_id = MODULES[name], options.pop("elem_id", f"rr-{name}")
    tab = next(tab for tab, entries in TABS.items() if module in entries)
    texts = {"id": elem_id, "events": list(events), "bundle": modules().address(tab)}
    script = _LOAD % {key: json.dumps(value) for key, value in (texts | {"module": module}).items()}
    return gr.HTML(
        html_template=f'<section class="rr-widget rr-widget-{name}"></section>',
        js_on_load=script,
        server_functions=[_endpoint(function) for function in functions] or None,
        elem_id=elem_id,
        elem_classes=["rr-frame"],
        apply_default_css=False,
        padding=False,
        **options,
    )


def _json(answer: dict[str, Any]) -> Response:
    # A response of our own: FastAPI would walk through every value of a dict first.
    body = json.dumps(answer, ensure_ascii=False, allow_nan=False, default=jsonable_encoder)
    return Response(body, media_type="application/json")


def _endpoint(function: Function) -> Callable[..., Any]:
    read = reader_of(function)

    def endpoint(payload: Any, request: gr.Request) -> Response:
        try:
            return _json({"ok": function(user_of(request), **read(payload))})
        except Exception as error:
            return _json(_refusal(function.__name__, error))

    endpoint.__name__ = function.__name__
    return endpoint


def _refusal(name: str, error: Exception) -> dict[str, Any]:
    # `fault`: unlike a refusal it may pass, so what was sent is worth sending again.
    if (refused := as_refused(error)) is None:
        log.error("%s failed", name, exc_info=error)
        sentence = "Something went wrong on the server. The log says what."
        return {"refused": sentence, "fault": True}
    if isinstance(refused, Unavailable):
        log.error("%s: %s", name, refused)
        return {"refused": str(refused), "fault": True}
    return {"refused": str(refused), **({"field": refused.field} if refused.field else {})}
