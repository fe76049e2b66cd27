"""A room: one rich part of the page, drawn by its own JavaScript, fed by server functions."""

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
from reranker_ui.ui.server.identity import who
from reranker_ui.ui.server.modules import modules

log = logging.getLogger(__name__)
Function = Callable[..., Any]
MODULES = {
    "header": "people/header.js",
    "data": "data/room.js",
    "annotate": "annotate/room.js",
    "train": "train/room.js",
    "train_runs": "train/runs.js",
    "train_plan": "train/plan.js",
    "train_command": "train/command.js",
    "train_why": "train/why.js",
    "playground": "playground/room.js",
}
TABS = {
    "data": ["data"],
    "annotate": ["annotate"],
    "train": ["train", "train_plan", "train_command", "train_why", "train_runs"],
    "playground": ["playground"],
}
# Loads a room's module when the room is first shown; a failure stays inside the room.
_LOAD = """
const context = {element, trigger, props, server, upload, watch, events: %(events)s};
const modules = %(modules)s.map((path) => import(new URL(path, document.baseURI).href));
Promise.all(modules).then(([{mount}, {drawRoom}]) => mount(drawRoom, context)).catch((error) => {
  console.error(error);
  element.querySelector(".rr-room").innerHTML = '<div class="rr-error" role="alert"><p>'
    + 'This part of the page failed to load. Reload the page to try again.</p></div>';
});
"""
# Modules import each other: all that a tab needs are asked for at once, while Gradio loads. The
# other tabs follow when the page is quiet, so that they open at once too.
_PRELOAD = """<script>
(() => {
  const tabs = %(tabs)s;
  const add = (modules) => modules.forEach((path) => {
    const href = new URL(path, document.baseURI).href;
    const link = Object.assign(document.createElement("link"), {rel: "modulepreload", href});
    document.head.append(link);
  });
  add(tabs[new URLSearchParams(location.search).get("tab")] || tabs.data);
  setTimeout(() => Object.values(tabs).forEach(add), 5000);
})();
</script>"""


def head() -> str:
    """For the head of the page: what loads its modules early."""
    needed = {
        tab: modules().needed("lib/room.js", *(MODULES[name] for name in ["header", *rooms]))
        for tab, rooms in TABS.items()
    }
    addresses = {tab: [modules().address(one) for one in names] for tab, names in needed.items()}
    return _PRELOAD % {"tabs": json.dumps(addresses)}


def room(
    name: str, functions: Sequence[Function] = (), events: Sequence[str] = (), **options: Any
) -> gr.HTML:
    """A gr.HTML whose content is drawn by the module `MODULES[name]` of assets/js.

    functions: called in the page as `await server.NAME(payload)`, here as `NAME(user, **payload)`
    with the keyword-only parameters that the function declares (`payload.py`).
    events: names that the page may `trigger(name, data)`; listen with `room.NAME(handler)`.
    The template is static on purpose: Gradio executes `${...}` in whatever it renders.
    """
    needed = [modules().address(module) for module in ("lib/room.js", MODULES[name])]
    script = _LOAD % {"events": json.dumps(list(events)), "modules": json.dumps(needed)}
    return gr.HTML(
        html_template=f'<section class="rr-room rr-room-{name}"></section>',
        js_on_load=script,
        server_functions=[_endpoint(function) for function in functions] or None,
        elem_id=options.pop("elem_id", f"rr-{name}"),
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
            return _json({"ok": function(who(request), **read(payload))})
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
    return {"refused": str(refused)}
