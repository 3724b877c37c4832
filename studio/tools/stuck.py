"""Is an agent going in circles? Four signs of it in what it did last.

Source: OpenHands, `openhands/controller/stuck.py`: the same action with the same result four times; the same action
three times, all of which failed; the same message three times with nothing between; two actions in turn for six steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.support.values import sorted_encode


@dataclass(frozen=True, slots=True)
class Signs:
    """After how many repetitions each sign counts; 0 switches one off."""

    pairs: int = 4
    failures: int = 3
    messages: int = 3
    alternations: int = 6


def sign_of_circles(events: Sequence[Mapping[str, Any]], signs: Signs) -> tuple[str, str]:
    """Return which sign there is, and a sentence; two empty texts if there is none.

    An event is an action, `{"action": …, "result": …, "failed": bool}`, or a message, `{"message": …}`.
    """
    steps = [event for event in events if "action" in event]
    actions = [sorted_encode(event["action"]) for event in steps]
    pairs = [(action, sorted_encode(event.get("result"))) for action, event in zip(actions, steps, strict=True)]
    if _same(pairs, signs.pairs):
        return "pairs", f"The same action had the same result {signs.pairs} times."
    if _same(actions, signs.failures) and all(event.get("failed") is True for event in steps[-signs.failures :]):
        return "failures", f"The same action failed {signs.failures} times."
    last = events[-signs.messages :] if signs.messages else []
    if all("message" in event for event in last) and _same(
        [sorted_encode(event["message"]) for event in last], signs.messages
    ):
        return "messages", f"The same message came {signs.messages} times with nothing between."
    turns = pairs[-signs.alternations :]
    if signs.alternations and len(turns) == signs.alternations and len({*turns[::2]}) == len({*turns[1::2]}) == 1:
        return "alternations", f"Two actions came in turn for {signs.alternations} steps."
    return "", ""


def _same(values: Sequence[object], times: int) -> bool:
    return times > 0 and len(values) >= times and len(set(values[-times:])) == 1
