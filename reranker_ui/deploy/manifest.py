"""The manifest `spaces.yaml`: the settings of a Space, and README's front matter."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from reranker_ui.core.values.refused import Refused

FIRST_LINE = "# Hugging Face does not read this file; `python -m reranker_ui deploy` does."
ZERO_GPU = (
    "ZeroGPU is not supported while torch is pinned above the versions that it offers: it has"
    " torch 2.11 at most. Choose cpu-basic, or a GPU of one's own such as t4-small."
)
Color = Literal["red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]
HubName = Annotated[str, StringConstraints(pattern=r"^([\w.-]{1,96}/)?[\w.-]{1,96}$")]


class Strict(BaseModel):
    """A model without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Space(Strict):
    """The Space itself. A name without an owner belongs to the account that deploys."""

    id: HubName
    visibility: Literal["private", "public", "protected"] = "private"
    hardware: str = "cpu-basic"
    sleep_seconds: int | None = Field(None, ge=300)

    @field_validator("hardware")
    @classmethod
    def _known_hardware(cls, hardware: str) -> str:
        from huggingface_hub import SpaceHardware

        if hardware.startswith("zero-"):
            raise ValueError(ZERO_GPU)
        if hardware not in [choice.value for choice in SpaceHardware]:
            raise ValueError(f"{hardware} is not a hardware of Spaces")
        return hardware


class Readme(Strict):
    """README's front matter, the only part that the Hub reads."""

    title: str
    emoji: str
    colorFrom: Color  # noqa: N815 - the Hub's own names
    colorTo: Color  # noqa: N815
    sdk: Literal["gradio"]
    sdk_version: str
    python_version: str
    app_file: str
    short_description: str = Field(max_length=60)
    license: str
    hf_oauth: Literal[True]
    startup_duration_timeout: str = Field(pattern=r"^\d+[smh]$")
    preload_from_hub: list[str]


class Bucket(Strict):
    """A private bucket, and its mount path in the Space."""

    id: HubName
    mount: Annotated[str, StringConstraints(pattern=r"^/[\w/-]+$")]


class Files(Strict):
    """The files of the checkout that are deployed, as patterns from its root."""

    include: list[str]
    exclude: list[str] = []


class Manifest(Strict):
    """The whole file."""

    version: Literal[1]
    space: Space
    readme: Readme
    bucket: Bucket | None = None
    variables: dict[Name, str] = {}
    secrets: list[Name] = []
    files: Files

    @field_validator("variables")
    @classmethod
    def _without_secrets(cls, variables: dict[str, str]) -> dict[str, str]:
        from reranker_ui.settings import SECRET

        for name in variables:
            if SECRET.search(name):
                raise ValueError(f"{name} is a secret: everyone sees variables; name it in secrets")
        return variables


def read_manifest(file: Path, **changes: Any) -> Manifest:
    """The manifest in `file`, with `changes` of its `space`; Refused where it is not one."""
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
        values["space"].update(
            {name: value for name, value in changes.items() if value is not None}
        )
        return Manifest.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        problem = first["msg"].removeprefix("Value error, ")
        raise Refused(
            problem if problem == ZERO_GPU else f"{file.name}: {place}: {problem}."
        ) from error
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError) as error:
        raise Refused(f"{file} cannot be read as a manifest: {error}") from error


def front_matter(manifest: Manifest) -> str:
    """The block at the beginning of README."""
    block = yaml.safe_dump(
        manifest.readme.model_dump(), sort_keys=False, allow_unicode=True, width=1000
    )
    return f"---\n{block}---\n"


def with_front_matter(readme: str, manifest: Manifest) -> str:
    """README with its front matter replaced by that of the manifest."""
    rest = readme.split("---\n", 2)[2] if readme.startswith("---\n") else readme
    return front_matter(manifest) + rest
