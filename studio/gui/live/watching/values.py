"""What is kept of the values that a run gives: enough to show, never so much that it fills the memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from studio.support.values import Json, decode, preview
from studio.trace.log import STATUS_NAMES

WHOLE_BYTES: Final = 256 * 1024
"""Values up to this size are kept as they are; of longer ones only the trace has all."""

NOTHING: Final[Mapping[str, bytes]] = {}

BEGINNING: Final = 2400
"""Bytes kept of a value that is not kept whole."""

PREVIEW: Final = 400
"""Signs of a value that a preview looks at."""

HOVER: Final = 600
"""Signs of a value shown for a wire."""


SPEAKING: Final = ("text", "reply", "answer")
"""Outputs that say it all where they come first and are text."""


_LONG_NUMBER: Final = re.compile(r'(?<![\w."])(-?\d+\.0*[1-9]\d{3})\d+(?=[,\]}]|$)')
"""A number with more decimals than a glance takes in; not one within a text."""


class Shot:
    """One decided firing as the window keeps it. Times in nanoseconds, `tick` sortable (`support.ticks`)."""

    __slots__ = (
        "absent", "attempt", "calls", "cost", "duration", "firing", "node", "origin", "outputs", "reason", "region",
        "sizes", "status", "tick", "tokens", "took",
    )  # fmt: skip

    def __init__(
        self,
        firing: int,
        region: str,
        node: str,
        tick: str,
        status: int,
        reason: str,
        origin: int,
        duration: int,
        attempt: int,
        outputs: Mapping[str, bytes] | None,
        absent: Mapping[str, str] | None,
    ) -> None:
        self.firing = firing
        self.region = region
        self.node = node
        self.tick = tick
        self.status = status
        self.reason = reason
        self.origin = origin
        self.duration = duration
        self.attempt = attempt
        self.cost: float | None = 0.0
        self.tokens = 0
        self.calls = 0
        self.absent = absent
        self.sizes: dict[str, int] | None = None
        """Sizes of outputs that are kept by their beginning only."""
        self.outputs: Mapping[str, bytes] = outputs or NOTHING
        self.took: tuple[tuple[Shot, str], ...] = ()
        """Of a firing that gives nothing: the firings and outputs whose values it took, as far as they are known."""

    def weight(self) -> int:
        """Bytes of its outputs."""
        return sum(map(len, self.outputs.values()))

    def shed(self, longer_than: int = BEGINNING) -> None:
        """Keep only the beginnings of outputs of more bytes."""
        sizes = {port: len(data) for port, data in self.outputs.items() if len(data) > longer_than}
        self.outputs = {port: data[:BEGINNING] if port in sizes else data for port, data in self.outputs.items()}
        self.sizes = {**sizes, **(self.sizes or {})} or None

    @property
    def path(self) -> str:
        """The node path of the firing."""
        return self.region + self.node

    @property
    def status_name(self) -> str:
        """`ok`, `error` or `skipped`."""
        return STATUS_NAMES[self.status]

    def is_whole(self, port: str) -> bool:
        """True if all of an output is here."""
        return self.sizes is None or port not in self.sizes

    def value(self, port: str) -> Json:
        """Return an output that is whole. Raises KeyError if there is none, ValueError if it is not whole."""
        if not self.is_whole(port):
            raise ValueError(f"only the beginning of {port} is kept")
        return decode(self.outputs[port])

    def shown(self, port: str, limit: int = PREVIEW) -> str:
        """Return the beginning of an output on one line, "" if there is none."""
        data = self.outputs.get(port)
        return "" if data is None else shown_bytes(data, limit, whole=self.is_whole(port))

    def brief(self, port: str, limit: int) -> str:
        """Return what `shown` does, numbers with four decimals that say something at most."""
        text = self.shown(port, limit)
        return text if self.outputs.get(port, b"").startswith(b'"') else _LONG_NUMBER.sub(r"\1", text)

    def summary(self, limit: int = PREVIEW) -> str:
        """Return one line about what the firing gave: its value, or its values by port, or why there are none;
        of one that gives nothing, what it took."""
        if self.status_name != "ok":
            return " ".join(self.reason[: 2 * limit].split())[:limit]
        if self.took and not self.outputs:
            each = max(20, limit // len(self.took))
            return "  ".join(source.brief(port, each) for source, port in self.took[:6])
        first = next(iter(self.outputs), "")
        if len(self.outputs) == 1 or (first in SPEAKING and self.outputs[first].startswith(b'"')):
            return self.brief(first, limit)
        each = max(20, limit // max(1, len(self.outputs)))
        return "  ".join(f"{port}: {self.brief(port, each)}" for port in list(self.outputs)[:6])


def shown_bytes(data: bytes, limit: int, *, whole: bool = True) -> str:
    """Return the beginning of an encoded value on one line. What is much longer is cut before it is looked at."""
    if whole and len(data) <= 8 * limit:
        return preview(decode(data), limit)
    text = data[: 4 * limit].decode("utf-8", "ignore")
    if text.startswith('"'):
        text = text[1:].replace("\\n", " ").replace('\\"', '"')
    text = " ".join(text.split())
    return text[: limit - 1] + "…"
