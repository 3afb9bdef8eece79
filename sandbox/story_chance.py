"""Chance that is always the same: numbers that follow from a seed and a place in the story."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def chance(seed: int, index: int, purpose: int = 0) -> int:
    """A number of 64 bits that follows from the three and looks random (splitmix64)."""
    value = (
        seed * 0xD1342543DE82EF95 + index * 0x9E3779B97F4A7C15 + purpose * 0xBF58476D1CE4E5B9 + 1
    ) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)
