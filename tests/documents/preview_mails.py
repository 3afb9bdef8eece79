"""`python -m tests.documents.preview_mails`: every mail in both languages, as text, page and picture."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from documents.messages.compose import words
from tests.documents.letters import KINDS, LINK, SENT_AT, row

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "mails"


def main() -> None:
    """The previews are what is sent; the pictures need chromium."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    for kind in KINDS:
        for language in ("en", "fr"):
            said = words(row(kind, language), LINK, SENT_AT)
            page = FOLDER / f"{kind}.{language}.html"
            page.write_text(said.html)
            page.with_suffix(".txt").write_text(f"{said.subject}\n\n{said.text}")
            if browser:
                _picture(browser, page)


def _picture(browser: str, page: Path) -> None:
    """As a phone shows it: 400 pixels wide."""
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--user-data-dir={home}", "--window-size=500,1000",
                f"--screenshot={page.with_suffix('.png')}", page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
