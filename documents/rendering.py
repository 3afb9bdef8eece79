"""Every kind of document by its name: a payload in, a PDF out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pypdfium2

from documents.credit_note import credit_note_pdf
from documents.customs_form import customs_form_pdf
from documents.invoice import invoice_pdf
from documents.label_page import label_page_pdf
from documents.packing_slip import packing_slip_pdf
from documents.paper import Issued, Payload
from documents.pick_list import pick_list_pdf

_KINDS: Mapping[str, Callable[[Payload, Issued], bytes]] = {
    "invoice": invoice_pdf,
    "credit_note": credit_note_pdf,
    "packing_slip": packing_slip_pdf,
    "backorder_slip": packing_slip_pdf,
    "customs_form": customs_form_pdf,
    "pick_list": pick_list_pdf,
}
WITH_LABEL = frozenset({"label_page"})


class CannotBeSet(Exception):
    """The payload makes no document: a part is missing or is no amount, its label is no PDF, ..."""


def document_pdf(payload: Payload, issued: Issued, label: bytes | None = None) -> bytes:
    """The document that the payload's `kind` names, as PDF/A; the same bytes for the same of everything.

    `label`: the carrier's label, for the kinds WITH_LABEL. CannotBeSet, whatever is wrong with the payload.
    """
    try:
        return _set(str(payload["kind"]), payload, issued, label)
    except (ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
        # the message may quote what a customer wrote: only its kind, and the name of a part that is missing
        part = f" {error}" if isinstance(error, KeyError) else ""
        raise CannotBeSet(f"{type(error).__name__}{part}") from error


def _set(kind: str, payload: Payload, issued: Issued, label: bytes | None) -> bytes:
    if kind in WITH_LABEL:
        if label is None:
            raise ValueError(f"a {kind} needs the carrier's label")
        return label_page_pdf(payload, issued, label)
    if kind not in _KINDS:
        raise ValueError(f"there is no document of kind {kind}")
    return _KINDS[kind](payload, issued)


def page_count(content: bytes) -> int:
    """How many pages a PDF has."""
    document = pypdfium2.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()
