"""Ops, nodes, edges and graphs as JSON and back, exactly: for the recovery journal.

Not the graph file's format, on purpose: a document under edit may hold what no file may (a prompt with a reserved
placeholder, half a name), and must come back as it was. Whatever is read is checked; GraphError says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, Final, cast, get_args

from studio.editing.document.ops import InsertEdge, Key, Op, PutNode, RemoveEdge, ReplaceEdge, SetKey, graph_at
from studio.editing.document.said import Said
from studio.graph.model import FIRES, ON_ERROR, Edge, Graph, NodeInstance, StoreDecl
from studio.graph.writing import edge_options, engine_keys
from studio.support.values import Json

LONG: Final = 4096
"""Texts of this many characters are written as what changed in them."""
MOST_DEPTH: Final = 32
"""Deepest nesting of subgraphs that is read."""

KEYS: Final[tuple[Key, ...]] = get_args(Key)


# -- ops -----------------------------------------------------------------------------------------


def op_to_json(op: Op, inverse: Op | None = None) -> dict[str, Json]:
    """Return an op as JSON. With its inverse, long texts of a node are written as what changed in them."""
    said: dict[str, Json] = {"op": type(op).__name__}
    for one in fields(op):
        value = getattr(op, one.name)
        if value is None or value == one.default:
            continue
        if isinstance(value, NodeInstance):
            said[one.name] = node_to_json(value, inverse.node if isinstance(inverse, PutNode) else None)
        else:
            write = _WRITE.get(type(value))
            said[one.name] = value if write is None else write(value)
    return said


def op_from_json(data: Json, top: Graph) -> Op:
    """Return the op that was written. `top` is the document as it was when the op was applied.

    Raises GraphError if this is no op.
    """
    said = Said(data, "an edit")
    kind = said.text("op")
    cls = _OPS.get(kind)
    if cls is None:
        raise said.wrong(f"there is no edit `{kind[:40]}`")
    names = [one.name for one in fields(cls)]
    unknown = next((key for key in said.data if key != "op" and key not in names), "")
    if unknown:
        raise said.wrong(f"`{unknown[:40]}` belongs to a newer version")
    values = {}
    for one in fields(cls):
        if one.name in said.data:
            values[one.name] = _read_field(said, one.name, top)
        elif one.default is MISSING:
            values[one.name] = () if one.name == "at" else None
    op = cast("Op", cls(**values))
    _refuse_unfit(said, op)
    return op


def _read_field(said: Said, name: str, top: Graph) -> Any:
    match name:
        case "at" | "lines":
            return tuple(said.texts(name))
        case "name" | "old" | "new" | "own" | "key":
            return said.text(name)
        case "index":
            return said.whole(name)
        case "is_null":
            return said.flag(name)
        case "node":
            place = graph_at(top, tuple(said.texts("at")) if "at" in said.data else ())
            return node_from_json(said.get(name), place.nodes.get(said.text("name")))
        case "edge":
            return edge_from_json(said.get(name))
        case "store":
            return store_from_json(said.get(name))
        case "graph":
            return graph_from_json(said.get(name))
    return said.get(name)  # `value`: any JSON


def _refuse_unfit(said: Said, op: Op) -> None:
    """Raise GraphError for an op whose fields are of the right kind and yet make no sense together."""
    for name in ("name", "old", "new", "key"):
        if getattr(op, name, "") is None:
            raise said.wrong(f"`{name}` is missing")
    if isinstance(op, InsertEdge | ReplaceEdge) and op.edge is None:
        raise said.wrong("`edge` is missing")
    if isinstance(op, InsertEdge | ReplaceEdge | RemoveEdge) and op.index is None:
        raise said.wrong("`index` is missing")
    if isinstance(op, SetKey):
        if op.key not in KEYS:
            raise said.wrong(f"there is no key `{str(op.key)[:40]}`")
        _check_key(said, op.key)


def _check_key(said: Said, key: Key) -> None:
    if key in ("name", "about"):
        said.text("value")
    elif key == "max_ticks":
        said.whole("value", 0)
    elif key == "limits":
        said.numbers("value")
    elif key == "dynamics":
        said.mapping("value")
    else:
        said.choice("value", ("quiet", "stop") if key == "until" else ("stop", "fail"))


# -- nodes, edges, stores ------------------------------------------------------------------------


def node_to_json(node: NodeInstance, old: NodeInstance | None = None) -> dict[str, Json]:
    """Return a node as JSON; of long texts that `old` had too only what changed."""
    params: dict[str, Json] = {}
    changed: dict[str, Json] = {}
    for key, value in node.params.items():
        before = old.params.get(key) if old is not None else None
        if isinstance(value, str) and isinstance(before, str) and min(len(value), len(before)) >= LONG:
            changed[key] = list(splice(before, value))
            params[key] = None
        else:
            params[key] = value
    said: dict[str, Json] = {"name": node.name, "type": node.type, "params": params}
    if changed:
        said["changed"] = changed
    said.update(engine_keys(node))
    return said


def node_from_json(data: Json, old: NodeInstance | None = None) -> NodeInstance:
    """Return the node that was written; `old` is what stood under its name then. Raises GraphError."""
    said = Said(data, "a node")
    params = dict(said.mapping("params"))
    for key, change in said.mapping("changed", {}).items():
        before = old.params.get(key) if old is not None else None
        if key not in params or not isinstance(before, str):
            raise said.wrong(f"the text that `{key}` changed is missing")
        params[key] = _spliced(said, before, change)
    return NodeInstance(
        said.text("name"),
        said.text("type"),
        params,
        title=said.text("title", ""),
        fires=said.choice("fires", (None, *FIRES), None),
        on_error=said.choice("on_error", ON_ERROR, "fail"),
        default=dict(said.mapping("default", {})),
        retries=said.whole("retries", 0),
        timeout_s=None if said.get("timeout_s", None) is None else said.number("timeout_s"),
        limits=said.numbers("limits", {}),
        knockout=said.choice("knockout", (True, False, "pass"), False),
    )


def splice(before: str, after: str) -> tuple[int, int, str]:
    """Return (start, end, text): `before` with what lies from start to end replaced by the text is `after`."""
    start = _common(before, after, min(len(before), len(after)), front=True)
    end = _common(before, after, min(len(before), len(after)) - start, front=False)
    return start, len(before) - end, after[start : len(after) - end]


def _common(one: str, other: str, most: int, *, front: bool) -> int:
    """Return how many characters are the same at one end, at most `most`: by halves, as slices compare quickly."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if front:
            same = one[low:middle] == other[low:middle]
        else:
            same = one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]
        if same:
            low = middle
        else:
            high = middle - 1
    return low


