"""What `flow.switch` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping

from studio.support.templates import as_text
from studio.support.values import Absent, Json

ELSE = "else"
NOT_TAKEN = Absent("route not taken")


def switch(value: Json, data: Json | Absent, ways: Mapping[str, str]) -> dict[str, Json | Absent]:
    """Return the data at the output that the value leads to; `ways` are outputs by the text of the case."""
    closed = dict.fromkeys((*ways.values(), ELSE), NOT_TAKEN)
    return {**closed, ways.get(as_text(value), ELSE): data}
