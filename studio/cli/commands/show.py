"""Show a recorded run: what every node did at every tick, with values and reasons.

With --node (and --tick) it shows the firings of one node in full: inputs and where they came from, outputs,
prompts and replies.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.database import open_trace, run_argument
from studio.cli.output import Output
from studio.cli.showing import brief, lineage, sign_piece, status_piece, step_lines, value_lines
from studio.cli.text import STATUS_STYLE, Piece, duration, plural, usage
from studio.support.errors import UsageError
from studio.support.plain import plain_line
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.replay.steps import Step
    from studio.trace import Trace
    from studio.trace.found import Firing, Run

EXAMPLES = ("studio show last", "studio show last --node writer", "studio show 01K3 --node work/3/refine --tick 3.1")


def arguments(parser: argparse.ArgumentParser) -> None:
    run_argument(parser)
    parser.add_argument(
        "--node", metavar="NODE", help="show this node in full (path or last part; in a map: of all items)"
    )
    parser.add_argument("--tick", metavar="TICK", help="only this tick, such as 2 or 3.1")


def run(args: argparse.Namespace, out: Output) -> int:
    with open_trace(args) as trace:
        run = trace.run(args.run_name)
        if args.node is not None:
            return _node(trace, run, args.node, args.tick, out)
        if out.as_json:
            out.json(_run_json(trace, run, args.tick))
            return exits.OK
        _head(run, out)
        if boundary := _boundary(trace, run):
            out.say(("dim", f"code and commands: {_CONFINED.get(boundary, f'confined by {boundary}')}"))
        _tree(trace, run, args.tick, out)
        _foot(trace, run, out)
    return exits.OK


# -- the whole run ------------------------------------------------------------------------------


def _head(run: Run, out: Output) -> None:
    ended = f", ended {run.ended}" if run.ended else ""
    out.say(("heading", run.graph), "  ", ("bold", run.id), "  ", status_piece(run.status), ended)
    totals = run.totals
    if totals:
        tokens = totals["tokens_in"] + totals["tokens_out"]
        used = usage(totals["firings"], totals["calls"], tokens, totals.get("cost_usd"), ticks=totals["ticks"])
        out.say(("dim", " · ".join([*used, duration(run.duration_s)])))
    if run.parent_run:
        taken = totals.get("taken_over")
        kept = f" · {plural(taken, 'firing')} taken over" if isinstance(taken, int) else ""
        out.say(("dim", f"{lineage(run)}{kept}"))


_CONFINED = {
    "none": "not confined, they could do what their user may",
    "refused": "refused, for want of a boundary",
}


def _boundary(trace: Trace, run: Run) -> str:
    """What confined the code of a run, "" if it ran none. Runs of before there was code say `none` as well."""
    if run.boundary == "none" and all(
        next(trace.effects(run.id, kind=kind), None) is None for kind in ("code", "command")
    ):
        return ""
    return run.boundary


def _tree(trace: Trace, run: Run, tick: str | None, out: Output) -> None:
    shown = 0
    for line in _Tree(trace, run, out.columns or 120, tick).lines():
        out.say(*line)
        shown += 1
    if not shown:
        out.note("Nothing was decided" + (f" at tick {tick}." if tick else "."))


class _Tree:
    """One line per firing; a region's firings stand below it, each tick and item under its heading."""

    def __init__(self, trace: Trace, run: Run, width: int, only: str | None) -> None:
        from studio.replay.firsts import FirstValues

        self.trace = trace
        self.firsts = FirstValues(trace, run.id)
        self.width = width
        self.only = only
        self.known = {firing.id: firing for firing in trace.outline(run.id)}
        self.inside: dict[int, list[Firing]] = {}
        for firing in self.known.values():
            self.inside.setdefault(firing.parent if firing.parent in self.known else 0, []).append(firing)
        longest = max((_label_width(firing) for firing in self.known.values()), default=8)
        self.label = min(36, max(8, longest)) + 2

    def lines(self, parent: int = 0, path: str = "", depth: int = 0) -> Iterator[tuple[Piece, ...]]:
        """Yield the lines below a region firing (0: the whole run)."""
        pad = "  " * depth
        last: tuple[str, int] | None = None
        here = self.inside.get(parent, [])
        several_items = len({firing.item for firing in here}) > 1
        for firing in here:
            if not self._wanted(firing.tick):
                continue
            if (firing.tick, firing.item) != last:
                last = (firing.tick, firing.item)
                item = f"  {_item_name(firing, path)}" if several_items else ""
                yield (pad, ("dim", f"tick {firing.tick}{item}"))
            name = firing.node.rpartition("/")[2]
            style = "dim" if firing.status == "skipped" else ""
            gap = " " * max(2, self.label - len(name) - 2 * depth)
            yield (pad, "  ", sign_piece(firing.status), " ", (style, name), gap, *self._outcome(firing))
            if firing.id in self.inside:
                yield from self.lines(firing.id, firing.node, depth + 2)

    def _wanted(self, tick: str) -> bool:
        only = self.only
        return only is None or tick == only or tick.startswith(only + ".") or only.startswith(tick + ".")

    def _outcome(self, firing: Firing) -> tuple[Piece, ...]:
        if firing.status == "skipped":
            return (("dim", firing.reason or "skipped"),)
        if firing.status != "ok":
            return ((STATUS_STYLE.get(firing.status, ""), firing.reason or firing.status),)
        took = firing.duration_ms or 0.0
        time: tuple[Piece, ...] = (("dim", f"  {duration(took / 1000)}"),) if took >= 100 else ()
        origin: tuple[Piece, ...] = (("dim", f"  {firing.origin}"),) if firing.origin != "executed" else ()
        room = max(24, self.width - self.label - 16)
        outputs = self.trace.outputs(firing)
        if not outputs and len(firing.inputs) == 1:  # it only takes: show what it took
            port, wire = next(iter(firing.inputs.items()))
            return (("dim", "← "), brief(self._taken(firing, port, wire), room), *time, *origin)
        return (brief(outputs, room), *time, *origin)

    def _taken(self, firing: Firing, port: str, wire: Json) -> dict[str, Json]:
        source = self.known.get(wire[0]) if isinstance(wire, list) and wire and isinstance(wire[0], int) else None
        if source is None:
            first = self.firsts.find(firing.node, port)
            return {} if first is None else {port: first.value}
        outputs = self.trace.outputs(source)
        return {wire[1]: outputs[wire[1]]} if wire[1] in outputs else {}


