"""Where our parcels are, from Canada Post's tracking API (either dialect, connections/canadapost.py).

Canada Post lets a key ask about 20 parcels a minute, one at a time; it has no list of what changed. So a run
asks about 20 parcels at most, the most urgent first and among those the ones asked about longest ago:

    /pins/<number>/details -> raw.canadapost__tracking   (key: the tracking number)

Which parcels, and how often each is asked about, is said by marts.tracking_due. The cursor keeps when each of
them was asked about last. Times in events are local to the place, their zone's short name beside them.
A parcel of which nothing is known yet is no error. Not read: parcels that others sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connections import canadapost
from connections.canadapost import TRACKING_PER_MINUTE, CanadaPost
from connections.connection import Connection
from connections.errors import CounterflowError, Rejected, Unavailable
from connections.landing import Record
from extractors.base import Page, Position, Resource

# So many without an answer are Canada Post that is down, not a parcel of which it has none.
_MOST_FAILED = 3


@dataclass(frozen=True)
class ParcelDue:
    """A parcel to ask about, again after so many hours."""

    tracking_number: str
    every_hours: int


class Tracking:
    """The extractor. `parcels_due` says what is to be asked about at all."""

    system = "canadapost"
    resources: tuple[Resource, ...] = (Resource("tracking", "/pins", key="pin"),)

    def __init__(self, parcels_due: Callable[[], Sequence[ParcelDue]]) -> None:
        self._parcels_due = parcels_due

    def open(self, connection: Connection) -> CanadaPost:
        """A client of the account."""
        return canadapost.client(connection)

    def read(self, client: CanadaPost, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """Up to 20 parcels; one that cannot be read stops no other, and fails the reading in the end.

        Where Canada Post says that it is enough, the others wait for the next run.
        """
        due = self._parcels_due()
        known = {parcel.tracking_number for parcel in due}
        asked = {number: at for number, at in (cursor or {}).items() if number in known}
        before, now = client.requests, datetime.now(UTC).timestamp()
        records: list[Record] = []
        failed: list[CounterflowError] = []
        for parcel in most_urgent(due, asked, now):
            if client.requests - before >= TRACKING_PER_MINUTE:
                break
            try:
                record = _tracked(client, resource, parcel.tracking_number)
            except (Unavailable, Rejected) as error:
                if isinstance(error, Unavailable) and error.what == canadapost.THROTTLED:
                    break
                failed.append(error)
                if isinstance(error, Rejected):
                    asked[parcel.tracking_number] = now  # others first, the next time
                elif len(failed) >= _MOST_FAILED:
                    break
                continue
            asked[parcel.tracking_number] = now
            records += [record] if record else []
        yield Page(records, cursor=asked)
        if failed:
            raise failed[0]

    def census(self, client: CanadaPost, resource: Resource) -> Iterator[Page]:
        """Nothing is deleted there: the night asks about no more than the hour."""
        return iter(())


def most_urgent(due: Sequence[ParcelDue], asked: Position, now: float) -> list[ParcelDue]:
    """Those whose time has come again, the most urgent first, then the ones asked about longest ago."""
    # a quarter of an hour early is no reason to wait for another hour
    ready = [
        parcel
        for parcel in due
        if now - asked.get(parcel.tracking_number, 0) >= (parcel.every_hours - 0.25) * 3600
    ]
    by_urgency = sorted(
        ready,
        key=lambda parcel: (
            parcel.every_hours,
            asked.get(parcel.tracking_number, 0),
            parcel.tracking_number,
        ),
    )
    return by_urgency[:TRACKING_PER_MINUTE]


def _tracked(client: CanadaPost, resource: Resource, number: str) -> Record | None:
    """What is known of the parcel (None: nothing yet)."""
    try:
        return resource.record(client.track(number))
    except Rejected as error:
        if error.status == 404:
            return None
        raise
