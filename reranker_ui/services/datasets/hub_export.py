"""Bringing a dataset to the Hugging Face Hub: private unless a person says otherwise."""

import logging
import re
import tempfile
import time
from pathlib import Path

from reranker_ui.core.formats.binary.saved import push, write_parts
from reranker_ui.core.formats.exports import lost_in
from reranker_ui.core.formats.hub import PREFIX
from reranker_ui.core.formats.writing import Target
from reranker_ui.core.values.refused import Refused
from reranker_ui.services.datasets.export import Exported, rows_of
from reranker_ui.services.labels.datasets import find_dataset, scale
from reranker_ui.services.labels.further_columns import column_names
from reranker_ui.services.labels.visibility import visibility_of
from reranker_ui.services.store.access import User, require
from reranker_ui.services.store.workspace import Workspace, record

log = logging.getLogger(__name__)
_ID = re.compile(r"[\w.-]+/[\w.-]+")


def export_to_hub(
    workspace: Workspace,
    user: User,
    dataset_name: str,
    repo: str,
    *,
    public: bool = False,
    token: str | None = None,
) -> Exported:
    """Push a dataset's pairs to `repo` (ORG/NAME, with or without hf:), split by split.

    token: may write to the repository; None for the token this machine is signed in with.
    Returns what `export_dataset` does; path is the address on the Hub. A set that others can
    read is not overwritten unless `public`.
    """
    require(user, "admin")
    repo = repo.strip().removeprefix(PREFIX)
    if not _ID.fullmatch(repo):
        raise Refused(f"{repo or 'This'} is not a repository on the Hub. Use ORG/NAME.")
    with tempfile.TemporaryDirectory(dir=workspace.cache) as folder:
        parts = Path(folder)
        with workspace.reading() as connection:
            dataset = find_dataset(connection, dataset_name)
            further = column_names(workspace, connection, dataset)
            target = Target(parts, lost_in("datasets"), scale=scale(dataset), further=further)
            count = write_parts(rows_of(connection, visibility_of(dataset, user)), target, parts)
        try:
            _refuse_public(repo, public, token)
            push(parts, repo, public, token)
        except Refused:
            raise
        except Exception as error:
            raise Refused(_why(repo, error, token)) from error
    with workspace.writing() as connection:
        details = {"format": f"a {'public' if public else 'private'} dataset on the Hub, {repo}"}
        record(
            connection, user, "export", f"dataset:{dataset.id}",
            at=time.time(), after={**details, "pairs": count},
        )  # fmt: skip
    return {
        "dataset": dataset_name, "format": "datasets", "pairs": count,
        "path": f"https://huggingface.co/datasets/{repo}", "lost": target.lost.sentences(),
    }  # fmt: skip


def _refuse_public(repo: str, public: bool, token: str | None) -> None:
    """Refused where the dataset exists and is public but `public` is false."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        info = HfApi(token=token).dataset_info(repo)
    except RepositoryNotFoundError:
        return
    if not info.private and not public:
        raise Refused(
            f"{repo} already exists on the Hub and is public. Choose another name, or confirm that"
            " it may be public."
        )


def _why(repo: str, error: Exception, token: str | None) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")[:200]
    if token:
        reason = reason.replace(token, "***")
    log.warning("pushing a dataset to %s failed: %s", repo, reason)
    return (
        f"{repo} could not be written on the Hub: {reason}. Check the name, the token's write"
        " access, and the connection to the Hub."
    )
