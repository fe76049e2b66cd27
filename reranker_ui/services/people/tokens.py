"""Tokens and passwords; only their hashes are stored."""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reranker_ui.core.values.refused import Refused

SHORTEST = 10
BUSY = "Too many passwords are being checked. Try again in a few seconds."
# argon2 needs 64 MB and a core for a moment: at most two at once, and few waiting.
_HASHING, _WAITING = threading.BoundedSemaphore(2), threading.BoundedSemaphore(8)


def new_token(prefix: str = "") -> str:
    """A secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The stored hash of a token. A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_password(password: str) -> str:
    """The argon2id hash of a password; Refused where it is too short or too long."""
    if len(password) < SHORTEST:
        raise Refused(f"A password needs at least {SHORTEST} characters. Choose a longer one.")
    if len(password) > 1000:
        raise Refused("A password can have at most 1,000 characters. Choose a shorter one.")
    with _turn():
        return PasswordHasher().hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """Whether the password matches the hash; takes equally long where there is no hash."""
    try:
        with _turn():
            PasswordHasher().verify(hashed or _dummy_hash(), password[:1000])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _WAITING.acquire(blocking=False):
        raise Refused(BUSY)
    try:
        with _HASHING:
            yield
    finally:
        _WAITING.release()


@cache
def _dummy_hash() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe(16))
