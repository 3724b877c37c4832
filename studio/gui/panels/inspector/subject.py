"""`Subject`: the nodes that are inspected, and every way in which the inspector changes the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from studio.editing import At, Document, Op
from studio.graph.model import Edge, NodeInstance
from studio.graph.ports import NodePorts
from studio.gui.panels.inspector.samples import Samples
from studio.gui.widgets.context import Choice, EditorContext
from studio.gui.widgets.editor import MIXED
from studio.gui.workbench import Workbench
from studio.spec.fields import MISSING, Field
from studio.spec.registry import Registry
from studio.support.errors import StudioError
from studio.support.values import Json, same_value

MOST_OUTPUTS = 300
"""Outputs of other nodes that are offered for a variable."""

PAUSE_MS = 1_500
"""After a pause as long as this, what is typed next is an edit of its own."""


class Subject(EditorContext):
    """One or several nodes of one graph. Pages ask it, and change through it; refusals are returned as sentences."""

    def __init__(self, workbench: Workbench, samples: Samples) -> None:
        self.workbench = workbench
        self.samples = samples
        self.document: Document | None = None
        self.at: At = ()
        self.names: tuple[str, ...] = ()
        self._pause = QTimer()
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.end)

    def turn_to(self, document: Document | None, at: At, names: Sequence[str]) -> None:
        """Be about these nodes from now on."""
        self.end()
        self.document, self.at, self.names = document, at, tuple(names)

    # -- reading ------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """True if the document has all these nodes."""
        return bool(self.names) and self._is_there

    @property
    def _is_there(self) -> bool:
        """True if the document has the graph, and all these nodes if it is about some."""
        document = self.document
        if document is None or not document.has(self.at):
            return False
        nodes = document.at(self.at).nodes
        return all(name in nodes for name in self.names)

    @property
    def doc(self) -> Document:
        """The document."""
        assert self.document is not None
        return self.document

    @property
    def name(self) -> str:
        """The name of the first node."""
        return self.names[0]

    @property
    def node(self) -> NodeInstance:
        """The first node."""
        return self.doc.node(self.at, self.name)

    @property
    def nodes(self) -> list[NodeInstance]:
        """All nodes."""
        return [self.doc.node(self.at, name) for name in self.names]

    @property
    def ports(self) -> NodePorts:
        """The ports of the first node."""
        return self.doc.ports(self.at, self.name)

    def value(self, key: str) -> Json:
        """Return what is written for a param: a value, `MISSING`, or `MIXED` where the nodes differ."""
        values = [node.params.get(key, MISSING) for node in self.nodes]
        return values[0] if all(same_value(one, values[0]) for one in values[1:]) else MIXED

    def key(self, key: str) -> Any:
        """Return a node key (`fires`, `on_error`, …), or `MIXED`."""
        values = [getattr(node, key) for node in self.nodes]
        return values[0] if all(same_value(one, values[0]) for one in values[1:]) else MIXED

    def edges_into(self, port: str) -> list[Edge]:
        """Return the wires into an input, in the order that counts."""
        from studio.editing.edits.connecting import edges_at

        return edges_at(self.doc, self.at, self.name, port, False)

    # -- changing -----------------------------------------------------------------------------

    def do(self, label: str, make: Callable[[], Iterable[Op]], merge: str = "") -> str:
        """Do what `make` returns as one entry; return why it was refused, "" if it was done."""
        document = self.document
        if document is None or not self._is_there:
            return ""  # what was typed for a node that is gone goes with it
        try:
            document.do(label, list(make()), merge=f"{self.at}/{self.names}/{merge}" if merge else "")
        except StudioError as error:
            return f"{error.message} {error.hint}".strip()
        if merge:
            self._pause.start()
        return ""

    def end(self) -> None:
        """What is done next is an entry of its own."""
        self._pause.stop()
        if self.document is not None:
            self.document.history.end_merge()

    def _called(self) -> str:
        return self.name if len(self.names) == 1 else f"{len(self.names)} nodes"

    def set_param(self, key: str, value: Json) -> str:
        """Set a param of all the nodes, or (MISSING) leave it to its default."""
        from studio.editing.edits.nodes import set_param

        label = f"{'Reset' if value is MISSING else 'Set'} {key} of {self._called()}"
        return self.do(
            label,
            lambda: [op for name in self.names for op in set_param(self.doc, self.at, name, key, value)],
            merge=f"param/{key}",
        )

    def set_key(self, key: str, value: Any) -> str:
        """Set a node key of all the nodes, or (MISSING) its default."""
        from studio.editing.edits.nodes import set_key

        return self.do(
            f"Set {key} of {self._called()}",
            lambda: [op for name in self.names for op in set_key(self.doc, self.at, name, key, value)],
            merge=f"key/{key}",
        )

    # -- what editors ask ---------------------------------------------------------------------

    def inputs(self) -> Mapping[str, Field]:
        return self.ports.inputs if self.exists else {}

    def outputs(self) -> Mapping[str, Field]:
        return self.ports.outputs if self.exists else {}

    def wired(self) -> frozenset[str]:
        if not self.exists:
            return frozenset()
        name = self.name
        return frozenset(edge.target_port for edge in self.doc.at(self.at).edges if edge.target == name)

    def upstream(self) -> Sequence[Choice]:
        if not self.exists:
            return []
        found: list[Choice] = []
        for name in self.doc.at(self.at).nodes:
            if name != self.name and len(found) < MOST_OUTPUTS:
                outputs = self.doc.ports(self.at, name).outputs.values()
                found += [Choice(f"{name}.{one.name}", one.type) for one in outputs]
        return found

    def params(self) -> Mapping[str, Json]:
        return self.node.params if self.exists else {}

    def sample(self, name: str) -> Json:
        return self.samples.value(self, name) if self.exists else name

    def models(self) -> Sequence[Choice]:
        from studio.models.names import EMBEDDED, ROLES
        from studio.models.weights import SMOLLM2

        settings = self.workbench.settings
        made = [Choice(role, _role_name(settings, role)) for role in ROLES]
        names = [EMBEDDED + SMOLLM2.name, *settings.endpoints()]
        made += [Choice(name, "") for name in dict.fromkeys(names) if name not in ROLES]
        return [*made, Choice("scripted:FILE", "prepared answers"), Choice("replay:RUN", "answers of a recorded run")]

    def embedders(self) -> Sequence[Choice]:
        chosen = str(self.workbench.settings["models.embedder"])
        made = {"default": chosen, "embedded": "no network", "toy": "for examples and tests"}
        if chosen not in made:
            made[chosen] = ""
        return [Choice(name, about) for name, about in made.items()]

    def stores(self, kinds: Sequence[str]) -> Sequence[Choice]:
        if self.document is None:
            return []
        scope = self.doc.scope(self.at)
        found = [(name, scope.find_store(name)) for name in scope.store_names()]
        return [
            Choice(name, declared[1].type)
            for name, declared in found
            if declared is not None and (not kinds or declared[1].type in kinds)
        ]

    def graphs(self) -> Sequence[Choice]:
        if self.document is None:
            return []
        found: dict[str, str] = {}
        for depth in range(len(self.at), -1, -1):
            for name, graph in self.doc.at(self.at[:depth]).graphs.items():
                found.setdefault(name, graph.about or f"{len(graph.nodes)} nodes")
        base = self.doc.graph.base
        if base is not None and base.is_dir():
            own = self.doc.path.name if self.doc.path is not None else ""
            files = sorted(one.name for one in base.glob("*.yaml") if ".tests." not in one.name and one.name != own)
            found |= {f"./{name}": "file" for name in files[:100]}
        return [Choice(name, about) for name, about in found.items()]

    def registry(self) -> Registry:
        return self.document.registry if self.document is not None else super().registry()

    def project(self) -> Path | None:
        from studio.graph.scope import project_folder

        base = self.document.graph.base if self.document is not None else None
        return project_folder(base) if base is not None else None

    def open_graph(self, reference: str) -> None:
        from studio.editing.edits.bodies import body_place

        place = body_place(self.doc, self.at, reference)
        if place is not None:
            self.workbench.show(self.doc, place)
            return
        self.workbench.trying(lambda: self.workbench.open(self.doc.scope(self.at).file_of(reference)))

    def declare_store(self, kind: str) -> str:
        from studio.editing.edits.naming import free_name
        from studio.editing.edits.stores import add_store
        from studio.graph.model import StoreDecl

        name = free_name({"kv": "memory", "queue": "tasks", "list": "history"}.get(kind, kind), self._store_names())
        why = self.do(f"Declare store {name}", lambda: add_store(self.doc, self.at, StoreDecl(name, kind)))
        if why:
            self.workbench.say(why, "error")
        return "" if why else name

    def _store_names(self) -> dict[str, None]:
        return dict.fromkeys(self.doc.scope(self.at).store_names())

    def add_input(self, name: str) -> None:
        """Bring in a value for an input without a wire: from the graph's input of this name, or from a new one."""
        from studio.editing.edits.connecting import connect
        from studio.editing.edits.nodes import add_node

        document, at, target = self.doc, self.at, self.name
        graph = document.at(at)
        known = graph.nodes.get(name)

        def bring() -> None:
            with document.edit(f"Add input {name}"):
                source = name
                if known is None or known.type != "flow.input":
                    source, ops = add_node(document, at, "flow.input", self._beside(), {}, name)
                    document.do("", ops)
                document.do("", connect(document, at, Edge(source, "value", target, name)))

        self.end()
        self.workbench.trying(bring)

    def wire_input(self, name: str, output: str) -> None:
        from studio.editing.edits.connecting import connect

        node, _, port = output.partition(".")
        wire = Edge(node, port, self.name, name)
        self.end()
        why = self.do(f"Wire {output} to {self.name}.{name}", lambda: connect(self.doc, self.at, wire))
        if why:
            self.workbench.say(why, "error")

    def _beside(self) -> tuple[float, float]:
        """Return a place to the left of the node, below what was put there before."""
        canvas = self.workbench.canvas
        x, y = 0.0, 0.0
        place = self.doc.at(self.at).layout.get(self.name)
        if isinstance(place, list) and len(place) == 2:
            x, y = float(place[0]), float(place[1])
        elif canvas is not None and canvas.at == self.at:
            x, y = canvas.scene_center()
        count = len(self.wired())
        return x - 260.0, y + 70.0 * count

    def rename_input(self, old: str, new: str, text: str, key: str) -> None:
        """Call a variable of a template otherwise, with its wires, examples and checks, as one entry."""
        from studio.editing.edits.nodes import set_param
        from studio.editing.edits.renaming import rename_port
        from studio.support.templates import rename

        document, at, name = self.doc, self.at, self.name

        def change() -> None:
            with document.edit(f"Rename {old} of {name} to {new}"):
                # Were the new name written already, the port of the old one would be gone with what hangs on it.
                document.do("", set_param(document, at, name, key, rename(text, new, old)))
                document.do("", rename_port(document, at, name, old, new))

        self.end()
        self.workbench.trying(change)

    def undo(self) -> None:
        self.workbench.trigger("edit.undo")

    def redo(self) -> None:
        self.workbench.trigger("edit.redo")


def _role_name(settings: Any, role: str) -> str:
    try:
        return str(settings[f"models.{role}"] or "")
    except (KeyError, StudioError):
        return ""
