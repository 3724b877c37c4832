"""Values, firings and prompts as lines that a person can read; used by `run`, `show`, `prompts` and `replay`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from studio.cli.text import MARGIN, STATUS_STYLE, Piece, duration, money, plural, table, usage
from studio.replay.firing.prompts import with_calls
from studio.support.pieces import Line as Line
from studio.support.pieces import brief as brief
from studio.support.pieces import sign_piece as sign_piece
from studio.support.plain import plain
from studio.support.tables import are_numbers, cell_text
from studio.support.templates import as_text
from studio.support.values import Json, encode
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.replay.steps import Source, Step, Totals
    from studio.trace.found import Effect, Run

SHORT_ID: Final = 13
"""Characters of a run id that tell it from others: its time in milliseconds (10), and some of what was drawn."""


def value_lines(value: Json, *, width: int = 100, colour: bool = False) -> list[str]:
    """Return a value as lines: text as it is, a list of like objects as a table, anything else as JSON."""
    if isinstance(value, str):
        return plain(value).splitlines() or [""]
    columns = _columns(value)
    if columns:
        rows = [[cell_text(row.get(name)) for name in columns] for row in value]
        numbers = [i for i, name in enumerate(columns) if are_numbers(row.get(name) for row in value)]
        return table(columns, rows, right=numbers, columns=width, colour=colour)
    line = encode(value).decode()
    if len(line) <= width:
        return [plain(line)]
    import json

    return plain(json.dumps(value, indent=2, ensure_ascii=False)).splitlines()


def status_piece(status: str) -> Piece:
    """Return the status, coloured."""
    return (STATUS_STYLE.get(status, ""), status)


def lineage(run: Run, *, short: bool = False) -> str:
    """Return from which run this one goes on, and at which of its steps; nothing for a run that began afresh."""
    if not run.parent_run:
        return ""
    parent = run.parent_run[:SHORT_ID] if short else run.parent_run
    return f"← {parent}" + ("" if run.fork_seq is None else f" at {'' if short else 'step '}{run.fork_seq}")


def totals_line(totals: Totals) -> str:
    """Return what a run had used so far as one line."""
    tokens = totals.tokens_in + totals.tokens_out
    return " · ".join(usage(totals.firings, totals.calls, tokens, totals.cost_usd, errors=totals.errors))


def step_lines(step: Step, *, width: int = 100, full: bool = True) -> Iterator[Line]:
    """Yield a firing in full: what it got and from where, what it gave, what it asked."""
    firing = step.firing
    yield (
        ("heading", firing.node), ("dim", f"  {firing.type}  tick {firing.tick}  "), status_piece(firing.status),
        ("dim", _how(step)),
    )  # fmt: skip
    if firing.reason:
        yield ("  ", (STATUS_STYLE.get(firing.status, ""), firing.reason))
    if step.inputs:
        yield (("bold", "  inputs"),)
        for port, sources in step.inputs.items():
            for source in sources:
                yield from _source_lines(port, source, width, full)
    if step.outputs:
        yield (("bold", "  outputs"),)
        for port, value in step.outputs.items():
            yield from _named(port, "", value, width, full)
    for effect in step.effects:
        yield from effect_lines(effect, width=width, full=full)


def effect_lines(effect: Effect, *, width: int = 100, full: bool = True) -> Iterator[Line]:
    """Yield an effect: for a model call its messages and the reply, else the request and the response."""
    attempt = f", attempt {effect.attempt}" if effect.attempt > 1 else ""
    model = effect.request.get("model") if isinstance(effect.request, dict) else None
    name = str(model or effect.name)
    yield (("bold", f"  {effect.kind} "), ("magenta", name), ("dim", attempt + _paid(effect)))
    if effect.kind in CALLS and isinstance(effect.request, dict):
        for message in messages_of(effect.request):
            yield from message_lines(str(message.get("role", "")), said_in(message), full=full)
    elif effect.request is not None:
        yield from _named("asked", "", effect.request, width, full)
    if effect.status == "error":
        yield ("    ", ("red", effect.error))
    elif effect.status == "unanswered":
        yield ("    ", ("yellow", "never answered"))
    elif effect.kind in CALLS and isinstance(effect.response, dict):
        said = with_calls(as_text(effect.response.get("text", "")), effect.response.get("tool_calls"))
        yield from message_lines("reply", said, full=full)
    else:
        yield from _named("got", "", effect.response, width, full)


def messages_of(request: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    """Return the messages of a model call; a completion's prompt as one message."""
    if "messages" in request:
        found: Sequence[Mapping[str, Json]] = request["messages"]
        return found
    return [{"role": "prompt", "content": request.get("prompt", "")}]


