"""Files of automata: one spec, a list of them, or one a line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson

from studio.dynamics.automata.specs import Spec, parse_spec
from studio.support.errors import UsageError
from studio.support.files import read_limited

MOST_BYTES: Final = 50_000_000
MOST_SPECS: Final = 100_000


def read_specs(path: Path) -> list[Spec]:
    """Return the rules that a file describes: a JSON object, a list of objects, or one object a line.

    Raises `UsageError` naming the file, and the entry that is no rule, also if it cannot be read.
    """
    data = read_limited(path, MOST_BYTES, "Split it.")
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _by_line(data, path)
    entries = found if isinstance(found, list) else [found]
    if len(entries) > MOST_SPECS:
        raise UsageError(f"There are more than {MOST_SPECS:,} rules.", where=str(path), hint="Split the file.")
    single = not isinstance(found, list)
    return [parse_spec(one, str(path) if single else f"{path}, rule {n}") for n, one in enumerate(entries, 1)]


def _by_line(data: bytes, path: Path) -> list[Spec]:
    specs = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise UsageError(
                f"This is not JSON ({error}).", where=where, hint="Write a JSON object, a list, or one object a line."
            ) from None
        specs.append(parse_spec(found, where))
        if len(specs) > MOST_SPECS:
            raise UsageError(f"There are more than {MOST_SPECS:,} rules.", where=str(path), hint="Split the file.")
    if not specs:
        raise UsageError("The file holds no rule.", where=str(path))
    return specs
