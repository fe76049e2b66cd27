"""`python -m reranker_ui.worker FOLDER`: the worker of one run, under its module name of 0.1."""

import signal
import sys

from reranker_ui.core.values.execution.signals import hold

if __name__ == "__main__":
    hold(signal.SIGTERM)  # until it can stop the run
    from reranker_ui.jobs.train import main

    sys.exit(main(sys.argv[1:]))
