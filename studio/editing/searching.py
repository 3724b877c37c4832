"""Find things in a document: by words, by who uses them, and where they are defined.

Whatever is found is a `Hit`, a place to go to with a short piece of text. Nothing here changes a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from studio.editing.document import Document
from studio.editing.ops import TOP, At
from studio.graph.comments import BEHIND
from studio.graph.model import Edge, Graph, NodeInstance
from studio.graph.reading import is_file_reference
from studio.graph.scope import BODY_PARAM, Scope
from studio.graph.writing import edge_options
from studio.support.errors import StudioError, UsageError
from studio.support.patterns import Pattern, compile_pattern
from studio.support.plain import plain_line
from studio.support.values import Json, NotJson, encode

Kind = Literal["graph", "node", "title", "type", "param", "edge", "store", "comment", "note"]

MOST_HITS: Final = 500
"""Hits that one search gives; `Found.more` says that there are others."""
MOST_IN_ONE: Final = 10
"""Hits within one text: a prompt of ten megabytes must not fill the list."""
AROUND: Final = 40
"""Characters shown on each side of a match."""
LONGEST_QUERY: Final = 500

_WEIGHT: Final[dict[Kind, int]] = {
    "node": 60, "title": 50, "graph": 45, "store": 40, "type": 30, "param": 20, "edge": 10, "note": 8, "comment": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a document. `text` is one line with the match at `span`; `key` is a param's path (`checks[0].name`).

    `node` is "" where no node is meant; `edge` is the place of an edge in file order, -1 if it is none; `where` is
    the match within the whole text, for an editor that selects it.
    """

    at: At
    kind: Kind
    text: str
    span: tuple[int, int] = (0, 0)
    node: str = ""
    key: str = ""
    edge: int = -1
    where: tuple[int, int] = (0, 0)

    @property
    def place(self) -> str:
        """Where that is, for people: `refine / writer · instructions`."""
        inside = " / ".join((*self.at, self.node) if self.node else self.at)
        return f"{inside} · {self.key}" if self.key and inside else inside or self.key


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave, best first. `more`: there is more than is listed."""

    hits: list[Hit] = field(default_factory=list)
    more: bool = False


# -- by words ------------------------------------------------------------------------------------


def find(doc: Document, query: str, *, regex: bool = False, most: int = MOST_HITS) -> Found:
    """Return where a text stands: in names, titles, types, params, edges, stores and comments of all subgraphs.

    Capitals do not count. With `regex` the query is a regular expression (RE2); raises UsageError if it is not usable
    or too long. Names come before params, whole matches before parts; things of like rank stand in document order.
    """
    query = query if regex else query.strip()
    if not query:
        return Found()
    pattern = _pattern(query, regex)
    scored: list[tuple[int, int, Hit]] = []
    more = False
    for at, graph in doc.walk():
        for kind, text, hit in _texts(at, graph):
            matches, cut = _matches(pattern, text)
            more = more or cut
            for start, end in matches:
                rank = _WEIGHT[kind] + (4 if end - start == len(text) else 2 if start == 0 else 0)
                scored.append((-rank, len(scored), _with_context(hit, text, start, end)))
        if len(scored) > 20 * most:
            more = True
            break
    scored.sort(key=lambda one: one[:2])
    return Found([hit for _, _, hit in scored[:most]], more or len(scored) > most)


def _pattern(query: str, regex: bool) -> Pattern:
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"The text to find has more than {LONGEST_QUERY} characters.", hint="Search for a part of it.")
    return compile_pattern(query if regex else _quoted(query), ignore_case=True)


def _quoted(text: str) -> str:
    plain = (sign.isalnum() or sign in " _" or ord(sign) > 127 for sign in text)
    return "".join(sign if is_plain else f"\\x{{{ord(sign):x}}}" for sign, is_plain in zip(text, plain, strict=True))


def _matches(pattern: Pattern, text: str) -> tuple[list[tuple[int, int]], bool]:
    """Return the first matches in a text that are not empty, and whether there are more."""
    found: list[tuple[int, int]] = []
    try:
        for match in pattern.finditer(text):
            if match.end() > match.start():
                if len(found) == MOST_IN_ONE:
                    return found, True
                found.append((match.start(), match.end()))
    except UnicodeEncodeError:
        return [], False  # half a character (a lone surrogate) cannot be searched, nor saved
    return found, False


def _with_context(hit: Hit, text: str, start: int, end: int) -> Hit:
    """Return the hit with the match and what stands around it on one line."""
    before = plain_line(text[max(0, start - 2 * AROUND) : start])[-AROUND:]
    if before and text[start - 1].isspace():
        before += " "
    shown_end = min(end, start + 3 * AROUND)
    match = plain_line(text[start:shown_end]) or " "
    after = plain_line(text[shown_end : shown_end + 2 * AROUND])[:AROUND]
    if after and text[shown_end].isspace():
        after = f" {after}"
    head = "…" if start > 2 * AROUND or len(before) == AROUND < start else ""
    tail = "…" if shown_end + 2 * AROUND < len(text) else ""
    first = len(head) + len(before)
    return replace(
        hit, text=f"{head}{before}{match}{after}{tail}", span=(first, first + len(match)), where=(start, end)
    )  # fmt: skip


def _texts(at: At, graph: Graph) -> Iterator[tuple[Kind, str, Hit]]:
    """Yield every text of one graph, what kind of thing it belongs to, and the place."""
    yield "graph", graph.name, Hit(at, "graph", "", key="name")
    if graph.about:
        yield "graph", graph.about, Hit(at, "graph", "", key="about")
    for name, node in graph.nodes.items():
        yield "node", name, Hit(at, "node", "", node=name)
        if node.title:
            yield "title", node.title, Hit(at, "title", "", node=name, key="title")
        yield "type", node.type, Hit(at, "type", "", node=name, key="type")
        for key, value in node.params.items():
            for path, text in _leaves(value, key):
                yield "param", text, Hit(at, "param", "", node=name, key=path)
        for path, text in _leaves(node.default, "default") if node.default else ():
            yield "param", text, Hit(at, "param", "", node=name, key=path)
    for number, edge in enumerate(graph.edges):
        yield "edge", _edge_text(edge), Hit(at, "edge", "", node=edge.target, edge=number)
    for name, store in graph.stores.items():
        yield "store", name, Hit(at, "store", "", key=name)
        for path, text in _leaves({"type": store.type, **store.params}, ""):
            yield "store", text, Hit(at, "store", "", key=f"{name}{path}")
    for key, lines in graph.comments.items():
        owner = key.removeprefix("nodes.").removesuffix(BEHIND).partition(".")[0] if key.startswith("nodes.") else ""
        for line in lines:
            yield "comment", line, Hit(at, "comment", "", node=owner if owner in graph.nodes else "", key=key)
    for key, value in graph.layout.items():
        if key.startswith("/"):
            for path, text in _leaves(value, key, numbers=False):
                yield "note", text, Hit(at, "note", "", key=path)


def _leaves(value: Json, path: str, *, numbers: bool = True) -> Iterator[tuple[str, str]]:
    """Yield the texts within a value with their paths; keys of objects too, numbers as JSON writes them."""
    waiting: list[tuple[str, Json]] = [(path, value)]
    while waiting:
        here, one = waiting.pop()
        if isinstance(one, str):
            yield here, one
        elif isinstance(one, dict):
            waiting.extend((f"{here}.{key}", inner) for key, inner in reversed(one.items()))
            if here != path:
                yield from ((f"{here}.{key}", str(key)) for key in one)
        elif isinstance(one, list | tuple):
            waiting.extend((f"{here}[{number}]", inner) for number, inner in reversed(list(enumerate(one))))
        elif numbers and one is not None:
            try:
                yield here, encode(one).decode()
            except NotJson:
                yield here, str(one)


def _edge_text(edge: Edge) -> str:
    options = edge_options(edge)
    if not options:
        return str(edge)
    said = ", ".join(f"{key}: {value if isinstance(value, str) else _short(value)}" for key, value in options.items())
    return f"{edge}: {said}"


def _short(value: Json) -> str:
    try:
        return encode(value).decode()
    except NotJson:
        return str(value)


# -- by use --------------------------------------------------------------------------------------


def uses_of_graph(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the region nodes that run a subgraph; `name` as a node at this place would write it (or a file)."""
    try:
        wanted = doc.scope(at).find_graph(name).graph
    except StudioError:
        return []
    is_file = is_file_reference(name)
    found = []
    for place, graph in doc.walk():
        for node in graph.nodes.values():
            reference = node.params.get(BODY_PARAM)
            if isinstance(reference, str) and (is_file or not is_file_reference(reference)):
                if _body(doc, place, reference) is wanted:
                    found.append(_node_hit(place, node, BODY_PARAM, f"{node.name} runs {reference}"))
    return found


