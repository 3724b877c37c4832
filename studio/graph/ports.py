"""Which ports a node has, by its type, its params and (for regions) its body; and what is wrong with its params.

The implicit `when`, `done` and `error` are not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from studio.graph.model import NODE_KEYS, Graph, NodeInstance
from studio.graph.names import RESERVED_PORTS, port_problem
from studio.graph.scope import BODY_PARAM, Scope
from studio.spec.choices import choices_of
from studio.spec.fields import MISSING, Field, Fields
from studio.spec.node import Node
from studio.spec.params import Fault, read_params
from studio.spec.registry import Registry
from studio.support.errors import GraphError, StudioError
from studio.support.nearest import near
from studio.support.values import Json

T = TypeVar("T")

PortsOf = Callable[[Scope, NodeInstance, Registry], "NodePorts"]
"""Gives the ports of a node in the graph of a scope, as `node_ports` does."""

MAP_SUPPLIES = ("item", "index", "key")
"""Inputs of a map's body that the map itself provides."""


@dataclass(slots=True)
class NodePorts:
    """The ports of one node. `cls` None: the type is unknown; `params` None: they cannot be used as they are."""

    cls: type[Node] | None = None
    params: Fields | None = None
    inputs: dict[str, Field] = field(default_factory=dict)
    outputs: dict[str, Field] = field(default_factory=dict)
    findings: list[Fault] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What is wrong with the node, one sentence each."""
        return [str(found) for found in self.findings]


def node_ports(scope: Scope, node: NodeInstance, registry: Registry) -> NodePorts:
    """Return the ports of a node as it stands in the graph of `scope`. Never raises for what the document says."""
    cls = registry.find(node.type)
    if cls is None:
        if node.type in registry.withheld:
            return NodePorts(findings=[Fault("unknown_type", *registry.withheld[node.type])])
        hint = _near_type(node.type, tuple(known.spec.type for known in registry.all_types()))
        found = Fault("unknown_type", f"The type `{node.type}` is not known.", hint or "See `studio nodes`.")
        return NodePorts(findings=[found])
    ports = NodePorts(cls=cls)
    params, usable = _params(cls, node, ports.findings)
    ports.params = params if usable else None
    _declared_ports(cls, params, usable, ports)
    if cls.spec.role in ("subgraph", "map"):
        _body_ports(scope, node, registry, ports, is_map=cls.spec.role == "map")
    if usable:
        _check_names(ports)
    return ports


def ports_once() -> PortsOf:
    """Return a `node_ports` that finds out the ports of each node once, for who goes through a document several times
    while it does not change: finding them out is most of what checking and compiling it takes."""
    known: dict[tuple[int, int], tuple[Graph, NodeInstance, NodePorts]] = {}

    def ports_of(scope: Scope, node: NodeInstance, registry: Registry) -> NodePorts:
        key = id(scope.graph), id(node)
        found = known.get(key)
        if found is None:
            # What is kept beside the ports lives on, and with it what its id stands for.
            found = known[key] = scope.graph, node, node_ports(scope, node, registry)
        return found[2]

    return ports_of


@lru_cache(maxsize=1024)
def _near_type(name: str, known: tuple[str, ...]) -> str:
    """Return the hint for an unknown type: a file may hold a thousand nodes of one."""
    return near(name, known)


# -- params -------------------------------------------------------------------------------------


def _params(cls: type[Node], node: NodeInstance, findings: list[Fault]) -> tuple[Fields, bool]:
    """Return the params with defaults filled in, and whether they can be used to run the node."""
    params, faults = read_params(cls.Params, node.params)
    usable = all(fault.code == "unknown_param" for fault in faults)
    for fault in faults:
        if fault.code == "unknown_param":
            fault.message = f"`{node.type}` has no param `{fault.param}`."
            fault.hint = near(fault.param, [*cls.Params.fields(), *NODE_KEYS]) or f"See `studio nodes {node.type}`."
        else:
            fault.message = f"The param {fault.message}"
    findings.extend(faults)
    if usable:
        sentences = _asked(lambda: list(cls.problems(params)), cls, "what is wrong with its params", findings)
        findings.extend(Fault("param_problem", *split_hint(sentence)) for sentence in sentences or ())
    return params, usable


def split_hint(sentence: str) -> tuple[str, str]:
    """Part what is wrong from the suggestion that a sentence may end with."""
    message, marker, rest = sentence.partition(" Did you mean ")
    return message, marker.lstrip() + rest


# -- ports --------------------------------------------------------------------------------------


def _declared_ports(cls: type[Node], params: Fields, usable: bool, ports: NodePorts) -> None:
    """Fill in the ports that the type itself declares; half-finished params give them where they can."""
    # What a type says about params that are already known to be wrong is of no interest.
    findings = ports.findings if usable else []
    inputs = _asked(lambda: cls.inputs(params).fields(), cls, "its inputs", findings)
    outputs = _asked(lambda: cls.outputs(params).fields(), cls, "its outputs", findings)
    ports.inputs = dict(cls.In.fields() if inputs is None else inputs)
    ports.outputs = dict(cls.Out.fields() if outputs is None else outputs)


def _asked(question: Callable[[], T], cls: type[Node], what: str, findings: list[Fault]) -> T | None:
    """Ask a node type something about params; what it raises becomes a finding, as one type must not hide the rest."""
    try:
        return question()
    except StudioError as error:
        findings.append(Fault("param_problem", error.message, error.hint))
    except Exception as error:  # noqa: BLE001 - code of plugins, fed with whatever the file says
        findings.append(
            Fault(
                "type_failed",
                f"The type `{cls.spec.type}` failed when asked for {what}: {type(error).__name__}: {error}.",
                "This is a fault of the node type, or a param it does not expect.",
            )
        )
    return None


def _check_names(ports: NodePorts) -> None:
    for name in dict.fromkeys((*ports.inputs, *ports.outputs)):
        if name in RESERVED_PORTS:
            message = f"The params make a port named `{name}`, which is reserved."
            ports.findings.append(Fault("reserved_port", message, "Choose another name."))
        elif problem := port_problem(name):
            ports.findings.append(Fault("port_name", f"The params make a port `{name}`, but {problem}."))


# -- bodies -------------------------------------------------------------------------------------


def body_of(scope: Scope, node: NodeInstance) -> Scope:
    """Return the scope of a region node's body. Raises GraphError if it names none that can be found."""
    reference = node.params.get(BODY_PARAM)
    if not isinstance(reference, str) or not reference:
        raise GraphError(
            f"`{node.name}` names no body.", where=str(node.place), hint="Write `graph: name` or `graph: ./file.yaml`."
        )
    return scope.find_graph(reference)


