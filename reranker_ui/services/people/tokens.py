"""Tokens and passwords: what is shown to be let in, and the hashes that alone are kept."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from reranker_ui.core.values.refused import Refused

SHORTEST = 10


def new_token(prefix: str = "") -> str:
    """A secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The hash under which a token is kept. A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_password(password: str) -> str:
    """The argon2id hash of a password; Refused where it is too short or absurdly long."""
    if len(password) < SHORTEST:
        raise Refused(f"A password has at least {SHORTEST} characters. Choose a longer one.")
    if len(password) > 1000:
        raise Refused("A password has at most 1,000 characters. Choose a shorter one.")
    return PasswordHasher().hash(password)


def password_fits(password: str, kept: str | None) -> bool:
    """Whether the password belongs to the hash; takes as long where there is no hash."""
    try:
        PasswordHasher().verify(kept or _nobodys(), password[:1000])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe(16))
