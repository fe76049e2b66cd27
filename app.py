"""Serves the page: `python app.py`. This is the file that Spaces runs."""

import sys

from reranker_ui.__main__ import main
from reranker_ui.core.values.execution.signals import stop_at_once

if __name__ == "__main__":
    stop_at_once()
    sys.exit(main(["serve", *sys.argv[1:]]))