def _body_ports(scope: Scope, node: NodeInstance, registry: Registry, ports: NodePorts, *, is_map: bool) -> None:
    try:
        body = body_of(scope, node)
    except StudioError as error:
        if not any(found.code == "missing_param" and f"`{BODY_PARAM}`" in found.message for found in ports.findings):
            message = error.message
            if error.where and error.where not in (str(scope.graph.place), str(node.place)):
                message = f"{error.where}: {message}"
            ports.findings.append(Fault("body_missing", message, error.hint))
        return
    inputs, outputs = body_fields(body, registry)
    split = node.params.get("each")
    names = set(split) if isinstance(split, list | dict) else {split} if isinstance(split, str) else set()
    if is_map:
        ports.inputs.setdefault(
            "items", Field(name="items", kind="port", type="list", help="One run of the body each.")
        )
    for name, spec in inputs.items():
        if is_map and name in MAP_SUPPLIES:
            continue
        if is_map and name == "items":
            message = "The body has an input `items`, but that is what the map splits."
            ports.findings.append(Fault("port_name", message, "Call the body's input otherwise."))
            continue
        ports.inputs[name] = replace(spec, type="any", choices=()) if is_map and name in names else spec
    for name, spec in outputs.items():
        ports.outputs[name] = replace(spec, type="list", schema=None) if is_map else spec
    if is_map:
        for name in sorted(names - inputs.keys(), key=str):
            hint = near(str(name), inputs)
            ports.findings.append(Fault("unknown_each", f"`each` names `{name}`, no input of the body.", hint))


def body_fields(body: Scope, registry: Registry) -> tuple[dict[str, Field], dict[str, Field]]:
    """Return the inputs and outputs of a graph used as a body: its `flow.input` and `flow.output` nodes by name."""
    inputs: dict[str, Field] = {}
    outputs: dict[str, Field] = {}
    for name, node in body.graph.nodes.items():
        cls = registry.find(node.type)
        role = cls.spec.role if cls is not None else ""
        if cls is None or role not in ("input", "output"):
            continue
        made = NodePorts(cls=cls)
        params, usable = _params(cls, node, made.findings)
        _declared_ports(cls, params, usable, made)
        said = (made.outputs if role == "input" else made.inputs).get("value", Field(type="any"))
        about = node.title or _first_text(node.params, ("about", "help"))
        if role == "input":
            default = node.params.get("value", MISSING)  # null is a default, too
            inputs[name] = Field(
                name=name, kind="port", type=said.type, default=default, help=about, schema=said.schema,
                choices=choices_of(node.params) if usable else (),
            )  # fmt: skip
        else:
            outputs[name] = Field(name=name, kind="port", type=said.type, help=about, schema=said.schema)
    return inputs, outputs


def _first_text(params: Mapping[str, Json], names: Iterable[str]) -> str:
    return next((value for name in names if isinstance(value := params.get(name), str) and value), "")
