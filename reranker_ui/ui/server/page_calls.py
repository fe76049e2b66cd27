"""The page's server functions over HTTP, answered here instead of by Gradio.

Gradio's own route keeps 180 kB for each session hash that a client makes up, and answers 500 to a
body of another shape.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reranker_ui.ui.payload import sentence_of

AT_ONCE = 40  # threads of page functions


class Call(BaseModel):
    """What Gradio's client sends for `server.NAME(data)`; it also sends a session_hash."""

    component_id: Annotated[int, Field(strict=True)]
    fn_name: str
    data: Any = None


class PageCalls:
    """The route; the components are found in the app that serves the request."""

    def __init__(self) -> None:
        self.threads = CapacityLimiter(AT_ONCE)

    def routes(self) -> list[Route]:
        """Everything to be passed to Gradio's `app_kwargs`."""
        paths = ("/gradio_api/component_server", "/gradio_api/component_server/")
        return [Route(path, self.answer, methods=["POST"]) for path in paths]

    async def answer(self, request: Request) -> Response:
        """Run the function in a thread."""
        try:
            # Not orjson: a browser may send half of a surrogate pair, which payload.py repairs.
            call = Call.model_validate(json.loads(await request.body()))
        except ValidationError as error:
            return JSONResponse({"detail": sentence_of(error)}, 422)
        except (ValueError, RecursionError):
            return JSONResponse({"detail": "The body is not JSON."}, 400)
        function = _function(request, call)
        if function is None:
            return JSONResponse({"detail": "Function not found."}, 404)
        answer: Response = await to_thread.run_sync(
            function, call.data, request, limiter=self.threads
        )
        return answer


def _function(request: Request, call: Call) -> Callable[..., Response] | None:
    block = request.app.get_blocks().blocks.get(call.component_id)
    function: Callable[..., Response] | None = getattr(block, call.fn_name, None)
    return function if getattr(function, "_is_server_fn", False) else None