def _spliced(said: Said, before: str, change: Json) -> str:
    if isinstance(change, list) and len(change) == 3:
        start, end, text = change
        if type(start) is int and type(end) is int and isinstance(text, str) and 0 <= start <= end <= len(before):
            return before[:start] + text + before[end:]
    raise said.wrong("a change of a text is none")


def edge_to_json(edge: Edge) -> dict[str, Json]:
    """Return an edge as JSON."""
    said: dict[str, Json] = {"ends": [edge.source, edge.source_port, edge.target, edge.target_port]}
    if edge.feedback:
        said["feedback"] = True
    return {**said, **edge_options(edge)}


def edge_from_json(data: Json) -> Edge:
    """Return the edge that was written. Raises GraphError."""
    said = Said(data, "a wire")
    ends = said.texts("ends")
    if len(ends) != 4:
        raise said.wrong("a wire has two ends")
    source, source_port, target, target_port = ends
    return Edge(
        source,
        source_port,
        target,
        target_port,
        feedback=said.flag("feedback"),
        has_initial="initial" in said.data,
        initial=said.get("initial", None),
        initial_from=said.text("initial_from", ""),
        hold=said.flag("hold"),
    )


def store_to_json(store: StoreDecl) -> dict[str, Json]:
    """Return the declaration of a store as JSON."""
    return {"name": store.name, "type": store.type, "scope": store.scope, "params": store.params}


def store_from_json(data: Json) -> StoreDecl:
    """Return the declaration that was written. Raises GraphError."""
    said = Said(data, "a store")
    scope = said.choice("scope", ("region", "run", "project"))
    return StoreDecl(said.text("name"), said.text("type"), scope, dict(said.mapping("params")))


# -- graphs --------------------------------------------------------------------------------------


def graph_to_json(graph: Graph) -> dict[str, Json]:
    """Return a graph as JSON, subgraphs, comments and unknown keys included; not its folder."""
    return {
        "name": graph.name,
        "about": graph.about,
        "nodes": [[name, node_to_json(node)] for name, node in graph.nodes.items()],
        "edges": [edge_to_json(edge) for edge in graph.edges],
        "stores": [[name, store_to_json(store)] for name, store in graph.stores.items()],
        "until": graph.until,
        "max_ticks": graph.max_ticks,
        "on_limit": graph.on_limit,
        "limits": dict(graph.limits),
        "dynamics": dict(graph.dynamics),
        "graphs": [[name, graph_to_json(inner)] for name, inner in graph.graphs.items()],
        "layout": dict(graph.layout),
        "extra": dict(graph.extra),
        "comments": {key: list(lines) for key, lines in graph.comments.items()},
    }


def graph_from_json(data: Json, depth: int = 0) -> Graph:
    """Return the graph that was written. Raises GraphError."""
    said = Said(data, "a graph")
    if depth > MOST_DEPTH:
        raise said.wrong("subgraphs are nested without end")
    return Graph(
        name=said.text("name"),
        about=said.text("about"),
        nodes=said.named("nodes", node_from_json),
        edges=[edge_from_json(one) for one in said.items("edges")],
        stores=said.named("stores", store_from_json),
        until=said.choice("until", ("quiet", "stop")),
        max_ticks=None if said.get("max_ticks") is None else said.whole("max_ticks"),
        on_limit=said.choice("on_limit", ("stop", "fail")),
        limits=said.numbers("limits"),
        dynamics=dict(said.mapping("dynamics", {})),  # journals of before this key say nothing of it
        graphs=said.named("graphs", lambda one: graph_from_json(one, depth + 1)),
        layout=dict(said.mapping("layout")),
        extra=dict(said.mapping("extra")),
        comments={
            key: Said({"lines": one}, "a comment").texts("lines") for key, one in said.mapping("comments").items()
        },
    )


_OPS: Final[Mapping[str, Any]] = {cls.__name__: cls for cls in get_args(Op)}

_WRITE: Final[Mapping[type, Callable[[Any], Json]]] = {
    Edge: edge_to_json,
    StoreDecl: store_to_json,
    Graph: graph_to_json,
    tuple: list,
}
"""How what an op carries is written, where it is not JSON already."""
