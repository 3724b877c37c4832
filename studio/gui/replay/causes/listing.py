"""The rows of the card: an ancestry, or an absence and what led to whoever decided it, in the order they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from studio.gui.replay.showing import shown_value
from studio.replay.causes.records import FAILURE, LEAVES, OUTSIDE, SAME_QUESTION, STORE
from studio.replay.causes.telling import Rows, relation
from studio.support.plain import plain_line

if TYPE_CHECKING:
    from studio.replay.causes import Absence, Ancestry, Causes

CUT: Final = 200
"""Signs of a value or a reason that reach the card."""


class Line(NamedTuple):
    """One row. `id` is its firing (0: none), `step` its step, `output` which of its outputs went on ("": no one of
    them), `said` what relation it is in, `text` what stands in place of a value. `again`: it stands in full above;
    `first`: what was asked about."""

    id: int
    step: int | None
    node: str
    tick: str
    status: str
    depth: int = 0
    said: str = ""
    into: str = ""
    output: str = ""
    text: str = ""
    again: bool = False
    first: bool = False


def ancestry_lines(causes: Causes, found: Ancestry, *, down: bool) -> list[Line]:
    """Return the rows of an ancestry, what was asked about first."""
    return list(_tree(causes, found, down))


def absence_lines(causes: Causes, absence: Absence, node: str, tick: str, by: Ancestry | None) -> list[Line]:
    """Return the way back from an absence, then what led to whoever decided it (`by`, if that is known)."""
    lines = []
    for depth, link in enumerate(absence.links):
        firing = link.firing
        lines.append(
            Line(
                0 if firing is None else firing.id, None if firing is None else firing.seq, link.node, link.tick,
                "" if firing is None else firing.status, min(depth, 1), text=plain_line(link.why[: 2 * CUT])[:CUT],
                first=not depth,
            )
        )  # fmt: skip
    if not lines:
        lines.append(Line(0, None, node, tick, "", first=True))
    if by is not None:
        shown = {line.id for line in lines if line.id}
        lines += [
            line._replace(depth=line.depth + 1, first=False)
            for line in _tree(causes, by, False)
            if not (line.first and line.id in shown)
        ]
    return lines


def _tree(causes: Causes, found: Ancestry, down: bool) -> Iterator[Line]:
    firsts: dict[tuple[str, str], str] = {}
    for row in Rows(found, down=down).all():
        edge = row.edge
        if edge is None:
            root = found.firings[row.other]
            reason = plain_line(root.reason[: 2 * CUT])[:CUT] if root.status == "error" else ""
            yield Line(root.id, root.seq, root.node, root.tick, root.status, output=found.port, text=reason, first=True)
            continue
        depth = row.depth + 1
        if row.other == OUTSIDE:
            of = found.firings[edge.of]
            key = (of.node, edge.port)
            if key not in firsts:
                value = causes.first_value(of, edge.port)
                firsts[key] = plain_line(shown_value(value, CUT))[:CUT]
            yield Line(0, None, of.node, of.tick, "", depth, "first value", edge.port, text=firsts[key] or '""')
            continue
        firing = found.firings[row.other]
        said = relation(edge)
        if not said and not down and not firing.parent and firing.type == "flow.input":
            said = "given"
        named = edge.why not in (STORE, SAME_QUESTION, FAILURE)
        output = edge.output if named and not down and edge.why != LEAVES else ""
        reason = plain_line(firing.reason[: 2 * CUT])[:CUT] if firing.status != "ok" else ""
        yield Line(
            firing.id, firing.seq, firing.node, firing.tick, firing.status, depth, said, edge.port if named else "",
            output, reason, row.again,
        )  # fmt: skip
