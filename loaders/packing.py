"""Goods into the owner's boxes: pure, and the same answer for the same goods wherever it is worked out.

Lengths are whole millimetres, weights whole grams. Goods may be turned, but are neither bent nor cut. The
search counts its work instead of its time (packvium's effort budget), so that a busy machine packs no worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from packvium import Container, Dimensions, EffortBudget, Item, Packer, PackingConfig

# What Canada Post takes within Canada: kilograms, the longest side, length and girth.
MOST_GRAMS = 30_000
LONGEST_MM = 2_000
LONGEST_WITH_GIRTH_MM = 3_000
_EFFORT = 20_000
_MANY = 60  # units; beyond it one quick pass has to do


@dataclass(frozen=True)
class Box:
    """A box on the shelf: its inside, what it weighs empty, and the most that it may weigh when full."""

    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    max_weight_g: int = MOST_GRAMS

    @property
    def sides_mm(self) -> tuple[int, int, int]:
        """The longest first."""
        longest, middle, shortest = sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True)
        return longest, middle, shortest

    @property
    def payload_g(self) -> int:
        """What may go into it."""
        return min(self.max_weight_g, MOST_GRAMS) - self.weight_g

    @property
    def is_mailable(self) -> bool:
        """Whether Canada Post takes a box of this size."""
        longest, middle, shortest = self.sides_mm
        return longest <= LONGEST_MM and longest + 2 * (middle + shortest) <= LONGEST_WITH_GIRTH_MM

    def holds(self, goods: Goods) -> bool:
        """Whether one piece goes in, turned as need be."""
        fits = all(inside >= side for inside, side in zip(self.sides_mm, goods.sides_mm, strict=True))
        return fits and goods.weight_g <= self.payload_g


@dataclass(frozen=True)
class Goods:
    """Pieces of one order line; the measures are of one piece as it is packed."""

    order_line_id: str
    sku: str
    quantity: int
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int

    @property
    def sides_mm(self) -> tuple[int, int, int]:
        """The longest first."""
        longest, middle, shortest = sorted((self.length_mm, self.width_mm, self.height_mm), reverse=True)
        return longest, middle, shortest


@dataclass(frozen=True)
class PackedBox:
    """A box with what is in it, by order line; `weight_g` is the whole of it."""

    box: Box
    weight_g: int
    contents: tuple[tuple[str, int], ...]


class DoesNotFit(Exception):
    """Why goods cannot be packed, in words for the person who has to see to it."""


def pack(goods: Sequence[Goods], boxes: Sequence[Box]) -> list[PackedBox]:
    """All the goods in as few and as small boxes as are found, the largest first. DoesNotFit."""
    usable = [box for box in boxes if box.is_mailable and box.payload_g > 0]
    if not usable:
        raise DoesNotFit("there is no box that Canada Post takes: see [[boxes]] in the settings")
    wanted = [piece for piece in goods if piece.quantity > 0]
    for piece in wanted:
        if not any(box.holds(piece) for box in usable):
            raise DoesNotFit(_why_not(piece, usable))
    if not wanted:
        raise DoesNotFit("there is nothing to pack")
    packed = _packed(wanted, usable)
    return sorted(packed, key=lambda box: (-_volume(box.box), -box.weight_g, box.contents))


def _why_not(piece: Goods, boxes: Sequence[Box]) -> str:
    name = piece.sku or piece.order_line_id
    if piece.weight_g > max(box.payload_g for box in boxes):
        most = max(box.payload_g for box in boxes)
        return f"too heavy: one {name} weighs {piece.weight_g} g, and no box takes more than {most} g"
    sides = " x ".join(str(side) for side in piece.sides_mm)
    return f"too big: one {name} ({sides} mm, {piece.weight_g} g) goes into none of the boxes"


def _packed(goods: Sequence[Goods], boxes: Sequence[Box]) -> list[PackedBox]:
    by_name = {box.name: box for box in boxes}
    lines = {piece.order_line_id: piece for piece in goods}
    units = sum(piece.quantity for piece in goods)
    budget = EffortBudget(max_candidates_evaluated=_EFFORT)  # type: ignore[call-arg]  # its dataclass hides it
    make = PackingConfig.balanced if units <= _MANY else PackingConfig.fast
    config = make(time_limit_ms=60_000, effort_budget=budget)
    result: Any = Packer(config).pack(
        items=[_item(piece) for piece in goods],
        containers=[_container(box) for box in sorted(boxes, key=_volume)],
    )
    if result.unpacked:
        missing = Counter(item.instance.item.id for item in result.unpacked)
        names = ", ".join(f"{count} of {lines[key].sku or key}" for key, count in sorted(missing.items()))
        raise DoesNotFit(f"no way was found to pack {names}")
    packed = []
    for container in result.containers:
        held = Counter(placement.instance.item.id for placement in container.placements)
        box = by_name[container.container.id]
        weight = box.weight_g + sum(lines[key].weight_g * count for key, count in held.items())
        packed.append(PackedBox(box, weight, tuple(sorted(held.items()))))
    return packed


def _item(piece: Goods) -> Item:
    sides = _measures(piece.sides_mm)
    return Item.create(piece.order_line_id, sides, f"{piece.weight_g} g", quantity=piece.quantity)


def _container(box: Box) -> Container:
    inside = _measures(box.sides_mm)
    return Container.create(
        box.name,
        inside,
        tare_weight=f"{box.weight_g} g",
        max_payload=f"{box.payload_g} g",
        cost_minor=_volume(box),
    )


def _measures(sides_mm: tuple[int, int, int]) -> Dimensions:
    length, width, height = sides_mm
    return Dimensions.mm(str(length), str(width), str(height))


def _volume(box: Box) -> int:
    return box.length_mm * box.width_mm * box.height_mm
