"""What the lamp test is made on: answers that a node gave in a run, or n copies of it on one and the same input.

A copy is the node alone, given what it was given at a recorded firing, run with a seed of its own (dynamics notes,
section 7: "n copies of a module, or n modules, the same input").
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from studio.cases.taking import inputs_of, recorded_graph
from studio.dynamics.modules import facts_of, said
from studio.dynamics.words.normalise import text_of
from studio.graph.model import IMPLICIT_PORTS, Edge, Graph, NodeInstance
from studio.graph.paths import node_at
from studio.graph.ports import node_ports
from studio.graph.scope import Scope
from studio.plugins.registries import registry_of
from studio.replay.continuing import folder_of
from studio.replay.nodes_named import find_nodes
from studio.spec.params import parse_params
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.engine.result import RunResult
    from studio.trace import Trace
    from studio.trace.found import Firing

MOST_COPIES = 1000

LAMP = "the_lamp"


def answers_of(trace: Trace, run: str, node: str) -> list[str]:
    """Return what a node said in a run, firing by firing, as texts; in a map, those of all items.

    Raises UsageError if there is no such node, or if it never said anything.
    """
    found = [text_of(said(trace.outputs(firing))) for firing in _firings(trace, run, node)]
    if not any(found):
        raise UsageError(f"`{node}` said nothing in this run.", hint="`studio dynamics` lists the modules that spoke.")
    return [text for text in found if text]


def copy_of(trace: Trace, run: str, node: str, *, tick: str = "", temperature: float | None = None) -> Graph:
    """Return a graph of one node alone, given what it was given at a tick (at its first firing if none is named).

    Run with different seeds, it is many lamps of one kind. Raises UsageError if the node did not fire then, asks no
    model, or uses a memory.
    """
    found = trace.run(run)
    graph = recorded_graph(trace, found.id)
    graph.base = folder_of(found)
    firing = next((one for one in _firings(trace, found.id, node) if tick in ("", one.tick)), None)
    if firing is None:
        raise UsageError(f"`{node}` did not fire at tick {tick}." if tick else f"`{node}` did not fire in this run.")
    registry = registry_of(graph)
    at = node_at(Scope(graph), firing.node, registry, whole=True)
    instance = None if at is None else at[1]
    cls = None if instance is None else registry.find(instance.type)
    facts = None if cls is None or instance is None else facts_of(cls, parse_params(cls.Params, instance.params)[0])
    if instance is None or facts is None or facts.kind not in ("llm", "narrow"):
        raise UsageError(
            f"`{firing.node}` asks no model, so copies of it say the same.",
            hint="Name a node that asks one, or leave out the number of copies to compare what it said in the run.",
        )
    made = Graph(f"lamps of {instance.name}", base=graph.base)
    params = deepcopy(instance.params) | ({} if temperature is None else {"temperature": temperature})
    made.nodes[LAMP] = NodeInstance(LAMP, instance.type, params)
    for number, (port, value) in enumerate(inputs_of(trace, found, firing).items()):
        made.nodes[f"in_{number}"] = NodeInstance(f"in_{number}", "flow.input", {"value": deepcopy(value)})
        made.edges.append(Edge(f"in_{number}", "value", LAMP, port))
    for port in node_ports(Scope(made), made.nodes[LAMP], registry).outputs:
        if port not in IMPLICIT_PORTS:
            made.nodes[port] = NodeInstance(port, "flow.output")  # named so, it tells what `said` leaves out
            made.edges.append(Edge(LAMP, port, port, "value"))
    return made


def answer_of(result: RunResult) -> str:
    """Return what a copy said, as text. Raises UsageError with its failure if it said nothing."""
    if result.status != "ok":
        raise UsageError(f"A copy failed: {(result.error or {}).get('message', result.status)}")
    return text_of(said(result.outputs))


def _firings(trace: Trace, run: str, node: str) -> list[Firing]:
    names = set(find_nodes(trace.steps(run), node))
    return [one for one in trace.outline(run) if one.node in names and one.status == "ok"]
