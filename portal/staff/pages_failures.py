"""The pages for what failed: decisions about it, mappings of SKUs, and who did what."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from connections import decisions
from connections.errors import Rejected
from connections.warehouse import rows
from portal.staff import failures as failing
from portal.staff import wording
from portal.staff.story import exists
from portal.staff.visit import Visit, leave_for

MOST_ACTS = 300


def failures(visit: Visit) -> Response:
    """Everything that failed or is held, each with its reason and what to do."""
    return visit.page("failures.html", found=failing.read(visit.warehouse), wording=wording)


def decide(visit: Visit) -> Response:
    """A decision about one write, or one record that could not be landed."""
    act, subject, number = (visit.form.get(name, "") for name in ("act", "subject", "id"))
    why = visit.form.get("reason", "")[:500]
    if not number.isdecimal() or len(number) > 18:
        return visit.sorry("This form is not complete.", 400)
    if subject == "record" and act == "waive":
        decisions.waive_record(visit.warehouse, int(number), who=visit.who, why=why)
        return leave_for("/staff/failures?told=waive")
    if subject != "write" or act not in decisions.ACTS:
        return visit.sorry("This form is not complete.", 400)
    status = decisions.decide(visit.warehouse, int(number), cast(decisions.Act, act), who=visit.who, why=why)
    return leave_for(f"/staff/failures?told={'unknown' if status == 'unknown' else act}")


def mappings(visit: Visit) -> Response:
    """SKUs of the shop that are others in Odoo, and a form for one more."""
    found = rows(visit.warehouse, "select * from sync.sku_mappings order by shop_sku")
    return visit.page("mappings.html", found=found, shop_sku=visit.given("shop_sku"))


def map_sku(visit: Visit) -> Response:
    """A SKU of the shop is that of Odoo (an empty one: no longer). Rejected: Odoo has no such SKU."""
    shop_sku, sku, why = (visit.form.get(name, "")[:200] for name in ("shop_sku", "sku", "reason"))
    if not shop_sku:
        raise Rejected("Say which SKU of the shop.")
    if sku and exists(visit.warehouse, "products"):
        known = rows(
            visit.warehouse,
            """
            select 1 from marts.products
            where lower(btrim(sku)) = lower(btrim(%s)) and product_id_odoo is not null limit 1
            """,
            [sku],
        )
        if not known:
            raise Rejected(f"Odoo has no product with the SKU {sku}.")
    decisions.map_sku(visit.warehouse, shop_sku, sku or None, who=visit.who, why=why)
    return leave_for("/staff/mappings?told=mapped")


def acts(visit: Visit) -> Response:
    """Who did what, newest first."""
    words = visit.given("who")
    found = rows(
        visit.warehouse,
        """
        select at, who, act, subject, reason, detail from portal.acts
        where %s in ('', who) order by act_id desc limit %s
        """,
        [words, MOST_ACTS],
    )
    return visit.page("acts.html", found=found, wording=wording, chosen=words)
