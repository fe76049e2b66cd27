"""Serves the page: `python app.py`. This is the file that Spaces runs."""

import sys

from reranker_ui.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
