"""Pushes a run's model to the Hub: `python -m reranker_ui.jobs.push FOLDER`, token on stdin."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from reranker_ui.core.models.hub_push import push_folder
from reranker_ui.core.values.refused import Refused
from reranker_ui.core.values.run_folder import RunFolder


def main(arguments: Sequence[str], token: str, api: Any = None) -> int:
    """Push as the folder's pushed.json asks for, and write down there how it went."""
    folder = RunFolder(Path(arguments[0]).resolve())
    with FileLock(folder.pushed_file.with_suffix(".lock")):
        asked = json.loads(folder.pushed_file.read_text())
        told: dict[str, Any] = {"state": "failed"}
        try:
            url = push_folder(folder.model, asked["repo"], asked["private"], token, api)
            told = {"state": "done", "url": url}
        except Refused as refused:
            told["error"] = str(refused)
        except Exception as error:
            name = type(error).__name__
            told["error"] = f"The push broke off with {name}: {str(error)[:200]}. Push again."
        aside = folder.pushed_file.with_suffix(".new")
        aside.write_text(json.dumps(asked | told | {"time": time.time()}))
        aside.replace(folder.pushed_file)
    return 0 if told["state"] == "done" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin.read().strip()))
