"""Goods into boxes: everything goes in once, nothing sticks out or is too heavy, and always the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.packing import LONGEST_WITH_GIRTH_MM, MOST_GRAMS, Box, DoesNotFit, Goods, PackedBox, pack

SHELF = (
    Box("Small", 250, 180, 100, 90),
    Box("Medium", 350, 260, 180, 210),
    Box("Large", 500, 400, 300, 480),
)

sides = st.integers(10, 520)
goods = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 31_000), sides, sides, sides), min_size=1, max_size=5
).map(lambda lines: [Goods(f"l{n}", f"S{n}", *line) for n, line in enumerate(lines)])


def volume(length: int, width: int, height: int) -> int:
    return length * width * height


def check(lines: list[Goods], packed: list[PackedBox]) -> None:
    by_line = {piece.order_line_id: piece for piece in lines}
    counted: dict[str, int] = {}
    for box in packed:
        assert box.box in SHELF and box.weight_g <= min(MOST_GRAMS, box.box.max_weight_g)
        weight = box.box.weight_g + sum(by_line[key].weight_g * count for key, count in box.contents)
        assert box.weight_g == weight
        inside = sum(volume(*by_line[key].sides_mm) * count for key, count in box.contents)
        assert inside <= volume(*box.box.sides_mm)
        for key, count in box.contents:
            assert count > 0 and box.box.holds(by_line[key])
            counted[key] = counted.get(key, 0) + count
    assert counted == {piece.order_line_id: piece.quantity for piece in lines}


@settings(max_examples=60, deadline=None)
@given(goods)
def test_everything_is_packed_once_or_the_reason_is_said(lines: list[Goods]) -> None:
    try:
        packed = pack(lines, SHELF)
    except DoesNotFit as error:
        assert any(not any(box.holds(piece) for box in SHELF) for piece in lines), error
        assert "too big" in str(error) or "too heavy" in str(error)
        return
    check(lines, packed)
    assert pack(lines, SHELF) == packed
    assert pack(lines[::-1], SHELF[::-1]) == packed or len(pack(lines[::-1], SHELF[::-1])) <= len(packed) + 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(20, 2_000))
def test_many_of_one_kind(quantity: int, weight_g: int) -> None:
    lines = [Goods("l", "S", quantity, weight_g, 150, 100, 60)]
    check(lines, pack(lines, SHELF))


def test_the_smallest_box_that_holds_it() -> None:
    (box,) = pack([Goods("a", "A", 1, 400, 60, 150, 100)], SHELF)
    assert box.box.name == "Small" and box.weight_g == 490
    (box,) = pack([Goods("a", "A", 1, 400, 340, 20, 20)], SHELF)
    assert box.box.name == "Medium"


def test_two_too_heavy_for_one_box_go_into_two() -> None:
    packed = pack([Goods("a", "A", 2, 20_000, 100, 100, 100)], SHELF)
    assert [box.contents for box in packed] == [(("a", 1),), (("a", 1),)]


@pytest.mark.parametrize(
    ("piece", "says"),
    [
        (Goods("a", "RACK", 1, 900, 1_400, 100, 100), "too big: one RACK"),
        (Goods("a", "ANVIL", 1, 29_950, 100, 100, 100), "too heavy: one ANVIL weighs 29950 g"),
    ],
)
def test_what_fits_no_box_is_named(piece: Goods, says: str) -> None:
    with pytest.raises(DoesNotFit, match=says):
        pack([piece], SHELF)


def test_boxes_that_nobody_would_take_are_left_on_the_shelf() -> None:
    crate = Box("Crate", 1_500, 800, 800, 5_000)
    assert LONGEST_WITH_GIRTH_MM < 4_700 and not crate.is_mailable
    with pytest.raises(DoesNotFit, match="boxes"):
        pack([Goods("a", "A", 1, 100, 10, 10, 10)], [crate])
    with pytest.raises(DoesNotFit, match="nothing to pack"):
        pack([], SHELF)
