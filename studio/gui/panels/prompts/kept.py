"""What the panel remembers from one time to the next: filters, columns and how its parts share the room."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any, Final

from studio.gui.workbench import Workbench
from studio.trace.prompt_list import ROLES, STATUSES, Wanted

KEY: Final = "prompts"
LONGEST: Final = 300
"""Signs of a text that are remembered."""

_TEXTS: Final = ("graph", "node", "model")


class Kept:
    """Facts by name, as JSON beside the window's own state. What cannot be read counts as not remembered."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._facts: dict[str, Any] = {}
        try:
            found = json.loads(self._state_text() or "{}")
            self._facts = found if isinstance(found, dict) else {}
        except (ValueError, RecursionError):
            self._facts = {}

    def _state_text(self) -> str:
        window = self._workbench.parts.get("window")
        return "" if window is None else str(window.state.text(KEY))

    def numbers(self, name: str) -> list[int]:
        """Return numbers that were noted, [] if there are none."""
        found = self._facts.get(name)
        if isinstance(found, list) and all(type(one) is int and 0 <= one < 10_000 for one in found):
            return found
        return []

    def text(self, name: str) -> str:
        """Return a text that was noted, "" if there is none."""
        found = self._facts.get(name)
        return found[:LONGEST] if isinstance(found, str) else ""

    def widths(self, name: str) -> dict[str, int]:
        """Return widths of columns by their keys."""
        found = self._facts.get(name)
        if not isinstance(found, dict):
            return {}
        return {key: width for key, width in found.items() if type(width) is int and 0 <= width < 5_000}

    def note(self, name: str, value: Any) -> None:
        """Remember something; the window writes it when it closes."""
        if self._facts.get(name) != value:
            self._facts[name] = value
            window = self._workbench.parts.get("window")
            if window is not None:
                window.state.put(KEY, json.dumps(self._facts))

    # -- filters ------------------------------------------------------------------------------

    def wanted(self) -> Wanted:
        """Return the filters that were noted."""
        found = self._facts.get("wanted")
        return wanted_of(found) if isinstance(found, dict) else Wanted()

    def note_wanted(self, wanted: Wanted) -> None:
        """Remember filters; what is looked for, and in which run, is asked anew each time."""
        oldest = wanted.oldest and not wanted.run  # which is the order of one run
        plain = asdict(replace(wanted, text="", run="", graph="", since=None, until=None, oldest=oldest))
        defaults = asdict(Wanted())
        self.note("wanted", {key: value for key, value in plain.items() if value != defaults[key]})


def wanted_of(found: dict[str, Any]) -> Wanted:
    """Read filters from a file that anybody may have written."""
    made: dict[str, Any] = {}
    known = {one.name for one in fields(Wanted)}
    for key, value in found.items():
        if key in known and _may_be(key, value):
            made[key] = " ".join(value.split())[:LONGEST] if key in _TEXTS else value
    return Wanted(**made)


def _may_be(key: str, value: Any) -> bool:
    """Return whether a filter can have this value."""
    match key:
        case "status":
            return value in STATUSES
        case "role":
            return value in ROLES
        case "distinct" | "best" | "oldest":
            return type(value) is bool
        case "tokens_over":
            return type(value) is int and 0 <= value < 1 << 53
        case "cost_over":
            return type(value) in (int, float) and 0 <= value < 1e12
    return key in _TEXTS and isinstance(value, str)
