"""Imports Gradio in half the time: without the type stubs that it writes for editors.

At every import Gradio parses the source of each of its components and writes a `.pyi` file beside
it (`gradio.component_meta.create_or_modify_pyi`). It leaves out classes without a source file, so
for this one import its classes have none.
"""

import inspect
from typing import Any

_getfile = inspect.getfile


def _without_gradio(object: Any) -> str:  # the name in inspect
    if str(getattr(object, "__module__", "")).partition(".")[0] == "gradio":
        raise OSError("no type stubs are written")
    return _getfile(object)


try:
    inspect.getfile = _without_gradio
    import gradio  # noqa: F401
finally:
    inspect.getfile = _getfile
