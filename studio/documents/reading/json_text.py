"""JSON and JSON lines from files: read within bounds of depth, with the line of what is wrong."""

from __future__ import annotations

import json
import re
from typing import Final

from studio.documents.limits import MAX_DEPTH, MAX_ROWS
from studio.support.errors import NodeError
from studio.support.values import Json, NotJson, decode, encode

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


def read_json(text: str, name: str) -> Json:
    """Return the value of a JSON text. Raises `NodeError` for what is no JSON or nested deeper than 64."""
    _check_depth(text, f"`{name}`")
    try:
        # Python's reader tells the place of a mistake; what it alone takes (NaN, lone surrogates) `encode` refuses.
        return decode(encode(json.loads(text)))
    except json.JSONDecodeError as error:
        raise NodeError(
            f"`{name}` is no JSON: {error.msg} (line {error.lineno}, column {error.colno}).",
            hint="Correct it there.", code="documents",
        ) from None  # fmt: skip
    except (NotJson, ValueError) as error:
        raise NodeError(
            f"`{name}` is no JSON that can be kept: {error}.", hint="Correct it.", code="documents"
        ) from None


def read_json_lines(text: str, name: str, *, max_rows: int = MAX_ROWS) -> list[Json]:
    """Return the values of a text with one JSON value per line; blank lines are left out."""
    rows: list[Json] = []
    # Not `splitlines`, which also cuts at the separators of Unicode that may stand in JSON.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(rows) >= max_rows:
            raise NodeError(f"`{name}` holds more than {max_rows} values.", hint="Cut it into parts.", code="documents")
        rows.append(read_json(line, f"line {number} of {name}"))
    return rows


def _check_depth(text: str, where: str) -> None:
    """Refuse what is nested too deep before anything recurses into it."""
    depth = 0
    place = 0
    for sign in re.finditer(r'["\[\]{}]', text):
        if sign.start() < place:
            continue
        match sign.group():
            case '"':
                ended = _STRING.match(text, sign.start())
                place = ended.end() if ended else len(text)
            case "[" | "{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise NodeError(
                        f"{where} is nested deeper than {MAX_DEPTH} levels.", hint="Flatten it.", code="documents"
                    )
            case _:
                depth -= 1
