"""`EditorContext`: what editors may ask about the node whose value they edit. Without one they answer to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from studio.spec.fields import Field
from studio.spec.registry import Registry, default_registry
from studio.support.values import Json


class Choice(NamedTuple):
    """Something that can be picked: its value, and what is said beside it."""

    value: str
    about: str = ""


class EditorContext:
    """Answers of an empty world; the inspector's own looks into the document."""

    def inputs(self) -> Mapping[str, Field]:
        """Return the node's inputs by name."""
        return {}

    def outputs(self) -> Mapping[str, Field]:
        """Return the node's outputs by name."""
        return {}

    def wired(self) -> frozenset[str]:
        """Return the names of inputs that have a wire."""
        return frozenset()

    def upstream(self) -> Sequence[Choice]:
        """Return outputs of other nodes, as `node.port`, that an input could be wired to."""
        return ()

    def params(self) -> Mapping[str, Json]:
        """Return the params as they are written now."""
        return {}

    def sample(self, name: str) -> Json:
        """Return a value that the input of this name may have, to try things on."""
        return name

    def models(self) -> Sequence[Choice]:
        """Return the models that can be picked."""
        return ()

    def embedders(self) -> Sequence[Choice]:
        """Return the embedders that can be picked."""
        return ()

    def stores(self, kinds: Sequence[str]) -> Sequence[Choice]:
        """Return the declared stores of these kinds (none: of any)."""
        return ()

    def graphs(self) -> Sequence[Choice]:
        """Return the subgraphs and files that can be run as a body."""
        return ()

    def registry(self) -> Registry:
        """Return the node types that there are."""
        return default_registry()

    def project(self) -> Path | None:
        """Return the folder of the project."""
        return None

    # -- what editors may ask for -----------------------------------------------------------------

    def open_graph(self, reference: str) -> None:
        """Show the graph of a body."""

    def declare_store(self, kind: str) -> str:
        """Declare a store of a kind and return its name, "" if it cannot be."""
        return ""

    def add_input(self, name: str) -> None:
        """Bring in a value for an input that has no wire."""

    def wire_input(self, name: str, output: str) -> None:
        """Wire an input to an output, written `node.port`."""

    def rename_input(self, old: str, new: str, text: str, key: str) -> None:
        """Set the param `key` to a text that says `{new}` for `{old}`, and keep the wires of that input."""

    def undo(self) -> None:
        """Take the last edit of the document back."""

    def redo(self) -> None:
        """Do it again."""