def said_in(message: Mapping[str, Json]) -> Json:
    """Return what a message says, with the tools that it calls."""
    content, calls = message.get("content"), message.get("tool_calls")
    return with_calls(as_text(content), calls) if calls else content


def message_lines(role: str, content: Json, *, full: bool = True, indent: str = "    ") -> Iterator[Line]:
    """Yield one message: its role in the margin, its text beside it."""
    text = content if isinstance(content, str) else encode(content).decode()
    lines = plain(text).splitlines() or [""]
    shown = lines if full else lines[:12]
    style = {"reply": "green", "assistant": "green", "system": "yellow"}.get(role, "cyan")
    for i, line in enumerate(shown):
        yield (indent, (style, f"{role if i == 0 else '':<10}"), ("dim", MARGIN), line)
    if len(shown) < len(lines):
        yield (indent, " " * 10, ("dim", f"│ … {plural(len(lines) - len(shown), 'more line')}"))


def _source_lines(port: str, source: Source, width: int, full: bool) -> Iterator[Line]:
    if source.node:
        origin = f"from {source.node}.{source.port} at {source.tick}"
        yield from _named(port, origin, source.value, width, full)
    elif source.known:
        yield from _named(port, _OUTSIDE.get(source.port, source.port), source.value, width, full)
    else:
        yield ("    ", ("cyan", port), ("dim", f"  {_OUTSIDE.get(source.port, source.port)}"))


_OUTSIDE = {"initial": "its first value"}


def _named(name: str, origin: str, value: Json, width: int, full: bool) -> Iterator[Line]:
    lines = value_lines(value, width=max(40, width - 6))
    head: list[Piece] = ["    ", ("cyan", name)]
    if origin:
        head.append(("dim", f"  {origin}"))
    if len(lines) == 1 and len(lines[0]) + len(name) + len(origin) + 10 <= width:
        head += ["  ", _literal(value, lines[0])]
        yield tuple(head)
        return
    yield tuple(head)
    shown = lines if full else lines[:12]
    for line in shown:
        yield ("      ", line)
    if len(shown) < len(lines):
        yield ("      ", ("dim", f"… {plural(len(lines) - len(shown), 'more line')}"))


def _literal(value: Json, line: str) -> str:
    return '""' if value == "" else line


def _how(step: Step) -> str:
    firing = step.firing
    parts = []
    if firing.duration_ms is not None and firing.status != "skipped":
        parts.append(duration(firing.duration_ms / 1000))
    if firing.attempt > 1:
        parts.append(f"attempt {firing.attempt}")
    if firing.origin != "executed" and firing.status != "skipped":
        parts.append(firing.origin)
    return "  " + "  ".join(parts) if parts else ""


def _paid(effect: Effect) -> str:
    parts = [] if effect.origin == "executed" else [effect.origin]
    if effect.tokens_in is not None and effect.origin == "executed":
        parts.append(f"{effect.tokens_in} + {effect.tokens_out or 0} tokens")
    if effect.cost_usd:
        parts.append(money(effect.cost_usd))
    if effect.duration_ms is not None:
        parts.append(duration(effect.duration_ms / 1000))
    return "".join(f"  {part}" for part in parts)


def _columns(value: Json) -> list[str]:
    """The columns of a list of objects that hold only short plain values, else nothing."""
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(row, dict) and row for row in value):
        return []
    names: dict[str, None] = {}
    for row in value:
        if any(isinstance(cell, dict | list) or (isinstance(cell, str) and len(cell) > 200) for cell in row.values()):
            return []
        names.update(dict.fromkeys(map(str, row)))
    return list(names) if len(names) <= 12 else []
