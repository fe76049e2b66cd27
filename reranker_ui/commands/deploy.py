"""The verb deploy: a Hugging Face Space from `spaces.yaml`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from reranker_ui.commands import Verbs, confirmed
from reranker_ui.core.values.refused import Refused
from reranker_ui.deploy.manifest import read_manifest
from reranker_ui.deploy.steps import Plan, plan
from reranker_ui.settings import hub_token, secret

ROOT = Path(__file__).resolve().parent.parent.parent


def add(verbs: Verbs) -> None:
    """Add the verb."""
    verb = verbs.add_parser("deploy", help="create or update a Hugging Face Space")
    verb.add_argument("--manifest", type=Path, default=ROOT / "spaces.yaml", metavar="FILE")
    verb.add_argument("--space", metavar="ORG/NAME", help="a Space id other than the manifest's")
    verb.add_argument("--hardware", metavar="NAME", help="hardware other than the manifest's")
    verb.add_argument(
        "--renew-secrets", action="store_true", help="send secrets again that the Space already has"
    )
    verb.add_argument("--yes", action="store_true", help="do not ask")
    verb.set_defaults(run=_deploy, show=str)


def _deploy(arguments: argparse.Namespace) -> tuple[Any, int]:
    from httpx2 import HTTPError
    from huggingface_hub import HfApi

    manifest = read_manifest(arguments.manifest, id=arguments.space, hardware=arguments.hardware)
    values = {name: value for name in manifest.secrets if (value := secret(name))}
    root = arguments.manifest.resolve().parent
    try:
        todo = plan(HfApi(token=hub_token()), manifest, root, values, arguments.renew_secrets)
        planned = [step.words for step in todo.steps]
        print(_words(todo, planned), file=sys.stderr)
        if planned and not (arguments.yes or _agreed()):
            return {"space": todo.space, "done": [], "planned": planned}, 0
        for step in todo.steps:
            print(f"{step.words} ...", file=sys.stderr)
            step.act()
    except (OSError, HTTPError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        what = first[:300].rstrip(". ")
        raise Refused(f"Hugging Face refused a step: {what}. Deploy again to continue.") from error
    return {"space": todo.space, "done": planned, "planned": planned}, 0


def _words(todo: Plan, planned: list[str]) -> str:
    if todo.dollars_an_hour is None:
        cost = "at an unknown price"
    elif todo.dollars_an_hour:
        cost = f"${todo.dollars_an_hour:.2f} an hour while it runs"
    else:
        cost = "free of charge; creating one needs a PRO or Team account"
    head = f"Space {todo.space} on {todo.hardware}, {cost}."
    steps = [f"  {number}. {words}" for number, words in enumerate(planned, 1)]
    return "\n".join([head, *(steps or ["  Nothing to do: the Space matches the manifest."])])


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("Nothing was done. Add --yes to confirm.", file=sys.stderr)
        return False
    return confirmed("Do this?")
