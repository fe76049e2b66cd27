"""The one error that a person can mend."""


class Refused(Exception):  # noqa: N818 - the house's word
    """Raised with one or two sentences: the fact, the cause, the mend. Shown as it is.

    Any other exception is a bug and is logged with its traceback.
    """


class Diverged(Refused):
    """The weights are lost to infinity: going on from a checkpoint would end there again."""
