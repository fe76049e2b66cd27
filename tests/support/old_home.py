"""A home that version 0.1 wrote, unpacked for a test; see tests/fixtures/README.md."""

import json
import os
import time
import zipfile
from pathlib import Path

from tests.support import ROOT

ARCHIVE = ROOT / "tests" / "fixtures" / "home-0.1.zip"
MADE_AT = "/tmp/home-0.1"  # where it was written: the recipes name their base by its whole path


def unpack(folder: Path) -> Path:
    """Unpack into `folder`, readable for everyone as 0.1 left it; returns the home."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    for path in (folder / "home").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "home").chmod(0o755)
    for recipe in folder.glob("home/runs/*/recipe.json"):
        recipe.write_text(recipe.read_text().replace(MADE_AT, str(folder)))
    then = time.time() - 3600  # else the run that was lost looks as if its worker were starting
    for path in (folder / "home" / "runs").rglob("*"):
        os.utime(path, (then, then))
    return folder / "home"


def api_key(folder: Path) -> str:
    """The API key of the annotator Lin."""
    return str(json.loads((folder / "key.json").read_text())["key"])
