"""Errors that a person can fix, raised with the sentence that the person reads."""


class Refused(Exception):  # noqa: N818 - the house's word
    """Raised with one or two sentences: the fact, the cause, the fix. Shown as it is.

    Any other exception is a bug and is logged with its traceback.
    """


class Unavailable(Refused):
    """Something the server stands on is missing for now: the same request is worth sending again.

    The page keeps what it could not save and tries again; programs get the status 503.
    """


class Diverged(Refused):
    """The weights are lost to infinity: resuming from a checkpoint would end there again."""
