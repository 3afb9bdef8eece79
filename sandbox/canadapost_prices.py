"""What the stand-in's services cost, weigh and take: made up, but of the real shape. In whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

# GST, HST and provincial tax on postage by the province of delivery, in thousandths of a per cent.
_HST = {"ON": 13000, "NS": 14000, "NB": 15000, "NL": 15000, "PE": 15000}
_GST = 5000
_QST = 9975
FUEL_PERCENT = 12
# The first letter of a Canadian postal code.
PROVINCE_OF = {
    "A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON", "L": "ON",
    "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC", "X": "NT", "Y": "YT",
}  # fmt: skip
# Roughly from east to west, for the distance.
_PLACE = {"NL": 0, "NS": 2, "PE": 2, "NB": 2, "QC": 3, "ON": 4, "MB": 6, "SK": 7, "AB": 8, "BC": 9,
          "YT": 11, "NT": 11}  # fmt: skip


@dataclass(frozen=True)
class Service:
    """A service: what the first kilogram and each further one cost, and what it takes."""

    code: str
    name: str
    area: str  # DOM, USA or INT
    base_cents: int
    cents_per_kg: int
    factor: int  # cm3 per kg
    days: int
    days_far: int
    most_grams: int = 30_000


SERVICES = (
    Service("DOM.RP", "Regular Parcel", "DOM", 1015, 95, 6000, 3, 9),
    Service("DOM.EP", "Expedited Parcel", "DOM", 1120, 105, 5000, 1, 7),
    Service("DOM.XP", "Xpresspost", "DOM", 1595, 190, 5000, 1, 3),
    Service("DOM.PC", "Priority", "DOM", 2390, 260, 5000, 1, 2),
    Service("USA.EP", "Expedited Parcel USA", "USA", 1840, 410, 5000, 4, 7),
    Service("USA.TP", "Tracked Packet - USA", "USA", 1190, 640, 5000, 4, 7, 2_000),
    Service("USA.XP", "Xpresspost - USA", "USA", 2655, 480, 5000, 2, 3),
    Service("INT.TP", "Tracked Packet - International", "INT", 1990, 1490, 5000, 6, 10, 2_000),
    Service("INT.IP.AIR", "International Parcel Air", "INT", 3990, 1790, 5000, 6, 12),
    Service("INT.XP", "Xpresspost - International", "INT", 4890, 1980, 5000, 4, 7),
)
BY_CODE = {service.code: service for service in SERVICES}


@dataclass(frozen=True)
class Cost:
    """A price in cents, taken apart; `rated_grams` is the weight that was billed."""

    base: int
    fuel: int
    gst: int
    hst: int
    pst: int
    rated_grams: int
    days: int

    @property
    def before_tax(self) -> int:
        """Base and surcharge."""
        return self.base + self.fuel

    @property
    def due(self) -> int:
        """With the taxes."""
        return self.before_tax + self.gst + self.hst + self.pst


def area_of(country: str) -> str:
    """Which services go there."""
    return {"CA": "DOM", "US": "USA"}.get(country, "INT")


def cost(service: Service, grams: int, sides_mm: tuple[int, ...] | None, origin: str, to_code: str) -> Cost:
    """What a parcel costs; `to_code` is a Canadian postal code, or empty abroad."""
    rated = grams
    if sides_mm:
        length, width, height = sides_mm
        rated = max(grams, -(-length * width * height // service.factor))
    kilograms = -(-rated // 1000)
    province = PROVINCE_OF.get(to_code[:1], "") if service.area == "DOM" else ""
    far = abs(_PLACE.get(PROVINCE_OF.get(origin[:1], "ON"), 4) - _PLACE.get(province, 4))
    base = service.base_cents + service.cents_per_kg * (kilograms - 1) + (35 * far if province else 0)
    fuel = _part(base, FUEL_PERCENT * 1000)
    gst = hst = pst = 0
    if province in _HST:
        hst = _part(base + fuel, _HST[province])
    elif province:
        gst = _part(base + fuel, _GST)
        pst = _part(base + fuel, _QST) if province == "QC" else 0
    days = service.days if not province else min(service.days + far, service.days_far)
    return Cost(base, fuel, gst, hst, pst, rated, days)


def delivery_date(mailed: date, days: int) -> date:
    """So many working days later."""
    day = mailed
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def text(cents: int) -> str:
    """Cents as the XML writes them."""
    return f"{Decimal(cents).scaleb(-2):.2f}"


def _part(cents: int, thousandths_of_percent: int) -> int:
    exact = Decimal(cents) * thousandths_of_percent / 100_000
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
