"""The numbers of staged pairs by their keys, in memory: an index on disk grows slower with it."""

from array import array
from collections.abc import Callable

_LOW = (1 << 32) - 1


class PairNumbers:
    """A hash table of eight bytes a slot, half a key's hash and half the number of its pair.

    It is at most two thirds full, so that three million pairs take 64 MB; a dict takes 400 MB.
    """

    def __init__(self) -> None:
        self.count, self.slots = 0, array("Q", bytes(8 << 16))

    def number_of(self, key: str, number: int, has_key: Callable[[int, str], bool]) -> int:
        """The number of the pair with this key; where there is none, `number`, noted for it.

        key: hexadecimal digits. number: from 1, below 2**32. has_key: whether the pair of a
        number has a key; asked of those with the same hash of 32 bits.
        """
        slots, digest = self.slots, int(key[:8], 16)
        last = len(slots) - 1
        at = digest & last
        while slot := slots[at]:
            if slot >> 32 == digest and has_key(slot & _LOW, key):
                return slot & _LOW
            at = (at + 1) & last
        slots[at] = digest << 32 | number
        self.count += 1
        if 3 * self.count > 2 * len(slots):
            self._grow()
        return number

    def _grow(self) -> None:
        grown = array("Q", bytes(16 * len(self.slots)))
        last = len(grown) - 1
        for slot in self.slots:
            if slot:
                at = (slot >> 32) & last
                while grown[at]:
                    at = (at + 1) & last
                grown[at] = slot
        self.slots = grown
