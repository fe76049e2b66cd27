"""What a run says of an error that ended it."""

from reranker_ui.core.values.job_folder import failure_sentence
from reranker_ui.core.values.refused import Refused


def sentence(error: BaseException) -> str:
    """The sentence for the user: what happened, why if known, and what to do."""
    if lacks_memory(error) and not isinstance(error, Refused):
        return "There is not enough memory. Choose a smaller batch size, max length or base."
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "The worker was killed by a signal."
    return failure_sentence(error, "The run")


def lacks_memory(error: BaseException) -> bool:
    """Whether memory was full, of the machine or of a GPU."""
    return isinstance(error, MemoryError) or "memory" in str(error).casefold()
