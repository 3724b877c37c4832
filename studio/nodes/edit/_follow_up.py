"""What `edit.follow_up` does, in the studio and in a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from studio.documents.code.still_there import still_there
from studio.support.values import Json

TIMES: Final = [15.0, 30.0, 120.0, 300.0, 600.0]
CAPTURED: Final = 500


def follow_up(
    state: Mapping[str, Any], decision: Json = None, change: Json = None, pending: Sequence[Json] = (),
    until: float | None = None, *, times: Sequence[float] = TIMES, capture_at: float = 30.0, capture: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return the checks that are due before `until` (all if None), and those that stay pending."""
    waiting = [_tracked(one, change) for one in pending]
    if decision:
        waiting += [
            {**decision, "after": after, "due": decision["at"] + after}
            for after in times
            if decision["accepted"] or after == capture_at
        ]
    due = [one for one in waiting if until is None or one["due"] < until]
    checks = [_check(one, state["files"].get(one["file"], ""), capture_at, capture) for one in due]
    return {
        "checks": sorted((one for one in checks if one), key=lambda one: one["due"]),
        "pending": [one for one in waiting if until is not None and one["due"] >= until],
    }


def _tracked(one: Mapping[str, Any], change: Json) -> dict[str, Any]:
    """Move an insertion with what is typed or deleted before it."""
    if change and change["file"] == one["file"] and change["offset"] + change["removed"] <= one["offset"]:
        return {**one, "offset": one["offset"] + len(change["inserted"]) - change["removed"]}
    return dict(one)


def _check(one: Mapping[str, Any], code: str, capture_at: float, capture: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"due": one["due"], "after": one["after"], "accepted": one["accepted"]}
    if one["accepted"]:
        made.update(still_there(code, one["text"].strip(), one["offset"]))
    if capture and one["after"] == capture_at:
        made["code"] = code[one["offset"] : one["offset"] + CAPTURED]
    return made if len(made) > 3 else {}
