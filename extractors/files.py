"""Files that people put into a folder: what has no API. The folder is `folder` in the extra of connection
`files`, else [files] folder of the settings; where it is missing or empty there is nothing to read.

    *.ofx, *.qfx, *.csv but those below -> raw.files__bank_statement_lines
                                           (key account:FITID, or a hash of account, day, amount, text, which)
    postage*.csv                        -> raw.files__postage   (key: the reference)
    imports*.csv                        -> raw.files__imports   (key: the reference)

Amounts are text in the currency's own unit ('122.59'); days are as the file has them (no time zone).
A file is read when it is new or its content changed; of two with the same reference the one saved last
counts. A file or a row that goes away takes nothing with it. A file that is still being written waits.
What cannot be read is refused, with file, line, column and remedy; the rest goes on.
"""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connections.connection import Connection
from connections.files import Folder, FoundFile
from connections.landing import Record
from extractors import files_ofx
from extractors.base import Page, Position, Resource
from extractors.files_bank import csv_lines, ofx_lines
from extractors.files_costs import imports, postage
from extractors.files_values import Unreadable

_OFX = ("*.ofx", "*.qfx")
_READERS: dict[str, Callable[[bytes, FoundFile], list[Record]]] = {
    "bank_statement_lines": lambda content, file: (
        ofx_lines(content, file) if _is_ofx(file) else csv_lines(content, file)
    ),
    "postage": postage,
    "imports": imports,
}
# A file without its proper end is still being written, unless nobody has touched it for so long.
_WRITTEN_WITHIN = timedelta(minutes=10)


class Files:
    """The folder's extractor. `default_folder` is asked where the connection names none."""

    system = "files"
    resources: tuple[Resource, ...] = (
        Resource(
            "bank_statement_lines", "*.ofx, *.qfx, *.csv", options={"but": ("postage*.csv", "imports*.csv")}
        ),
        Resource("postage", "postage*.csv", key="reference"),
        Resource("imports", "imports*.csv", key="reference"),
    )

    def __init__(self, default_folder: Callable[[], Path]) -> None:
        self._default_folder = default_folder

    def open(self, connection: Connection) -> Folder:
        """The folder."""
        named = connection.extra.get("folder")
        return Folder(Path(str(named)) if named else self._default_folder())

    def read(self, client: Folder, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """A page for each file that is new or changed; the cursor knows every file that was read."""
        seen: dict[str, dict[str, object]] = dict((cursor or {}).get("files", {}))
        present = [file for file in client.files() if _belongs(resource, file)]
        for name in sorted(seen.keys() - {file.name for file in present}):
            # taken away: what was wrong in it is wrong no more
            del seen[name]
            yield Page(cursor={"files": dict(seen)}, reread=_place(name))
        for file in present:
            known = seen.get(file.name)
            if known and (known["size"], known["modified_ns"]) == (file.size, file.modified_ns):
                continue
            content = client.read(file)
            if content is None or _is_being_written(file, content):
                continue
            digest = hashlib.sha256(content).hexdigest()
            seen[file.name] = {"size": file.size, "modified_ns": file.modified_ns, "sha256": digest}
            if known and known["sha256"] == digest:
                yield Page(cursor={"files": dict(seen)})
            else:
                yield Page(_records(resource, content, file), {"files": dict(seen)}, reread=_place(file.name))

    def census(self, client: Folder, resource: Resource) -> Iterator[Page]:
        """Nothing: the reading itself finds every change, and what goes away stays in the books."""
        return iter(())


def is_read(file: FoundFile) -> bool:
    """Whether the file is of a kind that is read."""
    return any(_belongs(resource, file) for resource in Files.resources)


def _records(resource: Resource, content: bytes, file: FoundFile) -> list[Record]:
    try:
        return _READERS[resource.name](content, file)
    except Unreadable as problem:
        payload = {"file": file.name, "sha256": hashlib.sha256(content).hexdigest()}
        return [Record(_place(file.name), payload, problem=f"{file.name}: {problem.what}. {problem.remedy}")]


def _place(name: str) -> str:
    """What the keys of refused records of a file begin with."""
    return f"{name}#"


def _belongs(resource: Resource, file: FoundFile) -> bool:
    name = file.name.rpartition("/")[2].lower()
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in resource.path.split(", ")) and not any(
        fnmatch.fnmatchcase(name, pattern) for pattern in resource.options.get("but", ())
    )


def _is_ofx(file: FoundFile) -> bool:
    return any(fnmatch.fnmatchcase(file.name.lower(), pattern) for pattern in _OFX)


def _is_being_written(file: FoundFile, content: bytes) -> bool:
    """An OFX file ends with </OFX>, a CSV file with a newline; many programs leave the latter out."""
    if files_ofx.is_whole(content) if _is_ofx(file) else content.endswith((b"\n", b"\r", b"\n\0")):
        return False
    age = datetime.now(UTC) - datetime.fromtimestamp(file.modified_ns / 1e9, UTC)
    return age < _WRITTEN_WITHIN
