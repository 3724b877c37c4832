"""Whether a firing gets what it got in the run before: sameness by where values come from, not by looking at them.

The *twin* of a firing is the firing of the past run whose outputs it has.  An input is the same if it comes from the
same output of a twin; so the parts that maps and bodies hand on (items, keys, inner inputs) need no comparing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.support.values import Json, content_hash, encode
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.engine.outcomes import Outcome

_NONE: tuple[int, frozenset[str]] = (0, frozenset())


class Twins:
    """Firings of this run, by id, with their twins in the past one; firing 0 is the run itself (initial values)."""

    def __init__(self) -> None:
        self._whole: dict[int, int] = {0: 0}
        self._half: dict[int, tuple[int, frozenset[str]]] = {}
        """Firings that gave the same on some outputs only: the firing of the past run, and these outputs."""

    def take(self, firing: int, outcome: Outcome) -> None:
        """Note that a firing has taken over an outcome: it gives all that was given."""
        self._whole[firing] = outcome.id

    def compare(self, firing: int, outcome: Outcome, encoded: Mapping[str, bytes]) -> bool:
        """Note which outputs of a firing have the value that they had; True if all have, and no others are there."""
        again = frozenset(
            port
            for port, value in outcome.outputs.items()
            if (data := encoded.get(port)) is not None and _is_value(value, data)
        )
        same = again == outcome.outputs.keys() == encoded.keys()
        if same:
            self._whole[firing] = outcome.id
        else:
            self._half[firing] = (outcome.id, again | {"done"})
        return same

    def got(self, refs: Mapping[str, Json], outcome: Outcome) -> bool:
        """True if every input comes from where it came, and that gave again what it gave."""
        then = outcome.inputs
        return refs.keys() == then.keys() and all(self._same_origin(refs[port], then[port]) for port in refs)

    def first_other(self, refs: Mapping[str, Json], outcome: Outcome) -> str:
        """Return the first input that is not what it was, "?" if there is none."""
        then = outcome.inputs
        for port in {**then, **refs}:
            if port not in refs or port not in then or not self._same_origin(refs[port], then[port]):
                return port
        return "?"

    def _same_origin(self, now: Json, then: Json) -> bool:
        if now is None or then is None:
            return now is then
        if isinstance(now, list):
            several = bool(then) and isinstance(then[0], list) and len(now) == len(then)
            return several and all(map(self._same_origin, now, then))
        if now[1] != then[1]:
            return False
        if self._whole.get(now[0]) == then[0]:
            return True
        twin, ports = self._half.get(now[0], _NONE)
        return bool(twin == then[0] and now[1] in ports)


def _is_value(recorded: Json, data: bytes) -> bool:
    return content_hash(data).hex() == recorded.hash if isinstance(recorded, Ref) else encode(recorded) == data
