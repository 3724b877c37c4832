"""Brings values, files and message texts of another file over, each once, and only if it is what it says it is."""

from __future__ import annotations

import re
from typing import Any

import orjson

from studio.support.values import content_hash
from studio.trace.rows import Rows
from studio.trace.sqlite import sqlite3

_HELD = re.compile(r'"\$blob"\s*:\s*"([0-9a-f]{40})"')


class Damaged(Exception):
    """A run cannot be taken over; the message says what is wrong with it."""


class Payloads:
    """Brings payloads from `source` to where `rows` writes. Raises `Damaged`.

    It remembers what it has brought: call `forget` after a rollback.
    """

    def __init__(self, source: sqlite3.Connection, rows: Rows) -> None:
        self._source = source
        self._rows = rows
        self._blobs: dict[int, int] = {}
        self._known: set[bytes] = set()
        self._messages: dict[int, int] = {}
        self.uses: dict[int, int] = {}
        """The first effect of the run at hand that held a message, by the message's id in the target."""
        self.copied = 0
        """Payloads written so far."""

    def forget(self) -> None:
        """Forget what was believed to be in the target."""
        for remembered in (self._blobs, self._known, self._messages, self.uses):
            remembered.clear()

    def json(self, stored: Any, *, part: bool = False) -> Any:
        """Return what stands in the target's JSON column; of a request or answer whose texts stand apart (`part`)
        it must be an object."""
        if isinstance(stored, int):
            if part or stored not in self._blobs:
                data = self._blob(stored)
                if part and not isinstance(orjson.loads(data), dict):
                    raise Damaged("a request or an answer is no object")
            return self._blobs[stored]
        readable(stored)
        if part and not stored.startswith("{"):
            raise Damaged("a request or an answer is no object")
        self._held(stored)
        return stored

    def references(self, values: str | None) -> None:
        """Bring the values that an object of values names by reference."""
        if values is None:
            return
        readable(values)
        if '"$' not in values:
            return
        self._held(values)
        for port, value in orjson.loads(values).items():
            if type(value) is dict and set(value) == {"$ref", "size"}:
                hash = value["$ref"]
                if not isinstance(value["size"], int) or not isinstance(hash, str) or len(hash) != 40:
                    raise Damaged(f"the reference to the value of `{port}` is none")
                self._bring(bytes.fromhex(hash), needed=True)

    def _held(self, text: str) -> None:
        """Bring the bytes (images, files) that a text names, if they are there."""
        if '"$blob"' in text:
            for hash in _HELD.findall(text):
                self._bring(bytes.fromhex(hash), needed=False)

    def _bring(self, digest: bytes, *, needed: bool) -> None:
        if digest in self._known:
            return
        row = self._one("SELECT id FROM _blob WHERE hash = ?", digest)
        if row is not None:
            self._blob(row[0])
        elif needed:
            raise Damaged(f"the value {digest.hex()} is missing")

    def _blob(self, key: int) -> bytes:
        """Bring one payload and what it names in turn; return its bytes."""
        row = self._one("SELECT hash, type, size, unpacked(data, enc, size) FROM _blob WHERE id = ?", key)
        if row is None:
            raise Damaged(f"the value {key} is missing")
        hash, type, size, data = row
        raw = data.encode() if isinstance(data, str) else data
        if not isinstance(raw, bytes) or content_hash(raw) != hash:
            raise Damaged(f"the value {key} does not match its hash")
        if not isinstance(type, str) or size != len(raw):
            raise Damaged(f"the value {key} is not what it says it is")
        if key not in self._blobs:
            if type == "json":
                orjson.loads(raw)
            self._blobs[key] = self._rows.blob(hash, raw, type)
            self._known.add(hash)
            self.copied += 1
            if type == "json" and b'"$blob"' in raw:
                self._held(raw.decode())
        return raw

    def listed(self, stored: str, effect: int, kind: str) -> str:
        """Return the list of a request's messages with the target's ids; see `views._ONE_MESSAGE` for its forms."""
        listed: list[Any] = []
        for one in orjson.loads(stored):
            if isinstance(one, dict):
                listed.append(one)
                continue
            if type(one) is not list or len(one) != 2:
                raise Damaged("a list of messages is none")
            if type(one[0]) is str and type(one[1]) is int:
                listed.append([one[0], self.message(one[1], effect)])
            elif type(one[0]) is int and type(one[1]) is dict:
                listed.append([self.message(one[0], effect), one[1]])
            else:
                raise Damaged("a list of messages is none")
        if kind == "complete" and (len(listed) != 1 or isinstance(listed[0], dict)):
            raise Damaged("a completion has not one prompt")
        if '"$blob"' in stored:
            self._held(stored)
        return orjson.dumps(listed).decode()

    def message(self, key: int, effect: int) -> int:
        """Bring one message and note the first effect of the run that held it; return its id in the target."""
        found = self._messages.get(key)
        if found is None:
            row = self._one("SELECT hash, text FROM _message WHERE id = ?", key)
            if row is None:
                raise Damaged(f"the message {key} is missing")
            hash, text = row
            if not isinstance(text, str) or content_hash(text.encode()) != hash:
                raise Damaged(f"the message {key} does not match its hash")
            found = self._messages[key] = self._rows.message(text)
            self.copied += 1
        self.uses[found] = min(effect, self.uses.get(found, effect))
        return found

    def _one(self, query: str, *parameters: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._source.execute(query, parameters).fetchone()
        return row


def readable(text: str | None) -> None:
    """Raise ValueError for JSON that only SQLite takes: half characters written as escapes."""
    if text is not None and "\\u" in text:
        orjson.loads(text)
