"""What the page may send: a function's keyword-only parameters are the fields of its payload.

Types are strict, since JSON tells numbers, texts and truth values apart. A payload that does not
fit is refused with a sentence before the function runs.
"""

import inspect
import math
import re
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)

from reranker_ui.core.formats.options import ReadingAnswers
from reranker_ui.core.values.labels import Scale
from reranker_ui.core.values.refused import Refused

UNKNOWN = (
    "The page sent a request that this server does not accept: {} Reload the page and try again."
)


def _storable(value: Any) -> Any:
    # Half a surrogate pair fits no encoding, and PostgreSQL stores no NUL.
    if not isinstance(value, str):
        return value
    whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _as_text(value: Any) -> Any:
    # Runs are known by number or name, and the page sends either.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _reading_answers(value: dict[str, Any]) -> dict[str, Any]:
    return _READING.model_validate(value).model_dump(exclude_none=True)


def _sound(scale: Scale) -> Scale:
    ends = (scale.min, scale.max, scale.relevant_from or 0.0)
    if not (all(map(math.isfinite, ends)) and 0 <= scale.min < scale.max <= 1e6):
        raise ValueError("a scale has a finite lowest and highest label")
    return scale


_MESSAGES: dict[str, Any] = {
    name: (hint | None, None) for name, hint in get_type_hints(ReadingAnswers).items()
}
_READING = create_model(
    "ReadingAnswers", __config__=ConfigDict(strict=True, extra="ignore"), **_MESSAGES
)
Text = Annotated[str, BeforeValidator(_storable), Field(strict=True)]
Name = Annotated[Text, Field(max_length=1_000)]
RunName = Annotated[Name, int | str, BeforeValidator(_as_text)]
Id = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Ids = Annotated[list[Id], Field(fail_fast=True, max_length=20_000)]
Texts = Annotated[list[Text], Field(fail_fast=True)]
Names = Annotated[list[Name], Field(fail_fast=True, max_length=1_000)]
TwoNames = Annotated[list[Name], Field(min_length=2, max_length=2)]
Numbers = Annotated[list[Number], Field(fail_fast=True)]
Place = Annotated[list[Number | Text], Field(max_length=4)]  # where a page of sorted pairs begins
Grades = Annotated[list[Number | None], Field(fail_fast=True)]
ScaleSent = Annotated[Scale, AfterValidator(_sound)]
# Labels by others; keys of JSON are texts.
LabelMap = Annotated[
    dict[Annotated[float, Field(allow_inf_nan=False)], Number], Field(max_length=1_000)
]
Answers = Annotated[dict[str, Any], ReadingAnswers, AfterValidator(_reading_answers)]


def reader_of(function: Callable[..., Any]) -> Callable[[Any], dict[str, Any]]:
    """Reads a payload into the keyword arguments of `function`; Refused where it does not fit."""
    model = payload_model(function)

    def read(payload: Any) -> dict[str, Any]:
        try:
            values = model.model_validate({} if payload is None else payload)
        except ValidationError as error:
            raise Refused(UNKNOWN.format(sentence_of(error))) from None
        return {name: getattr(values, name) for name in model.model_fields}

    return read


def payload_model(function: Callable[..., Any]) -> type[BaseModel]:
    """The model of a page function's payload. Fields that it does not know are passed over."""
    keyword_only = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    declared: dict[str, Any] = {
        parameter.name: (
            parameter.annotation,
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in keyword_only
    }
    config = ConfigDict(extra="ignore", protected_namespaces=())
    return create_model(function.__name__, __config__=config, **declared)


# What pydantic adds to the place of a fault where several types are possible.
_KIND = re.compile(r"(str|int|float|bool)$|(dict|list)\[")


def sentence_of(error: ValidationError) -> str:
    """What is wrong with a body, in one sentence: the first fault."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if not _KIND.match(str(part)))
    fault = "it is not an object" if first["type"] == "model_type" else first["msg"].lower()
    return f"{place[:200] or 'The body'}: {fault[:300]}."
