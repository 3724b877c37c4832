"""Rules of automata as they are typed: a number, `k r code`, `B3/S23`, `B2/S/C3`. Knows no Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.dynamics.automata.specs import Spec


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rules: what it is called, what is typed for it, an example, and how that is read."""

    id: str
    title: str
    help: str
    example: str


KINDS: Final = (
    Kind("eca", "Elementary", "The number of the rule, 0 to 255", "110"),
    Kind("totalistic", "Totalistic", "States, range and code, as in `2 2 20`", "2 2 20"),
    Kind("lifelike", "Life-like", "Neighbours for birth and survival, as in `B3/S23`", "B3/S23"),
    Kind("generations", "Generations", "Birth, survival and number of states, as in `B2/S/C3`", "B2/S/C3"),
    Kind("file", "From a file", "A file of rules: an object, a list, or one a line (see the help on Dynamics)", ""),
)
"""What can be typed. `file` takes the path of a file of rules."""

_LIFE: Final = re.compile(r"b?([0-8]*)/s?([0-8]*)(?:/[cg]?(\d{1,4}))?", re.IGNORECASE)
_LONGEST: Final = 2000


def read_rule(kind: str, text: str) -> Spec:
    """Return the rule that is typed for a kind (not `file`). Raises UsageError in one sentence if it is none."""
    from studio.dynamics.automata.specs import parse_spec

    return parse_spec({"kind": kind, **_fields(kind, text.strip()[:_LONGEST])})


def _fields(kind: str, text: str) -> dict[str, Any]:
    if kind == "eca":
        return {"rule": _whole(text, "A rule is a number from 0 to 255.")}
    if kind == "totalistic":
        parts = text.replace(",", " ").split()
        if len(parts) != 3:
            raise UsageError("A totalistic rule is three numbers: states, range and code.", hint="As in `2 2 20`.")
        why = "States, range and code are whole numbers."
        return {"k": _whole(parts[0], why), "r": _whole(parts[1], why), "code": parts[2]}
    found = _LIFE.fullmatch(text.replace(" ", ""))
    if found is None or (kind == "generations") != (found[3] is not None):
        if kind == "generations":
            raise UsageError("Write birth, survival and the number of states.", hint="As in `B2/S/C3`.")
        raise UsageError("Write the neighbours for birth and for survival.", hint="As in `B3/S23`.")
    fields: dict[str, Any] = {"B": found[1], "S": found[2]}
    return fields | {"C": int(found[3])} if kind == "generations" else fields


def _whole(text: str, why: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise UsageError(why)
    return int(text)
