"""Who gets which unit, unit by unit, in plain Python: what the models must say of one product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

SHELF = 0  # the number of the "purchase order line" that units on the shelf come from
NEVER = -1  # of those that nobody has ordered yet
ON_THE_SHELF = date.min
SOME_DAY = date.max

# A line's key -> how many units of it come from which purchase order line, SHELF or NEVER.
Allotment = dict[str, Counter[int]]


@dataclass(frozen=True)
class Supply:
    """What a supplier still owes on a purchase order line, and when it is expected."""

    line: int
    expected: date
    units: int


@dataclass(frozen=True)
class Told:
    """Units that a customer was told of: the line they were to come on (SHELF, NEVER), and its day then."""

    line: int
    expected: date
    units: int


@dataclass(frozen=True)
class Demand:
    """A line that waits. `there`: units set aside for its order. `in_odoo`: a sale of Odoo's own."""

    key: str
    order: str
    place: int
    since: datetime
    units: int
    there: int = 0
    told: tuple[Told, ...] = ()
    in_odoo: bool = False

    @property
    def turn(self) -> tuple[datetime, str, int, str]:
        """Who comes first has the smaller one."""
        return (self.since, self.order, self.place, self.key)


@dataclass(frozen=True)
class Product:
    """One product's units and those who wait for them. `shelf`: on the shelf and nobody's."""

    shelf: int
    supplies: Sequence[Supply]
    demands: Sequence[Demand]

    @property
    def days(self) -> dict[int, date]:
        """When the units of each line come."""
        return {SHELF: ON_THE_SHELF} | {supply.line: supply.expected for supply in self.supplies}

    def allot(self) -> Allotment:
        """By the queue, unless that breaks a promise that can be kept."""
        by_queue = self.by_queue()
        kept = self._kept()
        return self._serve(kept) if kept and not self.keeps(by_queue) else by_queue

    def by_queue(self) -> Allotment:
        """As if nothing had been promised."""
        return self._serve({})

    def keeps(self, allotment: Allotment) -> bool:
        """Every unit that was promised comes by its day."""
        for demand in self.demands:
            due = self.standing(demand)
            days = sorted(
                self.days[line]
                for line, count in (allotment[demand.key] - Counter({SHELF: demand.there})).items()
                if line != NEVER
                for _ in range(count)
            )
            if len(days) < len(due) or any(day > promised for day, promised in zip(days, due, strict=False)):
                return False
        return True

    def standing(self, demand: Demand) -> list[date]:
        """The day of each promised unit that is not there and has not left, the first day first."""
        due = sorted(
            ON_THE_SHELF if told.line == SHELF else self.days.get(told.line, told.expected)
            for told in demand.told
            if told.line != NEVER
            for _ in range(told.units)
        )
        told_units = sum(told.units for told in demand.told)
        return due[max(told_units - (demand.units - demand.there), 0) :]

    def _units(self) -> list[tuple[date, int]]:
        supplied = [(ON_THE_SHELF, SHELF)] * self.shelf
        for supply in self.supplies:
            supplied += [(supply.expected, supply.line)] * supply.units
        return sorted(supplied)

    def _kept(self) -> Allotment:
        """For each promise the latest unit that comes by its day; then the first due has the first."""
        left = self._units()
        promises = [
            (due, demand.turn, demand.key) for demand in self.demands for due in self.standing(demand)
        ]
        promises.sort(key=lambda promise: promise[1])
        promises.sort(key=lambda promise: promise[0], reverse=True)
        taken, held = [], []
        for due, turn, key in promises:
            in_time = [unit for unit in left if unit[0] <= due]
            if in_time:
                left.remove(in_time[-1])
                taken.append(in_time[-1])
                held.append((due, turn, key))
        kept: Allotment = {}
        for (_, line), (_, _, key) in zip(sorted(taken), sorted(held), strict=True):
            kept.setdefault(key, Counter())[line] += 1
        return kept

    def _serve(self, kept: Allotment) -> Allotment:
        """What is kept is given, and the rest to one after the other."""
        queue = sorted(self.demands, key=lambda demand: demand.turn)
        left = Counter(line for _, line in self._units())
        given: Allotment = {}
        for demand in queue:
            given[demand.key] = Counter({SHELF: demand.there}) + kept.get(demand.key, Counter())
            left -= kept.get(demand.key, Counter())
        for demand in queue:
            if not demand.in_odoo:
                units = min(left[SHELF], demand.units - given[demand.key].total())
                given[demand.key][SHELF] += units
                left[SHELF] -= units
        for demand in queue:
            for supply in sorted(self.supplies, key=lambda supply: (supply.expected, supply.line)):
                units = min(left[supply.line], demand.units - given[demand.key].total())
                given[demand.key][supply.line] += units
                left[supply.line] -= units
            given[demand.key][NEVER] = demand.units - given[demand.key].total()
        return {key: +units for key, units in given.items()}
