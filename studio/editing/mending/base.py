"""What fixes share: what one is, and the finding with the place it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from studio.editing.document.document import Document
from studio.editing.document.ops import At, Op
from studio.graph.diagnostics import Diagnostic
from studio.graph.model import Edge, Graph, NodeInstance
from studio.spec.fields import Field
from studio.support.values import Json, preview, typed_value


@dataclass(frozen=True, slots=True)
class Goto:
    """Where a person decides: a node, or one of its params."""

    at: At
    node: str
    param: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding: what menus say, and the ops; or, without ops, where to `goto`."""

    label: str
    ops: tuple[Op, ...] = ()
    goto: Goto | None = None


class Spot:
    """A finding in the document as it is now. Asking for what is no longer there raises GraphError."""

    def __init__(self, doc: Document, at: At, found: Diagnostic) -> None:
        self.doc = doc
        self.at = at
        self.found = found

    @property
    def graph(self) -> Graph:
        """The graph in which the finding stands."""
        return self.doc.at(self.at)

    @cached_property
    def node(self) -> NodeInstance:
        """The finding's node."""
        return self.doc.node(self.at, self.found.node)

    @cached_property
    def edge_places(self) -> list[int]:
        """The places of the finding's edge in file order; several if it stands more than once."""
        return [number for number, edge in enumerate(self.graph.edges) if str(edge) == self.found.edge]

    @cached_property
    def edge(self) -> Edge | None:
        """The finding's edge, None if it is gone."""
        return self.graph.edges[self.edge_places[0]] if self.edge_places else None

    def target_field(self, edge: Edge) -> Field | None:
        """What is known of the input at the end of an edge."""
        return self.doc.input(self.at, edge.target, edge.target_port)

    def open(self, label: str, param: str = "", node: str = "") -> Fix:
        """Return the fix that only leads somewhere."""
        return Fix(label, goto=Goto(self.at, node or self.found.node, param))


Fixer = Callable[[Spot], Iterator[Fix]]

_TYPICAL: dict[str, Json] = {
    "any": "", "text": "", "number": 0, "integer": 0, "boolean": False, "list": [], "messages": [], "vector": [],
    "json": {},
}  # fmt: skip


def typical(kind: str) -> Json:
    """Return the emptiest value of a port type; None for types that have none (images, files, one message)."""
    value = _TYPICAL.get(kind)
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value


def shown(value: Json) -> str:
    """Return a value as labels show it; a text that looks like something else in quotes."""
    quoted = isinstance(value, str) and (not value.strip() or not isinstance(typed_value(value), str))
    return f'"{value}"' if quoted and len(value) < 30 else preview(value, 30)
