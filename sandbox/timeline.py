"""Records in the order of a moment each has: sorted once, sliced for pages, changed one at a time."""

from __future__ import annotations

from array import array
from bisect import bisect_left

_ID_BITS = 28
_ID_MASK = (1 << _ID_BITS) - 1


class Timeline:
    """(moment, id) pairs in ascending order, 8 bytes each: seconds since 1970, ids below 2**28."""

    def __init__(self) -> None:
        """Empty. Fill it with `append`, then `sort` it once."""
        self._keys = array("q")

    def append(self, moment: int, identity: int) -> None:
        """The pair is at the end; `sort` puts it in its place."""
        self._keys.append((moment << _ID_BITS) | identity)

    def sort(self) -> None:
        """Everything appended is in its place."""
        self._keys = array("q", sorted(self._keys))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._keys)

    def add(self, moment: int, identity: int) -> None:
        """The pair is in its place."""
        key = (moment << _ID_BITS) | identity
        self._keys.insert(bisect_left(self._keys, key), key)

    def remove(self, moment: int, identity: int) -> None:
        """The pair, if it was there, is gone."""
        place = self.place(moment, identity)
        if place < len(self._keys) and self._keys[place] == (moment << _ID_BITS) | identity:
            del self._keys[place]

    def place(self, moment: int, identity: int = 0) -> int:
        """How many pairs come before this one."""
        return bisect_left(self._keys, (moment << _ID_BITS) | identity)

    def ids(self, low: int, high: int) -> list[int]:
        """The ids from place `low` up to but not `high`."""
        return [key & _ID_MASK for key in self._keys[low:high]]

    def page(self, low: int, high: int, offset: int, size: int, descending: bool) -> list[int]:
        """One page of the ids between two places, in either direction."""
        if descending:
            last = high - offset
            return self.ids(max(low, last - size), max(low, last))[::-1]
        return self.ids(min(low + offset, high), min(low + offset + size, high))
