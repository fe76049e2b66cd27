"""Errors that the user can fix, raised with the sentence the user sees."""

_EXCERPT = 81  # characters of a value in a sentence


class Refused(Exception):  # noqa: N818 - the project's term
    """Raised with one or two sentences: what happened, why, what to do. Shown verbatim.

    Any other exception is a bug and is logged with its traceback. `field`: the one of a form or a
    recipe that holds what is wrong.
    """

    def __init__(self, sentence: str = "", field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Unavailable(Refused):
    """Something the server needs is missing for now: the same request may succeed later.

    The page keeps what it could not save and tries again; programs get the status 503.
    """


class Diverged(Refused):
    """The weights are infinite or NaN: resuming from a checkpoint would diverge again."""


def excerpt(value: object, limit: int = _EXCERPT) -> str:
    """The beginning of what a person gave, to name it in a sentence: at most `limit` characters."""
    try:
        text = str(value).encode("utf-8", "replace").decode()
    except ValueError:  # of a number that is longer than Python writes
        return "This value"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
