"""The script format: one JSON value per line, each the answer to one model call.

    "a text reply"                                    the next call gets this text
    {"label": "good"}                                 an object without the keys below is a JSON reply
    {"node": "town/ana/plan", "reply": "…"}           the next call of that node
    {"reply": …, "tokens_in": 12, "cost_usd": 0.01}   a reply with what it cost
    {"tool_calls": [{"name": "look_up", "arguments": {"word": "tide"}}]}   the model calls tools
    {"error": "rate_limit", "retry_after_s": 2}       the call fails

Text goes out verbatim, any other reply as compact JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.models.failures import KINDS
from studio.spec.calls import ToolCall
from studio.support.errors import UsageError
from studio.support.values import Json, NotJson, decode, encode, preview

MAX_BYTES = 64 * 2**20
_MARKS = ("reply", "error", "node", "tool_calls")
_NUMBERS = ("tokens_in", "tokens_out", "cost_usd", "latency_ms", "entropy", "retry_after_s")
_KEYS = frozenset({*_MARKS, *_NUMBERS, "finish_reason", "choices", "message"})


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One scripted answer. `reply` is text, or None if the call fails with `error`; times are in ms, costs in USD."""

    place: str
    node: str = ""
    reply: str | None = None
    error: str = ""
    message: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float | None = 0.0
    latency_ms: float = 0.0
    entropy: float | None = None
    finish_reason: str = "stop"
    retry_after_s: float | None = None
    choices: tuple[tuple[str, float], ...] = ()
    """For text completions: (label, probability) pairs, where the reply alone should not get it all."""
    tool_calls: tuple[ToolCall, ...] = ()


def read_script(path: Path) -> list[ScriptLine]:
    """Return the lines of a script file. Raises `UsageError` naming file and line for what is no script line."""
    return [parse_line(value, place) for place, value in json_lines(path, "script")]


def json_lines(path: Path, what: str) -> Iterable[tuple[str, Json]]:
    """Yield (file:line, value) for each non-empty line of a file of JSON lines."""
    for place, line in text_lines(path, what):
        try:
            yield place, decode(line)
        except ValueError as error:
            raise UsageError(
                f"This line is not JSON ({error}): {preview(line, 40)}",
                where=place,
                hint='Write one JSON value per line; a text reply stands in double quotes, as in "yes".',
            ) from None


def text_lines(path: Path, what: str) -> Iterable[tuple[str, str]]:
    """Yield (file:line, text) for each non-empty line of a UTF-8 file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"The {what} file is larger than {MAX_BYTES >> 20} MB.", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"The {what} file cannot be read: {error.strerror or error}.",
            where=str(path),
            hint="Check the name; it is relative to the folder you are in.",
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"The {what} file is not UTF-8 text.", where=str(path)) from None
    # Not `splitlines`: it would also break at U+2028 and friends, which may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path.name}:{number}", line.rstrip("\r")


def parse_line(value: Json, place: str) -> ScriptLine:
    """Return the script line that a JSON value stands for. Raises `UsageError` naming `place`."""
    if not isinstance(value, Mapping) or not any(mark in value for mark in _MARKS):
        return ScriptLine(place, reply=_text(value, place))
    unknown = sorted(set(map(str, value)) - _KEYS)
    if unknown:
        raise UsageError(
            f"Unknown key {unknown[0]!r} in a script line.",
            where=place,
            hint=f"Known keys: {', '.join(sorted(_KEYS))}. A JSON reply with a key of that name is written "
            '{"reply": {…}}.',
        )
    if ("reply" in value or "tool_calls" in value) == ("error" in value):
        raise UsageError('A script line needs either "reply" or "error".', where=place)
    node, error = value.get("node", ""), value.get("error", "")
    if not isinstance(node, str):
        raise UsageError('"node" must be a node path in double quotes.', where=place)
    if "error" in value and not (isinstance(error, str) and error in KINDS):
        raise UsageError(f'"error" must be one of {", ".join(sorted(KINDS))}.', where=place)
    return ScriptLine(
        place,
        node=node,
        reply=_text(value["reply"], place) if "reply" in value else None,
        error=error,
        message=_string(value, "message", "", place),
        finish_reason=_string(value, "finish_reason", "stop", place),
        choices=_choices(value.get("choices"), place),
        tool_calls=_tool_calls(value.get("tool_calls", []), place),
        **_numbers(value, place),
    )


def _tool_calls(value: Json, place: str) -> tuple[ToolCall, ...]:
    """Return the calls; they get numbers as ids, unless the script gives them some."""
    good = isinstance(value, list) and all(
        isinstance(call, Mapping) and isinstance(call.get("name"), str) and set(call) <= {"id", "name", "arguments"}
        for call in value
    )
    if not good:
        raise UsageError(
            '"tool_calls" must be a list of calls, as in [{"name": "look_up", "arguments": {"word": "tide"}}].',
            where=place,
        )
    return tuple(
        ToolCall(str(call.get("id", f"call_{number}")), call["name"], call.get("arguments", {}))
        for number, call in enumerate(value, 1)
    )


def _text(value: Json, place: str) -> str:
    try:
        data = encode(value)
    except NotJson as error:
        raise UsageError(f"The reply is no JSON value: {error}.", where=place) from None
    return value if isinstance(value, str) else data.decode()


def _string(value: Mapping[str, Json], key: str, default: str, place: str) -> str:
    text = value.get(key, default)
    if not isinstance(text, str):
        raise UsageError(f'"{key}" must be text.', where=place)
    return text


def _numbers(value: Mapping[str, Json], place: str) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key in _NUMBERS:
        if key not in value:
            continue
        number = value[key]
        if number is None and key in ("cost_usd", "entropy", "retry_after_s"):
            found[key] = None
        elif isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
            raise UsageError(f'"{key}" must be a number, 0 or more.', where=place)
        elif key.startswith("tokens") and not isinstance(number, int):
            raise UsageError(f'"{key}" must be a whole number.', where=place)
        else:
            found[key] = number
    return found


def _choices(value: Json, place: str) -> tuple[tuple[str, float], ...]:
    if value is None:
        return ()
    good = isinstance(value, Mapping) and all(
        isinstance(p, int | float) and not isinstance(p, bool) and 0 < p <= 1 for p in value.values()
    )
    if not good:
        raise UsageError(
            '"choices" must map labels to probabilities above 0 and up to 1, as in {"good": 0.7, "bad": 0.3}.',
            where=place,
        )
    return tuple((str(label), float(p)) for label, p in value.items())
