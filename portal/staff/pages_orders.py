"""The pages that answer 'where is my order?': search, an order's story, its documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.responses import Response

from connections.errors import Rejected
from connections.storage import Storage
from connections.warehouse import rows
from portal.staff import search as finding
from portal.staff import story, wording
from portal.staff.failures import counts
from portal.staff.visit import Visit, leave_for

# A document is shown in the browser's own reader, and by nobody else's page.
_FILE_HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}


def search(visit: Visit) -> Response:
    """What was asked for, or the morning's numbers. One order by its own number is shown at once."""
    words = visit.given("q")
    if not words:
        return visit.page("home.html", counts=counts(visit.warehouse))
    is_built = story.exists(visit.warehouse, "order_search")
    found = finding.find(visit.warehouse, words) if is_built else []
    if len(found) == 1:
        return leave_for(f"/staff/orders/{quote(found[0]['order_id'])}")
    return visit.page(
        "found.html",
        words=words,
        found=found[: finding.MOST],
        is_cut=len(found) > finding.MOST,
        kinds=finding.KINDS,
        is_built=is_built,
    )


def order(visit: Visit) -> Response:
    """An order's whole story."""
    try:
        told = story.tell(visit.warehouse, visit.request.path_params["order_id"])
    except Rejected as error:
        return visit.sorry(error.what, 404)
    return visit.page("order.html", story=told, order=told.order, wording=wording, advice=wording.advice)


@dataclass(frozen=True)
class Files:
    """Documents and labels, from where they are kept."""

    storage: Storage

    def document(self, visit: Visit) -> Response:
        """The document of that key."""
        key = visit.request.path_params["document_key"]
        return self._file(visit, "select path from marts.documents where document_key = %s", key)

    def label(self, visit: Visit) -> Response:
        """The label of that parcel."""
        key = visit.request.path_params["parcel_id"]
        return self._file(
            visit, "select label_document_path as path from marts.parcels where parcel_id = %s", key
        )

    def _file(self, visit: Visit, query: str, key: str) -> Response:
        mart = "documents" if "marts.documents" in query else "parcels"
        found = rows(visit.warehouse, query, [key]) if story.exists(visit.warehouse, mart) else []
        if not found or not found[0]["path"]:
            return visit.sorry("There is no such document.", 404)
        path = found[0]["path"]
        try:
            content = self.storage.get(path)
        except Rejected:
            return visit.sorry("The document is on record, but its file is not where it is kept.", 404)
        name = PurePosixPath(path).name
        headers = _FILE_HEADERS | {"content-disposition": f"inline; filename*=UTF-8''{quote(name)}"}
        return Response(content, headers=headers, media_type="application/pdf")
