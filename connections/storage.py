"""Where documents are kept: a folder, or a bucket of S3 (fsspec speaks to both). Found again by path.

Connection `documents` may name the place in its extra: `{"url": "s3://bucket/path", "endpoint_url": "..."}`,
with login and password as the access key and its secret; a folder needs no sign-in. Without it the place is
the setting's. A file is there whole or not at all, and holds the same bytes whoever put it there last.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

import fsspec

from connections.connection import Connection
from connections.errors import Misconfigured, Rejected, Unavailable

_TRIES = 2
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Kept:
    """A file that is there: its SHA-256 in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


class Storage:
    """One place with files by path (with slashes, below it). Nothing has to be closed."""

    def __init__(self, url: str, **options: Any) -> None:
        self.url = url.rstrip("/") if "://" in url else str(Path(url).absolute())
        with self._speaking_of(""):
            self._files, self._root = fsspec.core.url_to_fs(self.url, **options)
        self._is_local = "file" in _protocols(self._files)

    @classmethod
    def of(cls, connection: Connection, place: str) -> Self:
        """What connection `documents` names, else `place`. Misconfigured: nothing speaks to such a place."""
        url = str(connection.extra.get("url") or place)
        if not url.startswith("s3://"):
            return cls(url)
        options: dict[str, Any] = {"client_kwargs": {}}
        if connection.login:
            options |= {"key": connection.login, "secret": connection.password}
        for name, target in (("endpoint_url", "endpoint_url"), ("region", "region_name")):
            if connection.extra.get(name):
                options["client_kwargs"][target] = connection.extra[name]
        storage = cls(url, **options)
        storage._files.retries = _TRIES  # a run that cannot reach it goes on without it
        return storage

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def put(self, path: str, content: bytes) -> Kept:
        """The file stands there with this content: whole, or as it was before. Unavailable, Misconfigured."""
        target = self._place(path)
        with self._speaking_of(path):
            if self._is_local:
                _replace(Path(target), content)
            else:
                self._files.pipe_file(target, content)  # S3 shows an object once it is there whole
        return kept(content)

    def get(self, path: str) -> bytes:
        """The file's content. Rejected: it is not there. Unavailable, Misconfigured."""
        with self._speaking_of(path):
            self._files.invalidate_cache()
            content = self._files.cat_file(self._place(path))
        assert isinstance(content, bytes)
        return content

    def find(self, path: str) -> Kept | None:
        """What is kept there, by its content; None: nothing. Unavailable, Misconfigured."""
        try:
            return kept(self.get(path))
        except Rejected:
            return None

    def shown(self, path: str) -> str:
        """Where a person finds the file: a path of this machine, or an address."""
        return self._place(path) if self._is_local else f"{self.url}/{path}"

    def _place(self, path: str) -> str:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts:
            raise Misconfigured("a path leads out of the place for documents", where=self.url)
        return "/".join([self._root.rstrip("/"), *parts])

    @contextmanager
    def _speaking_of(self, path: str) -> Iterator[None]:
        """What the file system raises, in our words."""
        where = f"documents: {self.url}"
        try:
            yield
        except FileNotFoundError:
            if path:
                raise Rejected("no such file", where=f"{where}/{path}") from None
            raise Misconfigured("there is no such place", where=where) from None
        except PermissionError as error:
            raise Misconfigured(
                f"the place for documents may not be written or read ({type(error).__name__})",
                where=where,
                remedy="Give the user that runs Counterflow its rights, or name another place",
            ) from None
        except (ValueError, ImportError) as error:
            raise Misconfigured(f"nothing speaks to this place ({error})", where=where) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Unavailable(f"the place for documents does not answer ({reason})", where=where) from None
        except Exception as error:  # S3's client raises of its own kinds, of which most mean: not now
            name = type(error).__name__
            if "Credentials" in name:
                raise Misconfigured(f"the bucket's sign-in is missing ({name})", where=where) from None
            if not type(error).__module__.startswith(("botocore", "aiobotocore", "aiohttp")):
                raise
            raise Unavailable(f"the bucket does not answer ({name})", where=where) from None


def kept(content: bytes) -> Kept:
    """How such a file is told."""
    return Kept(hashlib.sha256(content).hexdigest(), len(content))


def order_path(order_id: str, order_number: str, name: str) -> str:
    """Where an order's file is kept: `orders/1001/<name>`, so that a person finds it by the order's number.

    A number with signs that no path should have has the beginning of its id's hash beside it.
    """
    folder = _SAFE.sub("-", order_number).strip("-.") or "order"
    if folder != order_number:
        folder += f"-{hashlib.sha256(order_id.encode()).hexdigest()[:8]}"
    return f"orders/{folder}/{_SAFE.sub('-', name)}"


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _replace(target: Path, content: bytes) -> None:
    """Written beside it, to the disk, and then put in its place in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
