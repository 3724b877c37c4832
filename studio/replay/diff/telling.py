"""What a comparison of two runs found, in sentences and plain text: where they part, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from studio.replay.diff.found import Change, Fact, NodeDiff, RunDiff, in_order
from studio.support.plain import cut, plain_line
from studio.support.tables import number_text
from studio.support.values import Json, encode
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.trace.found import Run

MOST: Final = 200
"""Nodes, and facts of each kind, that the plain text names."""

WIDE: Final = 160


def told_change(change: Change) -> str:
    """Return what differs in a firing, as a part of a sentence."""
    words = list(change.what)
    if not (change.id_a and change.id_b):
        return words[0]
    what = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    verb = "differ" if len(words) > 1 or (words[0].endswith("s") and words[0] != "status") else "differs"
    same = " (same inputs)" if change.kind == "origin" else ""
    tail = "; nothing came of it" if change.kind == "origin" and change.prompt_only else ""
    return f"{what} {verb}{same}{tail}"  # what matters comes first: where room is short the end is cut


def when(change: Change) -> str:
    """Return when a firing was, beside its node: its tick, and the attempt of the region around it."""
    again = f", attempt {change.attempt}" if change.attempt > 1 else ""
    return f"tick {change.tick}{again}"


def divergence(found: RunDiff) -> str:
    """Return where two runs part first and why, as sentences; "" if they did the same."""
    first, origin = found.first, found.origin
    if origin is not None:
        why = f": {', '.join(found.causes)}" if found.causes else ""
        text = f"`{origin.node}` at {when(origin)}: {told_change(origin)}{why}."
        if first is not None and first != origin:
            text += f" The first firing that differs is `{first.node}` at {when(first)}."
        firsts = (node.changes[0] for node in found.nodes.values())  # in the order of their first difference
        got = next((one for one in firsts if one.kind == "downstream" and "inputs" in one.what), None)
        if got is not None:
            text += f" `{got.node}` at {when(got)} is the first that then got something else."
        return text
    if first is not None:
        return f"`{first.node}` at {when(first)}: {told_change(first)}. No firing did otherwise with the same inputs."
    return ""


def folded(nodes: Mapping[str, NodeDiff]) -> dict[str, list[NodeDiff]]:
    """Return the nodes that differ, those of all items of a map together."""
    found: dict[str, list[NodeDiff]] = {}
    for node in nodes.values():
        found.setdefault(node.folded or node.node, []).append(node)
    return found


def whose(nodes: list[NodeDiff]) -> str:
    """Return whose difference it is that these nodes have together: `origin`, `downstream` or `unreached`, and more."""
    kinds = [node.kind for node in nodes]
    kind = next(one for one in ("origin", "downstream", "unreached") if one in kinds)
    if kind == "origin" and all(node.prompt_only for node in nodes):
        return "origin, prompt only"
    if kind != "origin" and any(node.edited for node in nodes):
        return f"{kind}, edited"
    return kind


def what(nodes: list[NodeDiff]) -> str:
    """Return in what these nodes differ."""
    return ", ".join(in_order(word for node in nodes for word in node.what))


def value_line(value: Json) -> str:
    """Return a value on one line, `none` for none, a large one by its size."""
    if value is None:
        return "none"
    if isinstance(value, Ref):
        return f"({value.size:,} bytes)"
    if isinstance(value, float):
        return number_text(value)
    return plain_line(value if isinstance(value, str) else encode(value).decode()) or '""'


_NAMES: Final = {"model default": "the model that is set"}
"""What facts are called to people, where their own names say little."""


def fact_line(fact: Fact) -> str:
    """Return something that differs beside the firings, on one line."""
    if fact.name == "instead":
        return f"output put in by hand: {f'{_put_in(fact.a)} → ' if fact.a else ''}{_put_in(fact.b)}"
    name = _NAMES.get(fact.name, fact.name)
    return f"{name}: {cut(value_line(fact.a), WIDE)} → {cut(value_line(fact.b), WIDE)}"


def _put_in(value: Json) -> str:
    """Outputs that a fork put in place of what nodes gave, by node and port."""
    put = [
        f"{node}.{port} = {value_line(given)}"
        for node, ports in (value.items() if isinstance(value, dict) else ())
        for port, given in (ports.items() if isinstance(ports, dict) else ())
    ]
    return cut(", ".join(put), WIDE) or "none"


def as_plain_text(found: RunDiff) -> str:
    """Return a comparison as plain text, to be copied."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: RunDiff) -> Iterator[str]:
    yield f"A  {_run(found.a)}"
    yield f"B  {_run(found.b)}"
    for title, facts in (
        ("graph", found.graph), ("options", found.options), ("inputs", found.inputs), ("ends", found.ends)
    ):  # fmt: skip
        if facts:
            yield ""
            yield f"{title}:"
            yield from (f"  {fact_line(fact)}" for fact in facts[:MOST])
            if len(facts) > MOST:
                yield f"  … {len(facts) - MOST} more"
    yield ""
    if not found.nodes:
        yield f"All {found.compared:,} firings did the same."
    else:
        yield f"first divergence: {divergence(found)}"
        yield ""
        groups = folded(found.nodes)
        for name, nodes in list(groups.items())[:MOST]:
            count = sum(len(node.changes) for node in nodes)
            yield f"{name}  {whose(nodes)}  {count:,} {'firing' if count == 1 else 'firings'}: {what(nodes)}"
        if len(groups) > MOST:
            yield f"… {len(groups) - MOST} more nodes"
    yield from found.notes


def _run(run: Run) -> str:
    ended = f", ended {run.ended}" if run.ended else ""
    return f"{run.id}  {run.graph}  {run.status}{ended}"
