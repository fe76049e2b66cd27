"""The page's stylesheets: those of assets/css for every tab, those of its folders for one tab."""

from pathlib import Path

from reranker_ui.settings import ASSETS

FOLDER = ASSETS / "css"


def page_stylesheet() -> str:
    """The colours and what every tab needs."""
    return (FOLDER / "tokens.css").read_text("utf-8") + stylesheet(FOLDER)


def stylesheet(folder: Path) -> str:
    """The files of a folder, base.css first, without the colours.

    Not by Gradio's `css`, which scopes the `@media` rules to its own container: dialogs, menus
    and toasts lie outside of it. Nested below the root three times, a rule applies everywhere
    and is stronger than Gradio's own.
    """
    paths = [path for path in folder.glob("*.css") if path.name != "tokens.css"]
    paths.sort(key=lambda path: (path.name != "base.css", path.name))
    rules = "\n".join(path.read_text("utf-8") for path in paths)
    return f":root:root:root {{\n{rules}\n}}"
