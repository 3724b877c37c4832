"""What lies on the wires of a graph: values, or their absence with its reason, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.errors import UsageError
from studio.support.values import Absent, Json

Origin = tuple[int, str]
"""Where a value came from: the number of the firing that gave it and its output port; firing 0 is an initial value."""


class Wire:
    """What a wire carries in a tick: a value, or an `Absent` that says why there is none.

    `origin` is where the value came from (a list, where several values were gathered; None for a default). `at` is the
    tick in which it was given: in a later one it is held, no longer fresh.
    """

    __slots__ = ("at", "origin", "value")

    passes_absence = False
    """True where an input takes absence for an answer."""

    lost_by = ""
    """The node whose failure counts where this wire is absent."""

    def __init__(self, value: Json, origin: Origin | list[Origin] | None, at: int) -> None:
        self.value = value
        self.origin = origin
        self.at = at

    @property
    def is_absent(self) -> bool:
        """True if it carries no value."""
        return type(self.value) is Absent


Wires = Wire | tuple[Wire, ...] | list[Wire]
"""What is wired to an input: one wire, several of which one is taken (a tuple), or all that carry a value (a list)."""


class Outs:
    """What became of a node in a tick: `outs["text"]` is the wire from its output `text`.

    A node that did not fire gives absence on every output, with its reason. `done` is there if it fired, `error` if its
    failure goes on as a value. If `values` holds `all_ports` there are, another one raises `UsageError`.
    """

    __slots__ = ("_all_ports", "_at", "_firing", "_node", "_values")

    def __init__(
        self, node: str, values: Mapping[str, Json] | Absent, firing: int, at: int, *, all_ports: bool = False
    ) -> None:
        self._node = node
        self._values = values
        self._firing = firing
        self._at = at
        self._all_ports = all_ports

    def __getitem__(self, port: str) -> Wire:
        held = self._values
        if self._all_ports and not isinstance(held, Absent) and port not in held and port != "error":
            told = ", ".join(f"`{name}`" for name in held)
            raise UsageError(f"`{self._node}` has no output `{port}`.", hint=f"It has {told}.")
        value = held if isinstance(held, Absent) else held.get(port, Absent(f"nothing on `{port}` at `{self._node}`"))
        return Wire(value, (self._firing, port), self._at)


def pick(wires: tuple[Wire, ...], tick: int) -> Wire:
    """Return the first wire with a value given in this tick, else the first with a held one, else the first of all."""
    present = [wire for wire in wires if not wire.is_absent]
    fresh = [wire for wire in present if wire.at == tick]
    return (fresh or present or wires)[0]


def gather(wires: list[Wire], tick: int) -> Wire:
    """Return one wire with the list of all values that are present."""
    present = [wire for wire in wires if not wire.is_absent]
    if not present:
        return wires[0] if wires else Wire(Absent(), None, tick)
    origins = [wire.origin for wire in present if isinstance(wire.origin, tuple)]
    return Wire([wire.value for wire in present], origins, tick)


class EvenAbsent(Wire):
    """A wire into an input that takes absence for an answer."""

    __slots__ = ()

    passes_absence = True


def even_absent(wire: Wire) -> Wire:
    """Hand on a wire to an input that is told of absence, too, instead of going without."""
    return EvenAbsent(wire.value, wire.origin, wire.at)
