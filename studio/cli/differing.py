"""How the comparison of two runs reads on a terminal: what differs beside, where the runs part, a table, and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.cli.output import Output
from studio.cli.showing import Line, status_piece
from studio.cli.text import Piece, duration, money, plural, usage
from studio.replay.diff.details import Part, as_text, details
from studio.replay.diff.found import Change, Fact, NodeDiff, RunDiff, Spent
from studio.replay.diff.telling import told_change, what, when, whose
from studio.replay.diff.texts import TextLine, text_diff
from studio.replay.firing.whole import value_of
from studio.support.plain import cells, cut, plain, plain_line
from studio.support.tables import number_text
from studio.support.values import Json, encode
from studio.trace.found import Run

if TYPE_CHECKING:
    from studio.trace import Trace

FEW_LINES = 24
"""Lines of a text diff that are shown without --full."""

WIDE = 100
"""Cells of a terminal from which the table has times as well."""

_WORD = re.compile(r"\S+\s*|\s+")
FEW_FACTS = 12
"""Things that differ beside the firings that are shown of each kind without --full."""

_SIGN_STYLE = {"-": "red", "+": "green", "…": "dim", " ": ""}
_KIND_STYLE = {"origin": "bold", "downstream": "", "unreached": "dim"}


@dataclass
class Row:
    """The nodes of one line of the table: one, or that of all items of a map."""

    name: str
    nodes: list[NodeDiff] = field(default_factory=list)


def head(found: RunDiff, out: Output) -> None:
    """Print which runs are compared."""
    for letter, run in (("A", found.a), ("B", found.b)):
        ended = f", ended {run.ended}" if run.ended else ""
        title: Line = (("bold", letter), "  ", ("bold", run.id), "  ", ("heading", run.graph), "  ")
        out.say(*title, status_piece(run.status), ended)
        if run.totals:
            out.line(("   ", ("dim", _used(run))))


def beside(found: RunDiff, traces: tuple[Trace, Trace], out: Output, *, full: bool) -> None:
    """Print what differs beside the firings: names, graph, options, inputs, ends."""
    for new, old in found.renamed.items():
        out.line((("cyan", f"{'renamed':<9}"), f"{old} is called {new.rpartition('.')[2]} in B"))
    shown = {"graph": found.graph, "options": found.options, "inputs": found.inputs, "ends": found.ends}
    for title, facts in shown.items():
        for place, fact in enumerate(facts if full else facts[:FEW_FACTS]):
            _fact(title if not place else "", fact, traces, out, full=full, whole=full or title == "graph")
        if len(facts) > FEW_FACTS and not full:
            out.say(" " * 9, ("dim", f"… {len(facts) - FEW_FACTS} more, all with --full"))
    for note in found.notes:
        out.note(("yellow", note))


def _fact(title: str, fact: Fact, traces: tuple[Trace, Trace], out: Output, *, full: bool, whole: bool) -> None:
    a, b = (value_of(trace, value) for trace, value in zip(traces, (fact.a, fact.b), strict=True))
    start: Line = (("cyan", f"{title:<9}"), fact.name)
    texts = isinstance(a, str) and isinstance(b, str)
    if whole and texts and ("\n" in a + b or len(a) + len(b) > 80):
        out.say(*start)
        print_texts(a, b, out, full=full, indent=" " * 11)
        return
    room = max(20, ((out.columns or 120) - len(fact.name) - 16) // 2)
    before, after = _shortened(_line_of(a), _line_of(b), room)
    out.line((*start, "  ", ("red", before), ("dim", " → "), ("green", after)))


def divergence(found: RunDiff, out: Output) -> None:
    """Print where the runs part."""
    first, origin = found.first, found.origin
    if origin is not None:
        why = f": {', '.join(found.causes)}" if found.causes else ""
        out.say(("bold", "first divergence  "), *_where(origin))
        out.line(("  ", f"{told_change(origin)}{why}."))
    if first is not None and first != origin:
        out.say(("bold", "first difference  "), *_where(first))
        out.line(("  ", f"{told_change(first)}."))
        if origin is None:
            out.line(("  ", ("dim", "No firing did otherwise with the same inputs.")))


def table(found: RunDiff, out: Output) -> None:
    """Print one line per node that differs; a node of a map stands for those of all its items."""
    rows: dict[str, Row] = {}
    for node in found.nodes.values():
        rows.setdefault(node.folded, Row(node.folded)).nodes.append(node)
    made = [(row, *_spent(row)) for row in rows.values()]
    headers = ["node", "whose", "differ", "firings", "what differs"]
    columns: list[list[Piece]] = [_cells(row, a, b) for row, a, b in made]
    extra: list[tuple[str, Callable[[Spent], str], bool]] = [
        ("tokens", lambda one: f"{one.tokens_in + one.tokens_out:,}" if one.calls else "", False),
        ("cost", lambda one: money(one.cost_usd) if one.calls else "", False),
        ("time", lambda one: duration(one.duration_ms / 1000), (out.columns or 120) >= WIDE),
    ]
    for title, told, always in extra:
        pairs = [(told(a), told(b)) for _, a, b in made]
        if always or any(text not in ("", "0", "$0") for pair in pairs for text in pair):
            if title == "time" and not always:
                continue
            headers.append(title)
            for line, pair in zip(columns, pairs, strict=True):
                line.append(("dim", _both(*pair)))
    out.table(headers, columns, right=(2, 3, *range(5, len(headers))))


def _spent(row: Row) -> tuple[Spent, Spent]:
    a, b = Spent(), Spent()
    for node in row.nodes:
        a, b = a.plus(node.spent_a), b.plus(node.spent_b)
    return a, b


def _cells(row: Row, a: Spent, b: Spent) -> list[Piece]:
    kind = min((node.kind for node in row.nodes), key=list(_KIND_STYLE).index)
    style = _KIND_STYLE[kind]
    differing = sum(len(node.changes) for node in row.nodes)
    return [
        (style, row.name),
        (style, whose(row.nodes)),
        f"{differing:,}",
        _both(f"{a.firings:,}", f"{b.firings:,}"),
        what(row.nodes),
    ]


def _both(a: str, b: str) -> str:
    """What stands in a cell for both runs."""
    return a if a == b else f"{a or '–'} → {b or '–'}"


def change_in_full(
    change: Change, found: RunDiff, traces: tuple[Trace, Trace], out: Output, *, full: bool, heading: bool = True
) -> None:
    """Print every part in which a firing differs."""
    told = f"  {told_change(change)}" if heading else ""
    out.line((*_where(change), "  ", (_KIND_STYLE[change.kind], change.kind), told))
    for part in details(*traces, found, change):
        _part(part, out, full=full)


def _part(part: Part, out: Output, *, full: bool) -> None:
    a, b = as_text(part.a), as_text(part.b)
    room = (out.columns or 120) - len(part.name) - 12
    one_line = "\n" not in a + b and len(a) + len(b) <= room
    if one_line:
        values = [("dim", "none") if given is None else (style, text or '""')
                  for given, text, style in ((part.a, a, "red"), (part.b, b, "green"))]  # fmt: skip
        out.line(("  ", ("cyan", part.name), "  ", values[0], ("dim", " → "), values[1]))
        return
    only = "" if part.a is not None and part.b is not None else f"  only in {'A' if part.b is None else 'B'}"
    out.say("  ", ("cyan", part.name), ("dim", only))
    print_texts(a, b, out, full=full, indent="    ")


def print_texts(a: str, b: str, out: Output, *, full: bool, indent: str) -> None:
    """Print two texts line by line; the words that were changed are coloured."""
    lines = text_diff(a, b, context=None) if full else text_diff(a, b)
    shown = lines if full else lines[:FEW_LINES]
    for line in shown:
        for pieces in _text_lines(line, indent, out.columns):
            out.say(*pieces)
    if len(shown) < len(lines):
        out.say(indent, ("dim", f"… {plural(len(lines) - len(shown), 'more line')}, all with --full"))


def _text_lines(line: TextLine, indent: str, columns: int | None) -> Iterator[Line]:
    """A line of a text diff, broken at words where the terminal is narrower."""
    style = _SIGN_STYLE[line.sign]
    start: tuple[Piece, ...] = (indent, (style, f"{line.sign} "))
    room = None if columns is None else max(16, columns - len(indent) - 2)
    pieces: list[Piece] = []
    used = 0
    for changed, text in line.parts:
        look = style if changed or line.sign == "…" else ""
        for word in _WORD.findall(plain(text).expandtabs(4)):
            wide = cells(word.rstrip())
            while room is not None and used and used + wide > room:
                yield (*start, *pieces)
                start, pieces, used = (indent, (style, f"{line.sign} ")), [], 0
            pieces.append((look, word))
            used += cells(word)
    yield (*start, *pieces)


def pick(found: RunDiff, name: str) -> list[NodeDiff]:
    """Return the nodes that differ which a person means: the whole path, its end, or of all items of a map."""
    return [
        node
        for path, node in found.nodes.items()
        for known in {path, node.node_b}
        if known == name or known.endswith("/" + name)
    ]


def _where(change: Change) -> Iterator[Piece]:
    yield ("heading", change.node)
    yield ("dim", f" at {when(change)}")


def _used(run: Run) -> str:
    totals = run.totals
    tokens = totals["tokens_in"] + totals["tokens_out"]
    used = usage(totals["firings"], totals["calls"], tokens, totals.get("cost_usd"), ticks=totals["ticks"])
    return " · ".join([*used, duration(run.duration_s)])


def _line_of(value: Json) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return number_text(value)
    return plain_line(value if isinstance(value, str) else encode(value).decode()) or '""'


def _shortened(a: str, b: str, room: int) -> tuple[str, str]:
    """Two lines cut to the room there is, so that the place where they part stays to be seen."""
    if max(cells(a), cells(b)) > room:
        same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        if same > room // 2:
            start = same - room // 3
            a, b = f"…{a[start:]}", f"…{b[start:]}"
    return cut(a, room), cut(b, room)


def node_json(node: NodeDiff, found: RunDiff, traces: tuple[Trace, Trace]) -> dict[str, Json]:
    """Return a node for programs, every firing with the parts that differ."""
    made = node.to_json()
    made["changes"] = [
        {
            **change.to_json(),
            "parts": [
                {"name": part.name, "a": part.a and part.a.value, "b": part.b and part.b.value}
                for part in details(*traces, found, change)
            ],
        }
        for change in node.changes
    ]
    return made


def changes_of(nodes: Sequence[NodeDiff]) -> list[Change]:
    """Return the changes of nodes in the order of their ticks."""
    return [change for node in nodes for change in node.changes]
