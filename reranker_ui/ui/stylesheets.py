"""The page's stylesheets: those of assets/css for every tab, those of its folders for one tab."""

import re
from pathlib import Path

from reranker_ui.settings import ASSETS

FOLDER = ASSETS / "css"
INDEX = "index.css"  # imports the other files of its folder, in their order
IMPORT = re.compile(r'@import "([^"]+)";')


def page_stylesheet() -> str:
    """The colours and what every tab needs."""
    return (FOLDER / "tokens.css").read_text("utf-8") + stylesheet(FOLDER)


def stylesheet(folder: Path) -> str:
    """What the index of a folder imports, without the colours.

    Not by Gradio's `css`, which scopes the `@media` rules to its own container: dialogs, menus
    and toasts lie outside of it. Nested below the root three times, a rule applies everywhere
    and is stronger than Gradio's own.
    """
    names = IMPORT.findall((folder / INDEX).read_text("utf-8"))
    rules = "\n".join((folder / name).read_text("utf-8") for name in names)
    return f":root:root:root {{\n{rules}\n}}"
