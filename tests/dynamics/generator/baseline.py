"""What many programs do (`dynamics.md` section 4): a module that gave the same output four times in a row is stuck."""

from __future__ import annotations

import json
from typing import Any, Final

SAME: Final = 4
RECENT: Final = 20
"""A verdict looks at the last twenty events, as OpenHands does."""


def judge(run: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict in the exchange format: circle if the rule holds among the last events, else productive."""
    last: dict[str, str] = {}
    times: dict[str, int] = {}
    alarms: list[dict[str, Any]] = []
    held: list[int] = []
    for at, event in enumerate(run["events"]):
        said = json.dumps([event["out"], event.get("err")], sort_keys=True)
        module = event["m"]
        times[module] = times.get(module, 0) + 1 if last.get(module) == said else 1
        last[module] = said
        if times[module] >= SAME:
            held.append(at)
        if times[module] == SAME:
            alarms.append({"t": event["t"], "kind": "circle", "level": "stop", "msg": f"{module} repeats itself"})
    stuck = bool(held) and held[-1] >= len(run["events"]) - RECENT
    return {"id": run["id"], "verdict": "circle" if stuck else "productive", "confidence": 0.5, "alarms": alarms}
