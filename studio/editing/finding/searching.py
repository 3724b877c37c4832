"""Find a text in a document: in names, titles, types, params, wires, stores and comments.

Whatever is found is a `Hit`, a place to go to with a short piece of text. Nothing here changes a document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from studio.editing.document.document import Document
from studio.editing.document.ops import At
from studio.graph.comments import BEHIND
from studio.graph.model import Edge, Graph
from studio.graph.writing import edge_options
from studio.support.errors import UsageError
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
    pattern = pattern_of(query, regex)
    scored: list[tuple[int, int, Hit]] = []
    more = False
    for at, graph in doc.walk():
        for kind, text, hit in _texts(at, graph):
            matches, cut = matches_in(pattern, text)
            more = more or cut
            for start, end in matches:
                rank = _WEIGHT[kind] + (4 if end - start == len(text) else 2 if start == 0 else 0)
                scored.append((-rank, len(scored), with_context(hit, text, start, end)))
        if len(scored) > 20 * most:
            more = True
            break
    scored.sort(key=lambda one: one[:2])
    return Found([hit for _, _, hit in scored[:most]], more or len(scored) > most)


def pattern_of(query: str, regex: bool) -> Pattern:
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"The text to find has more than {LONGEST_QUERY} characters.", hint="Search for a part of it.")
    return compile_pattern(query if regex else _quoted(query), ignore_case=True)


def _quoted(text: str) -> str:
    plain = (sign.isalnum() or sign in " _" or ord(sign) > 127 for sign in text)
    return "".join(sign if is_plain else f"\\x{{{ord(sign):x}}}" for sign, is_plain in zip(text, plain, strict=True))


def matches_in(pattern: Pattern, text: str) -> tuple[list[tuple[int, int]], bool]:
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


def with_context(hit: Hit, text: str, start: int, end: int) -> Hit:
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
            for path, text in leaves_of(value, key):
                yield "param", text, Hit(at, "param", "", node=name, key=path)
        for path, text in leaves_of(node.default, "default") if node.default else ():
            yield "param", text, Hit(at, "param", "", node=name, key=path)
    for number, edge in enumerate(graph.edges):
        yield "edge", edge_text(edge), Hit(at, "edge", "", node=edge.target, edge=number)
    for name, store in graph.stores.items():
        yield "store", name, Hit(at, "store", "", key=name)
        for path, text in leaves_of({"type": store.type, **store.params}, ""):
            yield "store", text, Hit(at, "store", "", key=f"{name}{path}")
    for key, lines in graph.comments.items():
        owner = key.removeprefix("nodes.").removesuffix(BEHIND).partition(".")[0] if key.startswith("nodes.") else ""
        for line in lines:
            yield "comment", line, Hit(at, "comment", "", node=owner if owner in graph.nodes else "", key=key)
    for key, value in graph.layout.items():
        if key.startswith("/"):
            for path, text in leaves_of(value, key, numbers=False):
                yield "note", text, Hit(at, "note", "", key=path)


def leaves_of(value: Json, path: str, *, numbers: bool = True) -> Iterator[tuple[str, str]]:
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


def edge_text(edge: Edge) -> str:
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
