"""Splits: train, dev and test by query, so that a query is never in two splits."""

from hashlib import blake2b
from typing import Literal

from reranker_ui.core.values.refused import Refused

Split = Literal["train", "dev", "test"]
SPLITS = ("train", "dev", "test")
SEED = 42
_NAMES = {
    "train": "train", "training": "train",
    "dev": "dev", "development": "dev", "validation": "dev", "valid": "dev", "val": "dev",
    "test": "test", "testing": "test",
}  # fmt: skip


def split_name(raw: object) -> str | None:
    """The split that `raw` names, None for anything else."""
    return _NAMES.get(str(raw).strip().casefold()) if raw is not None else None


def check_split(name: str) -> None:
    """Refused unless `name` is a split."""
    if name not in SPLITS:
        raise Refused(f"{name} is not a split. Choose train, dev or test.")


def order(near_key: str, seed: int = SEED) -> int:
    """A seeded position for a group of near-duplicate queries: 63 bits, deterministic."""
    digest = blake2b(f"{seed}:{near_key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def split_at(rank: int, size: int) -> str:
    """The split of the group at `rank` (from 0, in seeded order) of a stratum of `size`.

    A tenth each for test and dev; at least one each for three or more groups.
    """
    share = max(1, round(size / 10)) if size >= 3 else 0
    if rank < share:
        return "test"
    return "dev" if rank < 2 * share else "train"


def hashed_split(near_key: str, seed: int = SEED) -> str:
    """The split of a query added later: 80/10/10 by its seeded hash."""
    place = order(near_key, seed) % 10
    return "test" if place == 0 else "dev" if place == 1 else "train"
