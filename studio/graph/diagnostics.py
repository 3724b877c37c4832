"""Findings about a graph: what one is, and for each code what it means and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from studio.graph.model import Place
from studio.support.values import Json

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is stable (see `HELP`); `node` is the node's name and `graph` the subgraph it stands in.

    `graph` is "" for the graph of the file, else the dotted names of its local subgraphs or the reference of a body.
    An error keeps the graph from running, a warning does not; a hint is what a run of it suggests.

    What else it is about, "" where there is nothing such: `edge` as the file writes it without options, `param` or
    `port` of the node, a `store`, an `other` node that takes part.
    """

    code: str
    severity: Severity
    message: str
    place: Place
    node: str = ""
    hint: str = ""
    graph: str = ""
    edge: str = ""
    param: str = ""
    port: str = ""
    store: str = ""
    other: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity}: {self.message}"
        return f"{text} {self.hint}".rstrip() + f" [{self.code}]"

    def to_json(self) -> dict[str, Json]:
        """Return the finding as commands with `--json` print it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "graph": self.graph,
            "node": self.node,
            "hint": self.hint,
            "edge": self.edge,
            "param": self.param,
            "port": self.port,
            "store": self.store,
            "other": self.other,
        }


_TYPES: Final[Mapping[str, str]] = {
    "unknown_type": "No node type that is in use has this name. Correct the spelling, or enable the plugin, or approve "
    "the project's file, that declares it; the node is kept as it is until then.",
    "unknown_param": "The node type has no param of this name. Correct the spelling or delete the line; "
    "`studio nodes TYPE` lists the params.",
    "missing_param": "The node type cannot work without this param. Give it a value.",
    "param_value": "The value is of another type, out of bounds or not among the choices. Write one that fits; "
    "texts that look like numbers or true and false need quotes.",
    "param_problem": "The params do not go together, as the node type says. Change them as the message tells.",
    "type_failed": "The code of the node type raised an error when asked about these params. Check the params; "
    "if they are right, tell the author of the type.",
    "reserved_port": "The params make a port whose name means something else for every node. Choose another "
    "name for the case, property or placeholder.",
    "port_name": "The params make a port that no edge can name. Use a name without dots and spaces.",
    "default_port": "`default` gives a value to a port that the node does not have, or one of another type. "
    "Name an output of the node and a value of its type.",
    "default_missing": "`on_error: default` gives the values of `default` when the node fails, and there are none. "
    "Write `default: {port: value}`, or another `on_error`.",
    "default_unused": "`default` is used only with `on_error: default`. Add that line, or delete `default`.",
    "ticks_of_no_region": "Graphs and the nodes that run one have ticks; all other nodes fire at most once in each "
    "tick of the graph around them. Limit how often the node fires, or the ticks of the graph.",
    "unknown_limit": "There is no limit of this name. Limits are firings, ticks, calls, tokens, cost_usd, seconds.",
    "dynamics_key": "`dynamics` says what is done about alarms: `on_alarm`, or `stall`, `procrastination`, `circle`, "
    "`wander` for one kind, each `off`, `warn`, `pause` or `stop`; thresholds stand under `settings`. Correct it.",
    "dynamics_inside": "A run has one answer to alarms, that of the graph it runs; subgraphs do not change it. Move "
    "`dynamics` to the graph of the file, or delete it.",
}
_EDGES: Final[Mapping[str, str]] = {
    "edge_node": "The edge begins or ends at a node that does not exist. Correct the name or add the node.",
    "edge_port": "The node has no port of this name. Correct the spelling; ports made from params follow the params.",
    "edge_type": "The output gives another type than the input takes. Put a node between them that converts it.",
    "edge_twice": "The same edge stands twice. Delete one of them, unless a gathering input is to get the value twice.",
    "error_not_routed": "The port `error` speaks only with `on_error: route`. Add that line to the node.",
    "initial_from": "`initial_from` names no output of a node of this graph. Write `node.port`.",
    "initial_type": "The first value of the feedback edge is of another type than the input takes. Change it.",
    "input_unwired": "A required input has no edge, so the node is always skipped. Wire it, or delete the node.",
    "stop_unwired": "A stop without a wire to `when` ends the graph after its first tick. Wire what decides it, or "
    "delete the node.",
    "cycle": "Nodes wait for each other within one tick. Make one of the edges feedback (`~>`), which delivers at "
    "the next tick.",
    "initial_cycle": "A first value is needed before it can be made. Use `initial: VALUE`, or an earlier node.",
    "feedback_no_tick": "With `max_ticks: 1` there is no next tick to deliver to. Raise `max_ticks`, or use `->`.",
    "feedback_once": "A node that fires once never sees what is fed back to it. Delete `fires: once` or the edge.",
}
_BODIES: Final[Mapping[str, str]] = {
    "body_missing": "The subgraph that the node should run cannot be found or read. Add it under `graphs:`, or "
    "correct the file name.",
    "unknown_each": "`each` names an input that the body does not have. Name one of its `flow.input` nodes.",
    "collect_in_shared": "A body on the shared clock gives the value of each tick, so it cannot collect. Delete "
    "`collect`, and collect in the graph around it.",
    "shared_recursion": "A graph that ticks together with its parent cannot contain itself. Use `clock: own`.",
}
_STORES: Final[Mapping[str, str]] = {
    "unknown_store": "No store of this name is declared here or in a graph around it. Declare it under `stores:`.",
    "store_type": "The declaration of the store is wrong: its type does not exist, or a param does not fit. "
    "`studio help stores` lists the types.",
    "store_kind": "The node works with another type of store. Use a node of the store's family, or change the type.",
    "take_in_map": "Items that run side by side cannot take from one store: who gets what would be chance. Set "
    "`sequential: true`, or take before the map.",
    "store_unused": "No node uses this store. Delete it.",
}
_WHOLE: Final[Mapping[str, str]] = {
    "empty": "The graph has no nodes yet.",
}
_DESIGN: Final[Mapping[str, str]] = {
    "never_starts": "A required input is fed back only and has no first value, so the node never fires. Give the "
    "edge `initial: VALUE` or `initial_from: node.port`.",
    "store_order": "Which of two nodes uses the store first follows only from their order in the file. If it "
    "matters, draw an edge from one to the other.",
    "one_tick": "The loop's state is in stores and no arrow asks for another tick, so the graph ends after one. "
    "Write `until: stop`, or feed back from the last node to the first: `last.done ~> first.when: {initial: true}`.",
    "never_quiet": "A node that feeds itself on a plain edge keeps the graph ticking until `max_ticks`. If it is "
    "memory and not work, add `hold: true`.",
    "steady_join": "A steady value comes back whenever the live one is absent. If that is not wanted, start the "
    "live wire with `initial_from` instead of joining both.",
    "unreachable": "Nothing ever reaches the node. Wire its inputs, or delete it.",
    "output_unused": "Nothing uses what the node gives. Wire an output, or delete the node.",
    "loose_function": "The model is told too little to be dependable. Close the form of its answer (labels, schema, "
    "spans), add checks and examples, and give it one job.",
    "free_text_steers": "Free text of a model decides which way the graph takes. Let it choose from `labels`.",
    "alarms_inside": "A node asks for alarms of the run in a graph with a clock of its own, where latencies decide "
    "which of them are known already.",
    "may_leak": "A model reads what strangers write and what is private, and what it gives can leave the machine: a "
    "stranger's text could make it send what is private. Cut one of the three. `studio help trust` says how.",
    "no_stop": "The graph is told to go on until a stop, and has none. Wire a `flow.stop`, or write `max_ticks`.",
}
SUBJECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "Types and params": _TYPES,
    "Edges": _EDGES,
    "Subgraphs": _BODIES,
    "Stores": _STORES,
    "The whole graph": _WHOLE,
    "Design: what `studio lint` finds besides": _DESIGN,
}
"""What findings are about, and for each code what it means and what to do."""

HELP: Final[Mapping[str, str]] = {code: text for codes in SUBJECTS.values() for code, text in codes.items()}
"""Each code of `check` and `lint` with what it means and what to do."""
