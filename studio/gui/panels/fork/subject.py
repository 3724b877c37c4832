"""What the fork panel is about: a node of the graph as it ran, its firing at the step, and the draft of the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from studio.editing import At
from studio.gui.live.watching.places import Spot
from studio.gui.replay.session import Session
from studio.replay.drafts import Draft, Key, Piece, walk_nodes
from studio.spec.fields import MISSING, Field
from studio.spec.types import BLOB_TYPES
from studio.support.values import Json
from studio.trace.found import Ref

if TYPE_CHECKING:
    from studio.graph.model import NodeInstance
    from studio.trace.decided import Decided

LARGEST: Final = 1_000_000
"""Bytes of an output that can be edited in the panel."""

_EDITORS: Final = {"text": "text", "number": "", "integer": "", "boolean": "", "any": "value"}
"""Kinds of editors of outputs by type; others are typed as JSON, "" is the type's own."""

PROSE: Final = ("template", "text")
"""Kinds of editors of what a fork changes first: prompts and instructions."""


class ForkedNode:
    """One node. `path` is its path with items left out, "" if no run comes to it."""

    def __init__(self, session: Session, draft: Draft, at: At, name: str) -> None:
        self.session = session
        self.draft = draft
        self.at = at
        self.name = name
        document = session.document
        self.node: NodeInstance = document.node(at, name)
        self.path = next(
            (path for path, node in walk_nodes(document.scope(()), document.registry) if node is self.node), ""
        )

    # -- params ---------------------------------------------------------------------------------

    def fields(self) -> list[Field]:
        """Return the params, prompts first; an input of the run keeps the value that the run was begun with."""
        cls = self.session.document.registry.find(self.node.type)
        found = [] if cls is None else list(cls.Params.fields().values())
        if self.node.type == "flow.input" and not self.at:
            return []
        found = [one for one in found if one.editor.get("kind") != "graph"]
        return sorted(found, key=lambda one: one.editor.get("kind") not in PROSE)

    def param(self, field: Field) -> Json:
        """Return what the fork has for a param, else what the run had, `MISSING` where that was the default."""
        piece = self.draft.piece(Key("param", self.path, field.name))
        return self.node.params.get(field.name, MISSING) if piece is None else piece.value

    def set_param(self, field: Field, value: Json) -> str:
        """Have the fork take another value; return why it is refused."""
        if value is MISSING:
            if field.required:
                return "It must be given."
            value = field.default
        was = self.node.params.get(field.name, None if field.default is MISSING else field.default)
        self.draft.put(Piece(Key("param", self.path, field.name), value, was))
        return ""

    # -- the firing -----------------------------------------------------------------------------

    @property
    def firing(self) -> Decided | None:
        """The firing of the node at the step, None if it had not fired yet."""
        state = self.session.node_at(Spot(self.at, self.name))
        last = None if state is None else state.last
        return None if last is None or last.status not in ("ok", "error") else last

    def outputs(self) -> Iterator[Field]:
        """Yield the outputs whose values can be typed."""
        for field in self.session.document.ports(self.at, self.name).outputs.values():
            if field.type not in BLOB_TYPES:
                kind = _EDITORS.get(field.type, "json")
                editor: dict[str, Json] = {"kind": kind, "rows": 4} if kind else {}
                yield replace(field, kind="param", default=MISSING, editor=editor, choices=())

    def recorded(self, firing: Decided, port: str) -> Json:
        """Return what a firing gave, `MISSING` if nothing, a `Ref` if it is too large to be edited here."""
        value = firing.outputs.get(port, MISSING)
        if isinstance(value, Ref) and value.size <= LARGEST:
            return self.session.trace.value(value)
        return value

    def output(self, firing: Decided, port: str) -> Json:
        """Return what is to stand in place of what a firing gave, else what it gave."""
        piece = self.draft.piece(Key("output", firing.node, port))
        return self.recorded(firing, port) if piece is None else piece.value

    def set_output(self, firing: Decided, port: str, value: Json) -> str:
        """Have another value stand in place of what a firing gave; return why it is refused."""
        key = Key("output", firing.node, port)
        if value is MISSING:
            self.draft.take(key)
            return ""
        was = self.recorded(firing, port)
        self.draft.put(Piece(key, value, None if was is MISSING else was, firing.seq or 0))
        return ""

    # -- firing again ---------------------------------------------------------------------------

    @property
    def fires_again(self) -> bool:
        """Whether it fires again though nothing about it is changed."""
        return self.draft.piece(Key("redo", self.path)) is not None

    def set_fires_again(self, on: bool) -> None:
        """Have it fire again, or not."""
        key = Key("redo", self.path)
        if on:
            self.draft.put(Piece(key))
        else:
            self.draft.take(key)
