"""The IMAP side of the mail server's stand-in: enough of IMAP4rev1 (RFC 3501) to read two folders."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from email import message_from_bytes

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\([^)]*\))|(\S+)')
UIDVALIDITY = 1


class ImapSession:
    """One client's session. Folders hold their messages in the order of their numbers, from 1."""

    def __init__(self, folders: Mapping[str, Sequence[bytes]], login: str, password: str) -> None:
        self._folders = folders
        self._account = (login, password)
        self._is_known = False
        self._messages: Sequence[bytes] = ()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Commands are answered until the client leaves."""
        writer.write(b"* OK [CAPABILITY IMAP4rev1] stand-in\r\n")
        try:
            while line := await reader.readline():
                words = _words(line.decode("utf-8", "replace").strip())
                if len(words) < 2:
                    writer.write(b"* BAD what?\r\n")
                    continue
                tag, command, given = words[0], words[1].upper(), words[2:]
                writer.write(self._answer(tag, command, given))
                await writer.drain()
                if command == "LOGOUT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, tag: str, command: str, given: list[str]) -> bytes:
        if command == "UID" and given:
            command, given = f"UID {given[0].upper()}", given[1:]
        if command == "CAPABILITY":
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        if command in ("NOOP", "CLOSE"):
            return f"{tag} OK done\r\n".encode()
        if command == "LOGOUT":
            return f"* BYE\r\n{tag} OK done\r\n".encode()
        if command == "LOGIN":
            self._is_known = tuple(given[:2]) == self._account
            return f"{tag} {'OK' if self._is_known else 'NO [AUTHENTICATIONFAILED]'} done\r\n".encode()
        if not self._is_known:
            return f"{tag} NO sign in first\r\n".encode()
        if command in ("SELECT", "EXAMINE") and given:
            return self._enter(tag, given[0])
        if command == "UID SEARCH":
            return f"* SEARCH {' '.join(map(str, self._search(given)))}\r\n{tag} OK done\r\n".encode()
        if command == "UID FETCH" and len(given) == 2:
            return self._fetch(tag, int(given[0]), given[1])
        return f"{tag} BAD no such command\r\n".encode()

    def _enter(self, tag: str, folder: str) -> bytes:
        if folder not in self._folders:
            return f"{tag} NO no such folder\r\n".encode()
        self._messages = self._folders[folder]
        count = len(self._messages)
        return (
            f"* {count} EXISTS\r\n* OK [UIDVALIDITY {UIDVALIDITY}] valid\r\n"
            f"* OK [UIDNEXT {count + 1}] next\r\n{tag} OK [READ-ONLY] done\r\n"
        ).encode()

    def _search(self, given: list[str]) -> list[int]:
        """`UID 5:*` (the last one always is among them) or `HEADER name text`."""
        numbers = range(1, len(self._messages) + 1)
        if given[:1] == ["UID"]:
            first = int(given[1].partition(":")[0])
            return [number for number in numbers if number >= min(first, len(self._messages))]
        name, text = given[1], given[2].lower()
        return [
            number
            for number, message in zip(numbers, self._messages, strict=True)
            if text in str(message_from_bytes(message)[name] or "").lower()
        ]

    def _fetch(self, tag: str, uid: int, what: str) -> bytes:
        if not 1 <= uid <= len(self._messages):
            return f"{tag} OK nothing\r\n".encode()
        part = re.search(r"<(\d+)\.(\d+)>", what)
        message = self._messages[uid - 1]
        name = "BODY[]"
        if part:
            start, length = int(part[1]), int(part[2])
            message, name = message[start : start + length], f"BODY[]<{start}>"
        head = f"* {uid} FETCH (UID {uid} {name} {{{len(message)}}}\r\n".encode()
        return head + message + f")\r\n{tag} OK done\r\n".encode()


def _words(line: str) -> list[str]:
    found = []
    for quoted, listed, plain in _WORD.findall(line):
        found.append(re.sub(r"\\(.)", r"\1", quoted) if quoted else listed or plain)
    return found
