"""Uploads a model's folder to the Hub."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reranker_ui.core.values.refused import Refused

LEFT_OUT = [".*"]  # drafts


def push_folder(
    model: Path,
    repo: str,
    private: bool,
    token: str,
    api: Any = None,
    more: Mapping[str, Path | bytes] | None = None,
    replaced: Sequence[str] = (),
) -> str:
    """Upload the folder `model` with the files `more`, by name, as `repo`; returns its address.

    `replaced`: patterns of names; files of an earlier push that match are deleted.

    `api` replaces huggingface_hub.HfApi. Refused, with what to do about it: a missing or wrong
    token, a name without write access, a public model where `private` was requested, an
    unreachable Hub.
    """
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    api = api or HfApi(token=token or None)
    try:
        address = api.create_repo(repo, private=private, exist_ok=True, repo_type="model")
        if private and not api.model_info(repo).private:
            raise Refused(f"{repo} already exists and is public. Choose another name.")
        api.upload_folder(
            repo_id=repo,
            folder_path=str(model),
            ignore_patterns=LEFT_OUT,
            delete_patterns=list(replaced),
            commit_message="A reranker by Reranker UI",
        )
        if more:
            added = [CommitOperationAdd(name, content) for name, content in more.items()]
            api.create_commit(repo, added, commit_message="The files that the run ranks with")
    except HfHubHTTPError as error:
        raise Refused(_sentence(error, repo, bool(token))) from error
    except HFValidationError as error:
        raise Refused(f"{repo} is not a valid name on the Hub: {error}") from error
    except (OfflineModeIsEnabled, OSError) as error:
        raise Refused("The Hub cannot be reached from here. Try again later.") from error
    return str(address)


def _sentence(error: Any, repo: str, has_token: bool) -> str:
    status = getattr(error.response, "status_code", None)
    if status == 401:
        reason = "rejected this token" if has_token else "requires a token"
        return f"The Hub {reason}. Create one with write access at huggingface.co/settings/tokens."
    if status in (403, 404):
        return f"This token may not write to {repo}. Use one with write access, or another name."
    return f"The Hub answered {status or 'with an error'} to the push. Try again later."
