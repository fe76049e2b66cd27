"""The steps that bring a Space in line with its manifest."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from reranker_ui.core.values.refused import Refused
from reranker_ui.deploy.manifest import Manifest, with_front_matter

FREE = "cpu-basic"


@dataclass(frozen=True)
class Step:
    """One change: its description, without secret values, and the call that makes it."""

    words: str
    act: Callable[[], Any]


@dataclass(frozen=True)
class Plan:
    """The changes in order, and the price of the hardware in dollars an hour, None if unknown."""

    space: str
    hardware: str
    dollars_an_hour: float | None
    steps: list[Step] = field(default_factory=list)


def plan(
    api: Any, manifest: Manifest, root: Path, secrets: Mapping[str, str], renew: bool = False
) -> Plan:
    """The differences between the Space and its manifest. `secrets`: values by name.

    `renew` sends secrets that the Space already has, as their values cannot be compared. Refused:
    no token, a secret without a value.
    """
    account = _account(api)
    space = _owned(manifest.space.id, account)
    exists = api.repo_exists(space, repo_type="space")
    existing = set(api.get_space_secrets(space)) if exists else set()
    wanted = {name for name in manifest.secrets if renew or name not in existing}
    if missing := sorted(wanted - set(secrets)):
        raise Refused(f"{missing[0]} has no value here. Set it in the environment, then deploy.")
    todo = Plan(space, manifest.space.hardware, _cost(api, manifest.space.hardware))
    steps = todo.steps
    if manifest.bucket:
        steps += _bucket(api, _owned(manifest.bucket.id, account))
    if not exists:
        steps.append(_created(api, manifest, space, account, secrets))
    else:
        steps += _changed(api, manifest, space, account)
        steps += [_secret(api, space, name, secrets[name]) for name in sorted(wanted)]
    steps += _files(api, manifest, space, root, exists)
    return todo


def _account(api: Any) -> str:
    try:
        return str(api.whoami()["name"])
    except OSError as error:
        raise Refused(
            "You are not signed in to Hugging Face. Set HF_TOKEN to a token with write access,"
            " or sign in with `hf auth login`."
        ) from error


def _owned(name: str, account: str) -> str:
    return name if "/" in name else f"{account}/{name}"


def _cost(api: Any, hardware: str) -> float | None:
    if hardware == FREE:
        return 0.0
    price = next((kind for kind in api.list_spaces_hardware() if kind.name == hardware), None)
    units = {"minute": 60, "hour": 1}
    if price is None or price.unit_label not in units:
        return None
    return float(price.unit_cost_usd * units[price.unit_label])


def _bucket(api: Any, bucket: str) -> list[Step]:
    from huggingface_hub.errors import BucketNotFoundError

    try:
        if not api.bucket_info(bucket).private:
            raise Refused(f"The bucket {bucket} is public. Make it private: it contains user data.")
        return []
    except BucketNotFoundError:
        return [
            Step(
                f"Create the private bucket {bucket}",
                lambda: api.create_bucket(bucket, private=True, exist_ok=True),
            )
        ]


def _volumes(manifest: Manifest, account: str) -> list[Any]:
    from huggingface_hub import Volume

    if manifest.bucket is None:
        return []
    source = _owned(manifest.bucket.id, account)
    return [Volume(type="bucket", source=source, mount_path=manifest.bucket.mount)]


def _created(
    api: Any, manifest: Manifest, space: str, account: str, secrets: Mapping[str, str]
) -> Step:
    def make() -> None:
        api.create_repo(
            space,
            repo_type="space",
            space_sdk="gradio",
            visibility=manifest.space.visibility,
            space_hardware=manifest.space.hardware,
            space_sleep_time=manifest.space.sleep_seconds,
            space_secrets=[{"key": name, "value": secrets[name]} for name in manifest.secrets],
            space_variables=[{"key": k, "value": v} for k, v in manifest.variables.items()],
            space_volumes=_volumes(manifest, account),
        )

    more = [f"variables {', '.join(manifest.variables)}"] if manifest.variables else []
    more += [f"secrets {', '.join(manifest.secrets)}"] if manifest.secrets else []
    more += [f"the bucket at {manifest.bucket.mount}"] if manifest.bucket else []
    words = f"Create the {manifest.space.visibility} Space {space} on {manifest.space.hardware}"
    return Step(words + (f" with {'; '.join(more)}" if more else ""), make)


def _changed(api: Any, manifest: Manifest, space: str, account: str) -> list[Step]:
    wanted, steps = manifest.space, []
    runtime = api.get_space_runtime(space)
    if api.repo_info(space, repo_type="space").private != (wanted.visibility == "private"):
        steps.append(
            Step(
                f"Make the Space {wanted.visibility}",
                lambda: api.update_repo_settings(
                    space, repo_type="space", visibility=wanted.visibility
                ),
            )
        )
    variables = {name: entry.value for name, entry in api.get_space_variables(space).items()}
    for name, value in manifest.variables.items():
        if variables.get(name) != value:
            steps.append(_variable(api, space, name, value))
    volumes = _volumes(manifest, account)
    mounted = {(entry.type, entry.source, entry.mount_path) for entry in runtime.volumes or []}
    if {(entry.type, entry.source, entry.mount_path) for entry in volumes} != mounted:
        steps.append(Step("Mount the bucket", lambda: api.set_space_volumes(space, volumes)))
    if wanted.hardware != (runtime.requested_hardware or runtime.hardware):
        steps.append(
            Step(
                f"Ask for {wanted.hardware}",
                lambda: api.request_space_hardware(space, wanted.hardware),
            )
        )
    if wanted.sleep_seconds and wanted.sleep_seconds != runtime.sleep_time:
        steps.append(
            Step(
                f"Sleep after {wanted.sleep_seconds} s without visitors",
                lambda: api.set_space_sleep_time(space, wanted.sleep_seconds),
            )
        )
    return steps


def _variable(api: Any, space: str, name: str, value: str) -> Step:
    return Step(f"Set {name} to {value}", lambda: api.add_space_variable(space, name, value))


def _secret(api: Any, space: str, name: str, value: str) -> Step:
    return Step(f"Send the secret {name}", lambda: api.add_space_secret(space, name, value))


def _files(api: Any, manifest: Manifest, space: str, root: Path, exists: bool) -> list[Step]:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    local = wanted_files(manifest, root)
    remote = {}
    if exists:
        for entry in api.list_repo_tree(space, recursive=True, repo_type="space"):
            if hasattr(entry, "blob_id"):
                remote[entry.path] = entry.lfs.sha256 if entry.lfs else entry.blob_id
    fresh = [name for name, data in local.items() if remote.get(name) not in _digests(data)]
    obsolete = [name for name in remote if name not in local and name != ".gitattributes"]
    if not fresh and not obsolete:
        return []

    def send() -> None:
        adding = [CommitOperationAdd(name, local[name]) for name in fresh]
        removing = [CommitOperationDelete(name) for name in obsolete]
        api.create_commit(space, [*adding, *removing], repo_type="space", commit_message="Deploy")

    size = sum(len(local[name]) for name in fresh)
    words = f"Send {len(fresh)} files, {size / 1e6:.1f} MB"
    return [Step(words + (f", and remove {len(obsolete)}" if obsolete else ""), send)]


def wanted_files(manifest: Manifest, root: Path) -> dict[str, bytes]:
    """The files to deploy, by path; README with the front matter of the manifest."""
    files: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") or part == "__pycache__" for part in Path(name).parts)
        if hidden or path.is_symlink() or not path.is_file():
            continue
        if _matches(name, manifest.files.include) and not _matches(name, manifest.files.exclude):
            files[name] = path.read_bytes()
    if "README.md" in files:
        readme = with_front_matter(files["README.md"].decode(), manifest)
        files["README.md"] = readme.encode()
    return files


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _digests(data: bytes) -> tuple[str, str]:
    from huggingface_hub.utils.sha import git_hash

    return git_hash(data), hashlib.sha256(data).hexdigest()
