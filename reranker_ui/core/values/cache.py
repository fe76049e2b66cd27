"""The cache on disk: folders that can be made again, of which those used lately stay."""

import os
import shutil
from pathlib import Path


def note_use(folder: Path, most: int) -> None:
    """Note that `folder` was used just now, and let go all beside it but the `most` used last.

    Drafts, whose names begin with a dot, and files are passed over.
    """
    os.utime(folder)
    there = [one for one in folder.parent.iterdir() if one.name[0] != "." and one.is_dir()]
    for one in sorted(there, key=_when)[:-most]:
        shutil.rmtree(one, ignore_errors=True)


def _when(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # another process let it go meanwhile
        return 0.0
