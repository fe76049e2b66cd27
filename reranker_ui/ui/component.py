"""A room: one rich part of the page, drawn by its own JavaScript, fed by server functions."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from fastapi.encoders import jsonable_encoder
from starlette.responses import Response

from reranker_ui.core.values.refused import Refused
from reranker_ui.services.store.access import User
from reranker_ui.ui.server.identity import who

log = logging.getLogger(__name__)
Function = Callable[[User, dict[str, Any]], Any]


def room(
    name: str, functions: Sequence[Function] = (), events: Sequence[str] = (), **options: Any
) -> gr.HTML:
    """A gr.HTML whose content is drawn by `RR.rooms[name]` in assets/js.

    functions: called in the page as `await server.NAME(payload)`, here as `NAME(user, payload)`.
    events: names that the page may `trigger(name, data)`; listen with `room.NAME(handler)`.
    The template is static on purpose: Gradio executes `${...}` in whatever it renders.
    """
    script = (
        f"RR.mount({json.dumps(name)},"
        " {element, trigger, props, server, upload, watch, events: "
        + json.dumps(list(events))
        + "})"
    )
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
    def endpoint(payload: Any, request: gr.Request) -> Response:
        try:
            told = function(who(request), payload if isinstance(payload, dict) else {})
            return _json({"ok": told})
        except Refused as refused:
            return _json({"refused": str(refused)})
        except Exception:
            log.exception("%s failed", function.__name__)
            # `fault`: unlike a refusal it may pass, so what was sent is worth sending again.
            sentence = "Something went wrong on the server. The log says what."
            return _json({"refused": sentence, "fault": True})

    endpoint.__name__ = function.__name__
    return endpoint
