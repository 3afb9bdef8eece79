"""What docs/previews shows is what is sent."""

from __future__ import annotations

from tests.documents import previews


def test_the_previews_are_what_is_set_today() -> None:
    for name, content in previews.papers():
        shown = (previews.FOLDER / f"{name}.pdf").read_bytes()
        assert shown == content, (
            f"{name} looks otherwise now: run python -m tests.documents.previews and look at it"
        )
    names = {path.stem for path in previews.FOLDER.glob("*.pdf")}
    assert names == {path.stem for path in previews.FOLDER.glob("*.png")} == {n for n, _ in previews.papers()}
