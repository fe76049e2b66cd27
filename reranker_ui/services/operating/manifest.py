"""The manifest of a backup: a small JSON file with its contents and their files."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

log = logging.getLogger(__name__)
SUFFIX = ".json"
Manifest: TypeAlias = dict[str, Any]
_FIELDS = {"generation", "at", "file", "sha256", "runs"}  # fields of the manifests of all versions

# Names of files beside the manifest: never a path.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
Count = Annotated[int, Field(ge=0)]


class RunCopy(TypedDict):
    """The copy of one run: a zip beside the manifest, and the state of the run when packed."""

    file: Name
    sha256: Digest
    state: str


class _Counts(TypedDict):
    datasets: Count
    pairs: Count
    annotations: Count
    runs: Count


@with_config(ConfigDict(extra="allow"))
class _Manifest(TypedDict):
    name: Name
    file: Name
    sha256: Digest
    bytes: Count
    at: Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]  # Unix seconds
    runs: dict[Number, RunCopy]
    generation: Count
    origin: str | None
    counts: _Counts


_SHAPE = TypeAdapter(_Manifest)


def read_manifest(name: str, file: Path) -> Manifest | None:
    """The manifest in a file, {} where it is not one of ours; None where it is damaged."""
    try:
        manifest = json.loads(file.read_bytes())
        if not (isinstance(manifest, dict) and set(manifest) >= _FIELDS):
            return None if name.startswith("db-") else {}
        return dict(_SHAPE.validate_python(manifest))
    except (OSError, ValueError, RecursionError, ValidationError):
        log.error("%s is damaged, so that backup is skipped.", name)
        return None


def copies_of_runs(manifests: Iterable[Manifest]) -> dict[str, list[RunCopy]]:
    """The different copies of each run by number, in the order of the manifests."""
    copies: dict[str, list[RunCopy]] = {}
    for manifest in manifests:
        for number, copy in manifest["runs"].items():
            if copy not in copies.setdefault(number, []):
                copies[number].append(copy)
    return copies