def _label_width(firing: Firing) -> int:
    return len(firing.node.rpartition("/")[2]) + 2 * firing.node.count("/")


def _item_name(firing: Firing, path: str) -> str:
    inner = firing.node[len(path) + 1 :] if path and firing.node.startswith(path + "/") else firing.node
    return f"item {inner.partition('/')[0]}" if "/" in inner else f"item {firing.item}"


def _foot(trace: Trace, run: Run, out: Output) -> None:
    outputs = trace.decoded(run.outputs)
    if outputs:
        out.say()
    for name, value in outputs.items():
        out.say(("bold", name))
        for line in value_lines(value, width=out.columns or 100):
            out.say("  ", line)
    for alarm in trace.alarms(run.id):
        out.say(("yellow", f"alarm {alarm.kind}: {alarm.message}"))
    _suggestions(trace, run, out)
    if run.error:
        out.say(("red", str(run.error.get("message", run.error)) if isinstance(run.error, dict) else str(run.error)))


ANALYSED = 20_000
"""Firings of a run up to which its dynamics are looked at beside it."""


def _suggestions(trace: Trace, run: Run, out: Output) -> None:
    """Say what the measures of the run suggest about its modules, if they suggest anything."""
    if run.status == "running" or (trace.steps(run.id).last() or 0) > ANALYSED:
        return
    from studio.replay.dynamics import verdict_of

    findings = verdict_of(trace, run.id).findings
    if findings:
        out.say(("dim", f"what the measures suggest (`studio dynamics {run.id}` says more)"))
    for finding in findings:
        out.line(["  ", plain_line(finding.message)])


def _run_json(trace: Trace, run: Run, tick: str | None) -> Json:
    return {
        "run": run.id, "graph": run.graph, "file": run.file, "status": run.status, "ended": run.ended,
        "inputs": trace.decoded(run.inputs), "outputs": trace.decoded(run.outputs), "error": run.error,
        "totals": dict(run.totals), "duration_s": run.duration_s, "parent_run": run.parent_run or None,
        "fork_seq": run.fork_seq, "boundary": _boundary(trace, run) or None,
        "firings": [
            firing_json(one, trace.outputs(one)) for one in trace.outline(run.id) if tick in (None, one.tick)
        ],
    }  # fmt: skip


def firing_json(firing: Firing, outputs: dict[str, Json]) -> dict[str, Any]:
    """Return a firing for programs."""
    return {
        "id": firing.id, "seq": firing.seq, "node": firing.node, "type": firing.type, "tick": firing.tick,
        "status": firing.status, "reason": firing.reason, "origin": firing.origin, "parent": firing.parent or None,
        "item": firing.item, "duration_ms": firing.duration_ms, "inputs": dict(firing.inputs), "outputs": outputs,
        "attempt": firing.attempt,
    }  # fmt: skip


# -- one node -----------------------------------------------------------------------------------


def _node(trace: Trace, run: Run, name: str, tick: str | None, out: Output) -> int:
    from studio.replay.nodes_named import find_nodes
    from studio.replay.steps import Reading

    numbered = trace.steps(run.id)
    paths = find_nodes(numbered, name)
    firings = [firing for path in paths for firing in trace.firings(run.id, path, tick)]
    if not firings:
        ticks = list(dict.fromkeys(firing.tick for path in paths for firing in trace.firings(run.id, path)))
        raise UsageError(
            f"`{name}` was not decided at tick {tick}.",
            hint=f"It was at {', '.join(ticks[:12])}{' …' if len(ticks) > 12 else ''}.",
        )
    reading = Reading(trace, run.id, numbered)
    steps = (reading.step(firing.id) for firing in firings)
    if out.as_json:
        out.json([step_json(step) for step in steps])
        return exits.OK
    for number, step in enumerate(steps):
        if number:
            out.say()
        for line in step_lines(step, width=out.columns or 100):
            out.line(line)
    return exits.OK


def step_json(step: Step) -> dict[str, Any]:
    """Return a step for programs: a firing with its inputs' origins and its effects."""
    made = firing_json(step.firing, dict(step.outputs))
    made["inputs"] = {
        port: [
            {"node": one.node or None, "tick": one.tick or None, "port": one.port, "value": one.value}
            for one in sources
        ]
        for port, sources in step.inputs.items()
    }
    made["effects"] = [
        {
            "n": effect.n, "kind": effect.kind, "name": effect.name, "request": effect.request,
            "response": effect.response, "status": effect.status, "error": effect.error, "attempt": effect.attempt,
            "duration_ms": effect.duration_ms, "tokens_in": effect.tokens_in, "tokens_out": effect.tokens_out,
            "cost_usd": effect.cost_usd,
        }
        for effect in step.effects
    ]  # fmt: skip
    return made
