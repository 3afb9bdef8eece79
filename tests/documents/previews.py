"""`python -m tests.documents.previews`: every paper in docs/previews, as PDF and as a picture.

The PDFs are the same on every machine; test_previews.py compares them with what is set today.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from documents.rendering import WITH_LABEL, document_pdf
from tests.documents import examples

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "previews"
_PICTURE_DPI = 80


def papers() -> Iterator[tuple[str, bytes]]:
    """Every example by the name of its file."""
    for name, make in examples.ALL.items():
        payload = make()
        yield (
            name,
            document_pdf(
                payload, examples.ISSUED, examples.label() if payload["kind"] in WITH_LABEL else None
            ),
        )
    for name in ("invoice", "packing_slip"):
        yield f"{name}_fr", document_pdf(examples.ALL[name]() | {"language": "fr"}, examples.ISSUED)


def picture(content: bytes) -> bytes:
    """The first page in a few colours."""
    page = pypdfium2.PdfDocument(content)[0].render(scale=_PICTURE_DPI / 72).to_pil()
    file = io.BytesIO()
    page.convert("RGB").quantize(24, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in papers():
        (FOLDER / f"{name}.pdf").write_bytes(content)
        (FOLDER / f"{name}.png").write_bytes(picture(content))
        print(name, len(content))
