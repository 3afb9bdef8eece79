"""The folder of files, as the doctor sees it: it is there, and each file in it is of a kind that is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connections.connection import Connection
from connections.errors import CounterflowError
from connections.files import Folder
from counterflow.findings import Finding, finding_of, good, wrong
from counterflow.settings import Settings, path_of_settings
from extractors.files import Files, is_read


def examine_files(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Everything about the folder. chosen None: the settings, which name it, cannot be read."""
    if chosen is None and not connection.extra.get("folder"):
        yield good("files", "the folder is named in the settings")
        return
    inbox = chosen.files.folder if chosen else ""
    folder: Folder = Files(lambda: path_of_settings().parent / inbox).open(connection)
    yield from _folder(folder.path, folder)


def _folder(path: Path, folder: Folder) -> Iterator[Finding]:
    if not path.is_dir():
        remedy = "Create it, or name another in [files] folder of settings.toml"
        yield wrong("files", f"there is no folder {path}", remedy)
        return
    try:
        found = folder.files()
    except CounterflowError as error:
        yield finding_of("files", error)
        return
    unread = [file.name for file in found if not is_read(file)]
    for name in unread[:10]:
        yield wrong("files", f"{name} is of no kind that is read", "See docs/files.md, or take it away")
    yield good("files", f"{len(found) - len(unread)} files in {path} are read")
