"""What a person puts in place of what nodes do: frozen outputs, and nodes that are switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from studio.control.places import Place, Trail
from studio.spec.types import accepts, type_of, value_check
from studio.support.errors import UsageError
from studio.support.values import Absent, Json, NotJson, decode, encode, preview

if TYPE_CHECKING:
    from studio.engine.plan import NodePlan


class _AsLast:
    def __repr__(self) -> str:
        return "as it was last"


AS_LAST: Final = _AsLast()
"""Stands for what the output held last; where it never held anything yet, for what it holds next."""

Last = Callable[[], Mapping[str, Json] | None]


@dataclass(slots=True)
class Frozen:
    """The frozen outputs of a node: port → encoded value, or `AS_LAST`."""

    place: Place
    ports: dict[str, bytes | _AsLast] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Port → value; `{"$last": true}` for one that stays as it was last."""
        return {
            port: decode(value) if isinstance(value, bytes) else {"$last": True} for port, value in self.ports.items()
        }


class Overrides:
    """Which nodes are frozen or switched off."""

    def __init__(self) -> None:
        self.frozen: dict[str, Frozen] = {}
        self.off: dict[str, tuple[Place, bool | str]] = {}

    def __bool__(self) -> bool:
        return bool(self.frozen or self.off)

    # -- changes ------------------------------------------------------------------------------

    def freeze(self, place: Place, port: str | None, value: Any) -> None:
        """Freeze one output, or (`port` None) all of them. Raises UsageError where that makes no sense."""
        node = place.node
        if not node.out_types:
            raise UsageError(f"`{place.path}` has no outputs to freeze.", hint="`knockout` switches a node off.")
        if port is None and value is not AS_LAST:
            if len(node.out_types) > 1:
                ports = ", ".join(node.out_types)
                raise UsageError(f"`{place.path}` has several outputs: {ports}.", hint="Say which one.")
            port = next(iter(node.out_types))
        if port is not None and port not in node.out_types:
            raise UsageError(
                f"`{place.path}` has no output `{port}`.", hint=f"Its outputs: {', '.join(node.out_types)}."
            )
        held: bytes | _AsLast = AS_LAST
        if value is not AS_LAST:
            assert port is not None
            try:
                held = encode(value)
            except NotJson as error:
                raise UsageError(f"That is no value an output can hold: {error}.") from None
            check = value_check(node.out_types[port])
            if check is not None and not check(value):
                raise UsageError(
                    f"`{place.path}.{port}` is {node.out_types[port]}, not {type_of(value)}: {preview(value, 60)}.",
                    hint="Text is written in double quotes.",
                )
        frozen = self.frozen.setdefault(place.path, Frozen(place))
        for name in node.out_types if port is None else (port,):
            frozen.ports[name] = held

    def unfreeze(self, place: Place, port: str | None) -> None:
        """Let an output (or all of them) be what the node gives. Raises UsageError if it is not frozen."""
        frozen = self.frozen.get(place.path)
        if frozen is None or (port is not None and port not in frozen.ports):
            name = place.path if port is None else f"{place.path}.{port}"
            raise UsageError(f"`{name}` is not frozen.", hint=_listed("Frozen", self.frozen))
        if port is not None:
            del frozen.ports[port]
        if port is None or not frozen.ports:
            del self.frozen[place.path]

    def knock_out(self, place: Place, how: bool | str) -> None:
        """Switch a node off. Raises UsageError where its input cannot be passed through."""
        node = place.node
        if how == "pass":
            first = next(iter(node.out_types.values()), None)
            if first is None or not any(accepts(entry.type, first) for entry in node.inputs):
                raise UsageError(
                    f"`{place.path}` has no input that fits its first output.", hint="Knock it out without `pass`."
                )
        self.off[place.path] = (place, how)

    def bring_back(self, place: Place) -> None:
        """Switch a node on again. Raises UsageError if it was not switched off here."""
        if place.path not in self.off:
            if place.node.knockout:
                raise UsageError(
                    f"`{place.path}` is knocked out in the graph.", hint="Take its `knockout` out and run again."
                )
            raise UsageError(f"`{place.path}` is not knocked out.", hint=_listed("Knocked out", self.off))
        del self.off[place.path]

    # -- what stands ---------------------------------------------------------------------------

    def outputs(self, trail: Trail, node: NodePlan, last: Last) -> dict[str, Json] | None:
        """What lies on the outputs of a node instead of what it would give; None if nothing does (yet)."""
        found = [frozen for frozen in self.frozen.values() if frozen.place.holds(trail, node)]
        if not found:
            return None
        before = last()
        ports = {port: value for frozen in found for port, value in frozen.ports.items()}
        if before is None and any(value is AS_LAST for value in ports.values()):
            return None
        held: dict[str, Json] = {}
        for port in node.out_types:
            value = ports.get(port, AS_LAST)
            if isinstance(value, bytes):
                held[port] = decode(value)
            elif before is not None and port in before:
                held[port] = before[port]
            else:
                held[port] = Absent("it is frozen")
        return held

    def knocked_out(self, trail: Trail, node: NodePlan) -> bool | str | None:
        """How a node is switched off, None if it is not."""
        return next((how for place, how in self.off.values() if place.holds(trail, node)), None)

    def told(self, trail: Trail, node: NodePlan, last: Last) -> str:
        """What stands in place of a node, in words."""
        if self.frozen and self.outputs(trail, node, last) is not None:
            return "frozen"
        how = self.knocked_out(trail, node)
        return "" if how is None else "passed through" if how == "pass" else "knocked out"

    def lines(self) -> Iterator[str]:
        """All of them, a line each."""
        for path, frozen in self.frozen.items():
            for port, value in frozen.ports.items():
                shown = preview(decode(value), 60) if isinstance(value, bytes) else repr(value)
                yield f"{path}.{port} is frozen: {shown}"
        for path, (_, how) in self.off.items():
            yield f"{path} is knocked out" + (", its input passes through" if how == "pass" else "")


def _listed(title: str, names: Mapping[str, Any]) -> str:
    return f"{title}: {', '.join(names) or 'none'}."
