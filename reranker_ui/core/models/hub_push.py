"""A model's folder goes to the Hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reranker_ui.core.values.refused import Refused

LEFT_OUT = [".*"]  # drafts


def push_folder(
    model: Path, repo: str, private: bool, token: str, api: Any = None, more: Sequence[Path] = ()
) -> str:
    """Upload the folder `model`, and the files `more` beside it, as `repo`; returns its address.

    `api` stands in for huggingface_hub.HfApi. Refused, with what to do about it: no or a wrong
    token, a name one may not write to, a model that is public where `private` was asked for, a
    Hub that cannot be reached.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled

    api = api or HfApi(token=token or None)
    try:
        address = api.create_repo(repo, private=private, exist_ok=True, repo_type="model")
        if private and not api.model_info(repo).private:
            raise Refused(f"{repo} is there already and open to everyone. Choose another name.")
        api.upload_folder(
            repo_id=repo,
            folder_path=str(model),
            ignore_patterns=LEFT_OUT,
            commit_message="A reranker by Reranker UI",
        )
        for file in more:
            api.upload_file(path_or_fileobj=str(file), path_in_repo=file.name, repo_id=repo)
    except HfHubHTTPError as error:
        raise Refused(_sentence(error, repo, bool(token))) from error
    except HFValidationError as error:
        raise Refused(f"{repo} cannot be a name on the Hub: {error}") from error
    except (OfflineModeIsEnabled, OSError) as error:
        raise Refused("The Hub cannot be reached from here. Push again when it can.") from error
    return str(address)


def _sentence(error: Any, repo: str, has_token: bool) -> str:
    status = getattr(error.response, "status_code", None)
    if status == 401:
        told = "does not know this token" if has_token else "wants a token"
        return f"The Hub {told}. Make one with write access at huggingface.co/settings/tokens."
    if status in (403, 404):
        return f"This token may not write to {repo}. Take one with write access, or another name."
    return f"The Hub answered {status or 'with an error'} to the push. Try again later."