def uses_of_store(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the nodes that use the store which this name means at a place, in subgraphs too."""
    declared = doc.scope(at).find_store(name)
    found = []
    for place, graph in doc.walk():
        for node in graph.nodes.values():
            cls = doc.registry.find(node.type)
            for param, use in cls.spec.stores.items() if cls is not None else ():
                value = node.params.get(param, cls.Params.fields()[param].default) if cls is not None else None
                if value != name:
                    continue
                here = doc.scope(place).find_store(name)
                if (here[1] if here else None) is (declared[1] if declared else None):
                    found.append(_node_hit(place, node, param, f"{node.name} ({_USES[use]})"))
    return found


_USES = {"read": "reads", "write": "writes", "take": "takes"}


def uses_of_node(doc: Document, at: At, name: str) -> list[Hit]:
    """Return the wires into and out of a node, first values that come from it, and wires that its body's port has.

    For a `flow.input` or `flow.output` these last are the wires at the nodes that run this graph.
    """
    graph = doc.at(at)
    found = [
        _edge_hit(at, number, edge)
        for number, edge in enumerate(graph.edges)
        if name in (edge.source, edge.target) or edge.initial_from.partition(".")[0] == name
    ]
    return [*found, *_outer_wires(doc, at, name)]


def uses_of_port(doc: Document, at: At, node: str, port: str) -> list[Hit]:
    """Return the wires at a port, and where its placeholder stands in the texts of the node's params."""
    graph = doc.at(at)
    ends = (node, port)
    found = [
        _edge_hit(at, number, edge)
        for number, edge in enumerate(graph.edges)
        if ends in ((edge.source, edge.source_port), (edge.target, edge.target_port))
        or edge.initial_from == f"{node}.{port}"
    ]
    instance = doc.node(at, node)
    pattern = _pattern(f"{{{port}}}", regex=False) if len(port) < LONGEST_QUERY else None
    for key, value in instance.params.items() if pattern is not None else ():
        for path, text in _leaves(value, key, numbers=False):
            for start, end in _matches(pattern, text)[0] if pattern is not None else ():
                found.append(_with_context(Hit(at, "param", "", node=node, key=path), text, start, end))
    return found


def uses_of_type(doc: Document, type_name: str) -> list[Hit]:
    """Return the nodes of a type, in all subgraphs."""
    return [
        _node_hit(at, node, "type", f"{node.name}: {type_name}")
        for at, graph in doc.walk()
        for node in graph.nodes.values()
        if node.type == type_name
    ]


def where_used(doc: Document, at: At, kind: Literal["graph", "store", "node", "type"], name: str) -> list[Hit]:
    """Return who uses a thing of this kind and name; see the functions above. Ports have `uses_of_port`."""
    if kind == "graph":
        return uses_of_graph(doc, at, name)
    if kind == "store":
        return uses_of_store(doc, at, name)
    if kind == "type":
        return uses_of_type(doc, name)
    return uses_of_node(doc, at, name)


def _outer_wires(doc: Document, at: At, name: str) -> Iterator[Hit]:
    cls = doc.registry.find(doc.at(at).nodes[name].type) if name in doc.at(at).nodes else None
    role = cls.spec.role if cls is not None else ""
    if role not in ("input", "output") or at == TOP:
        return
    for runner in uses_of_graph(doc, at[:-1], at[-1]):
        for number, edge in enumerate(doc.at(runner.at).edges):
            end = (edge.target, edge.target_port) if role == "input" else (edge.source, edge.source_port)
            if end == (runner.node, name):
                yield _edge_hit(runner.at, number, edge)


def _body(doc: Document, at: At, reference: str) -> Graph | None:
    try:
        return doc.scope(at).find_graph(reference).graph
    except StudioError:
        return None  # a finding of the graph's check


def _node_hit(at: At, node: NodeInstance, key: str, text: str) -> Hit:
    return Hit(at, "node", plain_line(text), (0, min(len(node.name), len(text))), node=node.name, key=key)


def _edge_hit(at: At, number: int, edge: Edge) -> Hit:
    text = plain_line(_edge_text(edge)[:300])
    return Hit(at, "edge", text, node=edge.target, edge=number)


# -- by definition -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is defined: a graph of this document (`at`) or of another `file`, and in it a node or store."""

    at: At
    node: str = ""
    store: str = ""
    file: Path | None = None


def definition(doc: Document, at: At, node: str, *, port: str = "", param: str = "") -> Target | None:
    """Return where what a node, its port or its param refers to is defined, or None if it refers to nothing.

    A region node leads to its body, and one of its ports to the input or output within; a param that names a store
    to the declaration; an input of any other node to where its first wire comes from.
    """
    instance = doc.at(at).nodes.get(node)
    cls = doc.registry.find(instance.type) if instance is not None else None
    if instance is None:
        return None
    if param and cls is not None and param in cls.spec.stores:
        name = instance.params.get(param, cls.Params.fields()[param].default)
        found = doc.scope(at).find_store(name) if isinstance(name, str) else None
        return Target(_place_of(found[0]), store=str(name)) if found is not None else None
    reference = instance.params.get(BODY_PARAM)
    if cls is not None and cls.spec.role in ("subgraph", "map") and isinstance(reference, str) and not param:
        return _body_target(doc, at, reference, port) or _wire_target(doc, at, node, port)
    if param == BODY_PARAM and isinstance(reference, str):
        return _body_target(doc, at, reference, "")
    return _wire_target(doc, at, node, port)


def _body_target(doc: Document, at: At, reference: str, port: str) -> Target | None:
    scope = doc.scope(at)
    try:
        body = scope.find_graph(reference)
    except StudioError:
        return None
    if port and port not in body.graph.nodes:
        return None
    if body.name and is_file_reference(body.name) and body.name not in (body.outer or body).graph.graphs:
        return Target(TOP, port, file=scope.file_of(reference))
    return Target(_place_of(body), port)


def _wire_target(doc: Document, at: At, node: str, port: str) -> Target | None:
    edges: Iterable[Edge] = doc.at(at).edges
    found = next((edge for edge in edges if port and (edge.target, edge.target_port) == (node, port)), None)
    return Target(at, found.source) if found is not None else None


def _place_of(scope: Scope) -> At:
    names: list[str] = []
    inner: Scope | None = scope
    while inner is not None and inner.outer is not None:
        names.append(inner.name)
        inner = inner.outer
    return tuple(reversed(names))
