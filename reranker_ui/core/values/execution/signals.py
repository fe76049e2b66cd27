"""How SIGINT, which is Ctrl-C, and SIGTERM, a container's stop, end a program."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM)


def stop_at_once() -> None:
    """From now on a stop ends this process at once, with exit code 0.

    For the start of a server, while it imports and has nothing open. An exception could be lost
    there, and a container's first process gets no SIGTERM that it has no handler for.
    """
    for number in STOPS:
        signal.signal(number, lambda *_: os._exit(0))


def stop_by_exception() -> None:
    """From now on a stop raises KeyboardInterrupt in the main thread."""
    for number in STOPS:
        signal.signal(number, signal.default_int_handler)


def noted_stops() -> list[int]:
    """From now on a stop is only noted, in this list; a second one ends the process."""
    stops: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        stops.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in STOPS:
        signal.signal(number, note)
    return stops


def hold(number: int) -> None:
    """Let a signal wait until `release`, in this thread and what it starts."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])


def release(number: int) -> None:
    """Let this thread receive a signal, also one that waits."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])


@contextmanager
def held(number: int) -> Iterator[None]:
    """Hold a signal while the context is active."""
    hold(number)
    try:
        yield
    finally:
        release(number)
