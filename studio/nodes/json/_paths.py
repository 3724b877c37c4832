"""Paths into JSON values: `a.b[0]["odd key"]`."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from studio.support.errors import UsageError
from studio.support.values import ABSENT, Json

_STEP = re.compile(r"""\.?([^\s.\[\]"']+)|\[(-?\d{1,9})\]|\[("(?:[^"\\]|\\.){0,500}")\]""")


@lru_cache(maxsize=256)
def parse_path(path: str) -> tuple[str | int, ...]:
    """Return the keys and places of a path; an empty path is the whole value. Raises `UsageError`."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None or (at > 0 and found[1] is not None and path[at] != ".") or (at == 0 and path[0] == "."):
            raise UsageError(
                f"The path `{path}` cannot be read at “{path[at : at + 20]}”.",
                hint='Write keys and places as in `answer.items[0].name` or `["odd key"]`.',
            )
        key, place, quoted = found.groups()
        if quoted is not None:
            try:
                steps.append(str(json.loads(quoted)))
            except ValueError:
                raise UsageError(f"The path `{path}` holds the text {quoted}, which is no JSON text.") from None
        else:
            steps.append(int(place) if place is not None else key)
        at = found.end()
    return tuple(steps)


def follow(value: Json, steps: tuple[str | int, ...]) -> tuple[Json, str]:
    """Return what stands at a path and "", or `ABSENT` and why nothing is there."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(value, list):
                return ABSENT, f"[{step}] needs a list"
            if not -len(value) <= step < len(value):
                return ABSENT, f"there is no place {step} in a list of {len(value)}"
        elif not isinstance(value, dict):
            return ABSENT, f"`{step}` needs an object"
        elif step not in value:
            return ABSENT, f"there is no key `{step}`"
        value = value[step]
    return value, ""
