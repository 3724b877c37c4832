"""`diff`: compares two runs and says of every difference whether it is a firing's own or came down to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from studio.replay.diff.ends import end_facts, input_facts, option_facts
from studio.replay.diff.found import RunDiff, in_order
from studio.replay.diff.halves import Half
from studio.replay.diff.judging import Finding, causes, judged
from studio.replay.diff.pairs import Identity, Side, brought_together
from studio.replay.diff.values import DONE, same_value
from studio.replay.diff.versions import Version, find_renames, graph_edits, graph_facts
from studio.spec.registry import default_registry
from studio.trace.found import producers_of

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Firing

CUT_SHORT = ("lost the race", "cut off")
"""How the reasons begin of a firing that did not come to its end by what others did (design rules 2.3, 2.11)."""

TELL = 1000
"""After how many firings it is told how far a comparison is."""

UNDECIDED = ("running", "interrupted")
_QUOTED = re.compile(r"`([^`\s]+)`")


def diff(
    trace_a: Trace,
    run_a: str,
    trace_b: Trace,
    run_b: str,
    *,
    renamed: Mapping[str, str] | None = None,
    told: Callable[[int], None] | None = None,
) -> RunDiff:
    """Compare two runs, which may stand in different files, firing by firing.

    `renamed` maps names of nodes in B to their names in A; a lone node that went while one of the same declaration came
    counts as renamed anyway. `told` hears now and then how many firings both runs were found to have; what it raises
    ends the comparison. Raises UsageError for a run that is not there or a rename that does not fit.
    """
    a, b = trace_a.run(run_a), trace_b.run(run_b)
    version_a, version_b = Version(trace_a, a.id), Version(trace_b, b.id)
    renames = find_renames(version_a, version_b, renamed or {})
    halves = Half(trace_a, a, version_a, {}), Half(trace_b, b, version_b, renames)
    comparison = _Comparison(*halves, renames, told)
    comparison.run()
    graph = graph_facts(version_a, version_b, renames)
    options = option_facts(trace_a, a, trace_b, b)
    edited = graph_edits(version_a, version_b, renames)
    nodes, changes = judged(*halves, comparison.findings, edited)
    origin = next((change for change in changes if change.kind == "origin"), None)
    notes = [f"The run {run.id} is still going." for run in (a, b) if run.status == "running"]
    if comparison.missing:
        count = comparison.missing
        were = "1 firing was" if count == 1 else f"{count} firings were"
        notes.append(
            f"{were} taken over from a run that is not in this file: prompts and replies could not be compared."
        )
    return RunDiff(
        a=a,
        b=b,
        compared=comparison.compared,
        nodes=nodes,
        first=changes[0] if changes else None,
        origin=origin,
        causes=() if origin is None else causes(*halves, origin, nodes[origin.node], edited, options),
        graph=graph,
        options=options,
        inputs=input_facts(a, b),
        ends=end_facts(a, b, comparison.in_names_of_a),
        renamed=renames,
        notes=tuple(notes),
    )


class _Comparison:
    def __init__(self, a: Half, b: Half, renames: Mapping[str, str], told: Callable[[int], None] | None = None) -> None:
        self.a = a
        self.b = b
        self.told = told
        self.old_names = {place.rpartition(".")[2]: old for place, old in renames.items()}
        self.compared = 0
        self.missing = 0
        """Pairs whose effects are in a file that is not there."""
        self.findings: list[Finding] = []
        self.later: list[tuple[Identity, Firing, Firing, list[str]]] = []
        """Pairs with an input from a firing that had not passed by yet."""
        self.pure: dict[str, bool] = {}
        self.same_graph = a.version.text == b.version.text

    def run(self) -> None:
        """Let both runs pass by."""
        brought_together(self.a, self.b, self.pair, self.alone)
        for identity, one, other, what in self.later:
            self.settle(identity, one, other, what, self.inputs_differ(one, other))
        self.later.clear()

    # -- as the firings pass by -------------------------------------------------------------------

    def pair(self, identity: Identity, one: Firing, other: Firing) -> None:
        """Compare a firing of both runs in everything but its inputs, and these too if their producers are known."""
        self.compared += 1
        if self.told is not None and self.compared % TELL == 1:
            self.told(self.compared)
        self.a.tally(identity[0], one)
        self.b.tally(identity[0], other)
        what = []
        if one.type != other.type:
            what.append("type")
        elif one.version != other.version and "skipped" not in (one.status, other.status):
            what.append("version")
        if one.status != other.status:
            what.append("status")
            if "ok" in (one.status, other.status):
                self.a.changed_ports.add((one.id, DONE))
                self.b.changed_ports.add((other.id, DONE))
        elif one.reason != other.reason and self.in_names_of_a(other.reason) != one.reason:
            what.append("reason")
        if one.outputs or other.outputs:
            ports = [
                port
                for port in {**one.outputs, **other.outputs}
                if port not in one.outputs
                or port not in other.outputs
                or not same_value(one.outputs[port], other.outputs[port])
            ]
            if ports:
                what.append("outputs")
                self.a.changed_ports.update((one.id, port) for port in ports)
                self.b.changed_ports.update((other.id, port) for port in ports)
        if not self.is_taken_over(one, other):
            what += self.effects_differ(one, other)
        if not what and self.plainly_same_inputs(one, other):
            return
        if not self.producers_known(one, other):
            self.later.append((identity, one, other, what))
            return
        self.settle(identity, one, other, what, self.inputs_differ(one, other))

    def alone(self, identity: Identity, firing: Firing, side: Side) -> None:
        """Note a firing that only one run has."""
        is_a = side is self.a
        half = self.a if is_a else self.b
        half.tally(identity[0], firing)
        half.changed_regions.add(firing.parent)
        ids = (firing.id, 0) if is_a else (0, firing.id)
        what = ("only in A",) if is_a else ("only in B",)
        name = identity[0] if is_a else firing.node
        self.findings.append(Finding(identity, name, *ids, what, follows=True))

    def settle(self, identity: Identity, one: Firing, other: Firing, what: list[str], follows: bool) -> None:
        """Note a pair if it differs."""
        undecided = one.status in UNDECIDED, other.status in UNDECIDED
        if any(undecided):
            what = [] if all(undecided) else ["status"]
        elif follows and "skipped" not in (one.status, other.status):
            what.append("inputs")
        if not what:
            return
        # Who won a race is nobody's doing but that of the moment; who lost one, lost it by that. Who was cut off by a
        # failure beside it did nothing otherwise.
        is_cut = one.reason.startswith(CUT_SHORT) or other.reason.startswith(CUT_SHORT)
        follows = (follows or "store" in what or is_cut) and "race" not in what
        self.a.changed_regions.add(one.parent)
        self.b.changed_regions.add(other.parent)
        skipped = (one.status == "skipped") + (other.status == "skipped")
        self.findings.append(
            Finding(identity, other.node, one.id, other.id, in_order(what), follows, skipped, any(undecided))
        )

    # -- one pair ---------------------------------------------------------------------------------

    def is_taken_over(self, one: Firing, other: Firing) -> bool:
        """True if one was taken over from the other, or both from one firing of a third run: they asked the same."""
        if "replayed" not in (one.origin, other.origin):
            return False
        parent_a, parent_b = self.a.header.parent_run, self.b.header.parent_run
        if other.origin == "replayed" and parent_b == one.run:
            return True
        if one.origin == "replayed" and parent_a == other.run:
            return True
        return one.origin == other.origin and parent_a == parent_b

    def effects_differ(self, one: Firing, other: Firing) -> list[str]:
        """Return which of the things asked of the outside, answers and uses of stores differ."""
        if "replayed" in (one.origin, other.origin) and self.is_pure(one.type) and self.is_pure(other.type):
            return []
        mine, theirs = self.a.effects_of(one), self.b.effects_of(other)
        if mine is None or theirs is None:
            self.missing += 1
            return []
        (asked, stored), (asks, stores) = mine, theirs
        found = []
        if asked is not asks:
            if asked.prompts != asks.prompts:
                found.append("prompt")
            if asked.requests != asks.requests:
                found.append("request")
            if asked.replies != asks.replies:
                found.append("reply")
            if asked.races != asks.races:
                found.append("race")
        if stored.ops != stores.ops:
            found.append("writes")
        if stored.results != stores.results:
            found.append("store")
        return found

    def is_pure(self, type: str) -> bool:
        """True if firings of a node type ask nothing and use no store."""
        known = self.pure.get(type)
        if known is None:
            cls = default_registry().find(type)
            known = self.pure[type] = cls is not None and cls.spec.effects == "pure" and not cls.spec.stores
        return known

    def plainly_same_inputs(self, one: Firing, other: Firing) -> bool:
        """True if every input came from counterparts that put out the same: the usual case, told quickly."""
        theirs = other.inputs
        if len(one.inputs) != len(theirs) or one.status in UNDECIDED:
            return False
        mate, changed = self.a.mate, self.a.changed_ports
        for port, wires in one.inputs.items():
            other_wires = theirs.get(port)
            if not wires or not other_wires:
                return False
            id = wires[0]
            if type(id) is not int or not id or mate[id] != other_wires[0] or wires[1] != other_wires[1]:
                return False
            if changed and (id, wires[1]) in changed:
                return False
        return True

    def producers_known(self, one: Firing, other: Firing) -> bool:
        """True if all firings that gave an input have passed by (or stand in one run only, as far as is known)."""
        for firing, half in ((one, self.a), (other, self.b)):
            for wires in firing.inputs.values():
                for id, _ in producers_of(wires):
                    if id and not half.mate[id]:
                        return False
        return True

    def inputs_differ(self, one: Firing, other: Firing) -> bool:
        """True if some input has another value, or one of the two has no value there."""
        if self.passes_on(one, other):
            return False
        if one.status == "skipped" or other.status == "skipped":
            # What keeps a node from firing is not recorded wire by wire: look at what the other had.
            return any(
                (id, port) in half.changed_ports or not (half.mate[id] or not id)
                for firing, half in ((one, self.a), (other, self.b))
                for wires in firing.inputs.values()
                for id, port in producers_of(wires)
            )
        if one.inputs.keys() != other.inputs.keys():
            return True
        return any(self.wires_differ(one, other, port) for port in one.inputs)

    def passes_on(self, one: Firing, other: Firing) -> bool:
        """True for the input of a body that passes on the same value: its wire shows a list, of which it has one."""
        return (
            one.type == other.type == "flow.input"
            and one.status == other.status
            and not any((one.id, port) in self.a.changed_ports for port in one.outputs)
            and one.outputs.keys() == other.outputs.keys()
        )

    def wires_differ(self, one: Firing, other: Firing, port: str) -> bool:
        mine, theirs = producers_of(one.inputs[port]), producers_of(other.inputs[port])
        if len(mine) != len(theirs):
            return True
        for (id_a, port_a), (id_b, port_b) in zip(mine, theirs, strict=True):
            if id_a and port_a == port_b and self.a.mate[id_a] == id_b:
                if (id_a, port_a) in self.a.changed_ports:
                    return True
            elif id_a == id_b == 0 and self.same_graph and one.node == other.node:
                continue
            else:
                value_a = self.a.values.on_wire(one, port, id_a, port_a)
                value_b = self.b.values.on_wire(other, port, id_b, port_b)
                if value_a is None or value_b is None:
                    return True
                if not same_value(value_a.value, value_b.value):
                    return True
        return False

    def in_names_of_a(self, text: str) -> str:
        """A reason of run B with the names of nodes as run A has them."""
        names = self.old_names
        if not names:
            return text

        def old(match: re.Match[str]) -> str:
            return "`" + "/".join(names.get(part, part) for part in match[1].split("/")) + "`"

        return _QUOTED.sub(old, text)
