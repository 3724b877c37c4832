"""The store `board`: a blackboard of named slots that tells each reader what has changed since it last looked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from studio.spec.fields import Fields, param
from studio.spec.node import StoreUse
from studio.stores.base import Shown, Store, list_of, text_of
from studio.support.errors import NodeError
from studio.support.values import Json, decode, encode, preview


class Slot(NamedTuple):
    """What stands in a slot (None: it was wiped), how often it has changed, and who changed it last."""

    value: bytes | None
    version: int
    by: str


class Slots:
    """The slots by name, and which version of each slot a reader has seen."""

    __slots__ = ("seen", "slots")

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self.seen: dict[str, dict[str, int]] = {}

    def __len__(self) -> int:
        return sum(slot.value is not None for slot in self.slots.values())

    def copy(self) -> Slots:
        made = Slots()
        made.slots = self.slots.copy()
        made.seen = {reader: versions.copy() for reader, versions in self.seen.items()}
        return made


class BoardStore(Store):
    """Named slots with versions. Whoever reads may ask what changed since it last looked.

    A look is two operations, so that an item of a map takes nothing from the others: `changes` reads, `look` notes
    which versions a reader has seen.
    """

    kind = "board"
    summary = "Named slots that nodes write and watch: each reader learns what changed since it last looked."
    ops: ClassVar[dict[str, StoreUse]] = {
        "write": "write", "wipe": "write", "look": "write", "clear": "write", "read": "read", "changes": "read",
        "all": "read",
    }  # fmt: skip

    class Params(Fields):
        slots: dict[str, Any] = param(None, type="json", help="An object with what stands on it at the start.")

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        if not isinstance(params.slots, dict | None):
            yield "`slots` must be an object: slots with their values."

    def op_write(self, slot: bytes, value: bytes, by: bytes = b'""', again: bytes = b"false") -> bytes:
        """Write into a slot. The value that stands there already is no change, unless `again`. Returns the slot's
        version and whether it has changed."""
        name, writer = text_of(slot, "slot"), text_of(by, "writer")
        known = self._data.slots.get(name)
        changed = known is None or known.value != value or bool(decode(again))
        if changed:
            known = self._data.slots[name] = Slot(value, (known.version if known else 0) + 1, writer)
        assert known is not None, "what has not changed was there"
        return encode({"version": known.version, "changed": changed})

    def op_wipe(self, slot: bytes, by: bytes = b'""') -> bytes:
        """Empty a slot; readers learn that it is gone. Returns whether something stood there."""
        name, writer = text_of(slot, "slot"), text_of(by, "writer")
        known = self._data.slots.get(name)
        if known is None or known.value is None:
            return b"false"
        self._data.slots[name] = Slot(None, known.version + 1, writer)
        return b"true"

    def op_look(self, reader: bytes, versions: bytes) -> bytes:
        """Note that a reader has seen these versions of slots."""
        seen = decode(versions)
        if not isinstance(seen, dict) or not all(type(version) is int for version in seen.values()):
            raise NodeError(f"a board was given {preview(seen)} where it needs versions of slots.", code="store")
        self._data.seen.setdefault(text_of(reader, "reader"), {}).update(seen)
        return b"null"

    def op_clear(self) -> bytes:
        """Wipe every slot."""
        for name, slot in self._data.slots.items():
            if slot.value is not None:
                self._data.slots[name] = Slot(None, slot.version + 1, "")
        return b"0"

    def op_read(self, slot: bytes) -> bytes:
        """Return `{"value": …, "version": …, "by": …}`, or `{}` if nothing stands there."""
        known = self._data.slots.get(text_of(slot, "slot"))
        return b"{}" if known is None or known.value is None else _told(known)

    def op_changes(self, reader: bytes, slots: bytes = b"[]") -> bytes:
        """Return what a reader has not seen, of these slots or of all, by slot: as `read` gives it, and without a
        `value` if the slot was wiped."""
        seen = self._data.seen.get(text_of(reader, "reader"), {})
        wanted = [text_of(one, "slot") for one in list_of(slots)]
        changed = [
            encode(name) + b":" + _told(slot)
            for name, slot in self._data.slots.items()
            if (not wanted or name in wanted)
            and slot.version != seen.get(name, 0)
            and (slot.value is not None or name in seen)  # what came and went meanwhile was never there for it
        ]
        return b"{" + b",".join(changed) + b"}"

    def op_all(self) -> bytes:
        """Return all that stands on the board, by slot."""
        held = self._data.slots.items()
        return (
            b"{" + b",".join(encode(name) + b":" + slot.value for name, slot in held if slot.value is not None) + b"}"
        )

    def shown(self) -> Json:
        return decode(self.op_all())

    def rows(self) -> Shown:
        rows = [
            (name, decode(slot.value), slot.version, slot.by)
            for name, slot in self._data.slots.items()
            if slot.value is not None
        ]
        return Shown(("slot", "value", "version", "written by"), rows, 0)

    def dump(self) -> Json:
        slots = {name: decode(_told(slot)) for name, slot in self._data.slots.items()}
        return {"slots": slots, "seen": {reader: dict(versions) for reader, versions in self._data.seen.items()}}

    def _start(self) -> Any:
        made = Slots()
        made.slots = {name: Slot(encode(value), 1, "") for name, value in (self.params.slots or {}).items()}
        return made

    def _unpack(self, content: Json) -> Any:
        made = Slots()
        for name, slot in content["slots"].items():
            value = encode(slot["value"]) if "value" in slot else None
            made.slots[name] = Slot(value, slot["version"], slot["by"])
        made.seen = {reader: dict(versions) for reader, versions in content["seen"].items()}
        return made


def _told(slot: Slot) -> bytes:
    value = b"" if slot.value is None else b'"value":' + slot.value + b","
    return b"{" + value + b'"version":%d,"by":' % slot.version + encode(slot.by) + b"}"
