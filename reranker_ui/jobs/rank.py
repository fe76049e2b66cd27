"""One of the processes of a run that trains on several: `python -m reranker_ui.jobs.rank FOLDER`.

torchrun starts it with its rank in the environment, and ends it when another one dies.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from reranker_ui.core.training.parallel.process import take_part
from reranker_ui.core.values.machine import die_with_parent


def main(arguments: Sequence[str]) -> int:
    """Take part in what the run folder `arguments[0]` asks for; returns 0 unless it failed."""
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by which torchrun ends it
    try:
        take_part(Path(arguments[0]).resolve())
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
