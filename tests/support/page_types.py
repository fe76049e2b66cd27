"""The page functions as types for the page's JavaScript: `python -m tests.support.page_types`.

Each function is written with its payload and every shape in its answer. What is not of the server,
and types of other libraries, are in globals.d.ts.
"""

import inspect
import json
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from typing_extensions import is_typeddict

from reranker_ui.core.evaluation.quality.finding import Severity
from reranker_ui.core.formats.options import ReadingAnswers
from reranker_ui.core.values.event_log import Status
from reranker_ui.core.values.labels import Kind
from reranker_ui.core.values.splits import Split
from reranker_ui.services.imports.target import Into
from reranker_ui.services.labels.effective_labels import State
from reranker_ui.services.labels.guidelines import Order
from reranker_ui.services.ranking.candidates import Source
from reranker_ui.services.ranking.rankers import Measure
from reranker_ui.services.runs.progress import Baseline, Ranker
from reranker_ui.services.store.access import Role
from reranker_ui.ui.form import run_form
from reranker_ui.ui.pages import annotate, data, header, playground, train
from reranker_ui.ui.pages.header import PageOverview
from reranker_ui.ui.pages.train import Act
from tests.support import ROOT

FILE = ROOT / "assets" / "js" / "lib" / "page_functions.d.ts"
WIDGETS = {
    "Header": header.functions,
    "Data": data.functions,
    "Annotate": annotate.functions,
    "Playground": playground.functions,
    "Train": train.functions,
    "Form": run_form.functions,
}
# What JavaScript calls a type that has no name of its own in Python, or another one.
NAMES: dict[Any, str] = {
    Act: "RunAction",
    Baseline: "Baseline",
    Into: "ImportInto",
    Kind: "LabelKind",
    Order: "DatasetOrder",
    PageOverview: "Overview",
    Ranker: "Ranker",
    ReadingAnswers: "ReadingAnswers",
    Measure: "Measure",
    Role: "Role",
    Severity: "Severity",
    Source: "CandidateSource",
    Split: "Split",
    State: "PairState",
    Status: "RunStatus",
}
_HEAD = "// Written by `python -m tests.support.page_types` from the Python page functions.\n"
_WIDTH = 100  # of a line, as the formatter of the JavaScript has it
_PLAIN: dict[Any, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", type(None): "null",
    Any: "unknown",
}  # fmt: skip


def page_types() -> str:
    """The text of FILE."""
    shapes: dict[str, Any] = {}
    widgets = [_widget(name, functions(None), shapes) for name, functions in WIDGETS.items()]
    written: dict[str, str] = {}
    while missing := sorted(shapes.keys() - written.keys()):
        for name in missing:
            written[name] = _declared(shapes[name], shapes)
    return "\n".join([_HEAD, *(written[name] for name in sorted(written)), *widgets])


def _widget(name: str, functions: list[Callable[..., Any]], shapes: dict[str, Any]) -> str:
    lines = [line for function in functions for line in _function(function, shapes)]
    return f"interface {name}Server {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _function(function: Callable[..., Any], shapes: dict[str, Any]) -> Iterator[str]:
    hints = get_type_hints(function, include_extras=True)
    if hints["return"] is Any:
        raise TypeError(f"{function.__name__} does not declare its answer")
    answer = "void" if hints["return"] is type(None) else _script(hints["return"], shapes)
    parameters = [one for one in inspect.signature(function).parameters.values()
                  if one.kind is one.KEYWORD_ONLY]  # fmt: skip
    sent = [
        f"{one.name}{'' if one.default is one.empty else '?'}: {_script(hints[one.name], shapes)}"
        for one in parameters
    ]
    optional = "?" if all(one.default is not one.empty for one in parameters) else ""
    payload = f"payload{optional}: {{ {'; '.join(sent)} }}" if sent else ""
    line = f"{function.__name__}({payload}): Promise<{answer}>;"
    if len(line) <= _WIDTH - 2:
        yield line
    else:
        yield f"{function.__name__}(payload{optional}: {{"
        yield from (f"  {one};" for one in sent)
        yield f"}}): Promise<{answer}>;"


def _declared(shape: Any, shapes: dict[str, Any]) -> str:
    if get_origin(shape) is Literal:
        line = f"type {_name(shape)} = {_values(shape)};\n"
        if len(line) <= _WIDTH:
            return line
        values = "".join(f"\n  | {json.dumps(value)}" for value in get_args(shape))
        return f"type {_name(shape)} ={values};\n"
    return _interface(shape, shapes)


def _interface(shape: Any, shapes: dict[str, Any]) -> str:
    doc = (shape.__doc__ or "").strip().splitlines()
    comment = f"/** {doc[0]} */\n" if len(doc) == 1 else _comment(doc)
    lines = [
        f"  {_key(name)}{'?' if optional else ''}: {_script(hint, shapes)};\n"
        for name, hint, optional in _fields(shape)
    ]
    return f"{comment}interface {_name(shape)} {{\n{''.join(lines)}}}\n"


def _comment(lines: list[str]) -> str:
    """A docstring of several lines."""
    return "".join(["/**\n", *(f" * {line.strip()}".rstrip() + "\n" for line in lines), " */\n"])


def _name(shape: Any) -> str:
    """A dataclass is what the page sends, a TypedDict what it receives."""
    if shape in NAMES:
        return NAMES[shape]
    return f"{shape.__name__}Sent" if is_dataclass(shape) else str(shape.__name__)


def _fields(shape: Any) -> Iterator[tuple[str, Any, bool]]:
    """Name, type and whether it may be missing, of each field."""
    hints = get_type_hints(shape)
    if is_dataclass(shape):
        for one in fields(shape):
            given = one.default is MISSING and one.default_factory is MISSING
            yield one.name, hints[one.name], not given
    else:
        for name, hint in hints.items():
            yield name, hint, name in shape.__optional_keys__


def _key(name: str) -> str:
    return name if name.isidentifier() else f'"{name}"'


def _script(hint: Any, shapes: dict[str, Any]) -> str:
    """A Python type as JavaScript receives it in JSON."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType):  # declared in globals.d.ts
        return hint.__name__
    if hint in NAMES or is_typeddict(hint) or is_dataclass(hint):
        if shapes.setdefault(_name(hint), hint) != hint:
            raise TypeError(f"two shapes are called {_name(hint)}")
        return _name(hint)
    return _generic(hint, lambda inner: _script(inner, shapes))


def _generic(hint: Any, script: Callable[[Any], str]) -> str:
    """A type with others inside it, which `script` writes."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:  # perhaps with what the page sends in its place
        return script(next(filter(_is_sent, inner[1:]), inner[0]))
    if origin is Literal:
        return _values(hint)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(map(script, inner)))
    if origin is dict:
        key = script(inner[0]) if inner[0] in NAMES else "string"
        record = f"Record<{key}, {script(inner[1])}>"
        return record if key == "string" else f"Partial<{record}>"
    if origin is list or inner[1:] == (...,):
        item = script(inner[0])
        return f"({item})[]" if " | " in re.sub(r"<.*>|\[.*\]", "", item) else f"{item}[]"
    if origin is tuple:
        return f"[{', '.join(map(script, inner))}]"
    raise TypeError(f"{hint} has no type in JavaScript")


def _is_sent(note: Any) -> bool:
    dataclass = isinstance(note, type) and is_dataclass(note)
    return dataclass or isinstance(note, types.UnionType)


def _values(hint: Any) -> str:
    return " | ".join(map(json.dumps, get_args(hint)))


if __name__ == "__main__":
    FILE.write_text(page_types())
