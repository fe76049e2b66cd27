"""`python -m reranker_ui.worker FOLDER`: the worker of one run, under its module name of 0.1."""

import sys

from reranker_ui.jobs.train import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
