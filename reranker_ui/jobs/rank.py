"""One of the processes of a run that trains on several: `python -m reranker_ui.jobs.rank FOLDER`.

torchrun starts it with its rank in the environment, and ends it when another one dies.
"""

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from reranker_ui.core.training.parallel.task import TaskFolder
from reranker_ui.core.values.machine import die_with_parent, prepare_training
from reranker_ui.jobs.sentences import sentence


def main(arguments: Sequence[str]) -> int:
    """Take part in the phase of the run folder `arguments[0]`; returns 0 unless it failed."""
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by which torchrun ends it
    prepare_training()
    folder = Path(arguments[0]).resolve()
    try:
        from reranker_ui.core.training.parallel.rank import learn_as_rank

        learn_as_rank(folder)
    except Exception as error:
        traceback.print_exc()
        TaskFolder(folder).fail(sentence(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
