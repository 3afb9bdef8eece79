"""A folder that people put files into: what has no API. Nothing in it is ever changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from connections.errors import Unavailable


@dataclass(frozen=True)
class FoundFile:
    """A file of the folder. `name` is its path below the folder; times are nanoseconds since 1970."""

    name: str
    path: Path
    size: int
    modified_ns: int

    @property
    def subfolder(self) -> str:
        """The folder it lies in, below the one that is read ('' if it lies in that one itself)."""
        return self.name.rpartition("/")[0]


class Folder:
    """The folder and its subfolders; one that is not there is empty. `requests` counts the files opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.requests = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""

    def files(self) -> list[FoundFile]:
        """Every file but hidden ones, the one written last at the end. Unavailable: it cannot be listed."""
        try:
            found = list(self._found())
        except OSError as error:
            raise Unavailable(
                f"the folder cannot be listed ({error.strerror})",
                where=f"files: {self.path}",
                remedy="Let the user that runs Counterflow read it",
            ) from None
        return sorted(found, key=lambda file: (file.modified_ns, file.name))

    def _found(self) -> Iterator[FoundFile]:
        if not self.path.exists():
            return
        # listed first, so that a folder that may not be entered is an error and not an empty one
        list(self.path.iterdir())
        for path in self.path.rglob("*"):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and not any(part.startswith((".", "~$")) for part in name.split("/")):
                status = path.stat()
                yield FoundFile(name, path, status.st_size, status.st_mtime_ns)

    def read(self, file: FoundFile) -> bytes | None:
        """The file's bytes; None: it is gone, or was written to meanwhile, and waits for the next run."""
        self.requests += 1
        try:
            content = file.path.read_bytes()
            status = file.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(
                f"{file.name} cannot be read ({error.strerror})",
                where=f"files: {self.path}",
                remedy="Let the user that runs Counterflow read it",
            ) from None
        unchanged = (status.st_size, status.st_mtime_ns) == (file.size, file.modified_ns)
        return content if unchanged and len(content) == file.size else None
