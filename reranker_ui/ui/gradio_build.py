"""Which of Gradio's files the first screen loads, as far as its build says so.

Vite writes into each script a list of the files that it may load later, and the places of those
that an import needs. Gradio's scripts ask for each other in four turns; a page that knows the list
asks for all of them at once.
"""

import re
from functools import cache
from pathlib import Path

import gradio

FRONTEND = Path(gradio.__file__).parent / "templates" / "frontend"
_COMPONENTS = ("column", "row", "html", "state", "tabs", "tabitem")  # of the first screen
_LISTED = re.compile(r"m\.f=\[([^\]]*)\]")
_FILE = re.compile(r'"\./([\w.~-]+\.(?:js|css))"')
_PLACES = re.compile(r"__vite__mapDeps\(\[([\d,]*)\]\)")
_PAGE = re.compile(r"Blocks-[\w-]+\.(?:js|css)")


@cache
def first_files(entry: str) -> tuple[str, ...]:
    """Paths below `FRONTEND` that follow `entry`, Gradio's first script; none for another build."""
    folder = entry.rpartition("/")[0]
    files = dict.fromkeys(_listed(_script(entry)))
    for name in [name for name in files if name.endswith(".js")]:
        script = _script(f"{folder}/{name}")
        listed = _listed(script)
        pages = filter(_PAGE.fullmatch, listed)
        files |= dict.fromkeys([*pages, *_of_components(script, listed)])
    return tuple(f"{folder}/{name}" for name in files if not entry.endswith(f"/{name}"))


def _of_components(script: str, listed: list[str]) -> list[str]:
    """The files of the components in the table `{html:{base:()=>import(...)}}` of a script."""
    files = []
    for component in _COMPONENTS:
        if entry := re.search(rf"[{{,]{component}:\{{(.*?)\}}[,}}]", script):
            places = ",".join(_PLACES.findall(entry[1])).split(",")
            files += [listed[int(at)] for at in places if at and int(at) < len(listed)]
    return files


def _listed(script: str) -> list[str]:
    listed = _LISTED.search(script)
    return _FILE.findall(listed[1]) if listed else []


def _script(path: str) -> str:
    try:
        return (FRONTEND / path).read_text(encoding="utf-8")
    except OSError:
        return ""
