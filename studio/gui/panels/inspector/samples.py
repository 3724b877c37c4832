"""Values on which prompts and expressions are tried before anything is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.editing import At, Document
from studio.graph.model import Edge
from studio.gui.workbench import Workbench
from studio.spec.fields import MISSING
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.gui.panels.inspector.subject import Subject


class Samples:
    """Values on which things are tried: typed by the person, seen in the last run, or found in the graph.

    Kept for the session, per document, graph and node.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._typed: dict[tuple[int, At, str], dict[str, Json]] = {}
        workbench.closed.connect(self._forget)

    def value(self, subject: Subject, name: str) -> Json:
        """Return the sample of an input."""
        typed = self._typed.get(_place(subject), {})
        return typed[name] if name in typed else self.found(subject, name)[0]

    def found(self, subject: Subject, name: str) -> tuple[Json, str]:
        """Return a value from the last run or from what is wired, and where it is from."""
        edges = subject.edges_into(name)
        for edge in edges:
            seen = self._seen(subject, edge)
            if seen is not MISSING:
                return seen, "last run"
        for edge in edges:
            node = subject.doc.at(subject.at).nodes.get(edge.source)
            if node is not None and node.type in ("flow.input", "text.constant"):
                said = node.params.get("value", node.params.get("text"))
                if said is not None:
                    return said, edge.source
            if edge.has_initial:
                return edge.initial, "initial"
        for example in subject.params().get("examples") or ():
            if isinstance(example, dict) and name in example:
                return example[name], "example"
        spec = subject.inputs().get(name)
        return _SAMPLES.get(spec.type if spec is not None else "any", f"‹{name}›"), ""

    def typed(self, subject: Subject, name: str) -> bool:
        """True if the person gave this sample."""
        return name in self._typed.get(_place(subject), {})

    def give(self, subject: Subject, name: str, value: Json) -> None:
        """Take a sample that a person typed; `MISSING` forgets it."""
        mine = self._typed.setdefault(_place(subject), {})
        if value is MISSING:
            mine.pop(name, None)
        else:
            mine[name] = value

    def renamed(self, document: Document, at: At, old: str, new: str) -> None:
        """A node is called otherwise: what was typed for it stays its own."""
        typed = self._typed.pop((id(document), at, old), None)
        if typed is not None:
            self._typed[id(document), at, new] = typed

    def _forget(self, document: object) -> None:
        # The next document may get the number of this one.
        self._typed = {place: typed for place, typed in self._typed.items() if place[0] != id(document)}

    def _seen(self, subject: Subject, edge: Edge) -> Json:
        """Return what the last run put on a wire, `MISSING` if nothing is known (whole)."""
        live = self._workbench.parts.get("live")
        if live is None or (view := live.seen(subject.doc)) is None:
            return MISSING
        from studio.gui.live.watching.places import Spot
        from studio.support.values import decode

        place = view.spots.get(live.of(subject.doc).spot_in_run(Spot(subject.at, edge.source)))
        shot = place.last() if place is not None else None
        if shot is None or edge.source_port not in shot.outputs or edge.source_port in (shot.sizes or ()):
            return MISSING
        return decode(shot.outputs[edge.source_port])


_SAMPLES: dict[str, Json] = {"number": 0.5, "integer": 3, "boolean": True, "list": ["one", "two"], "json": {}}


def _place(subject: Subject) -> tuple[int, At, str]:
    return id(subject.document), subject.at, subject.name
