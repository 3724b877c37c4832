"""Toy node types for tests of the document, beside the built-in ones of each role and store."""

from __future__ import annotations

from typing import Any

from studio.nodes.flow.input import Input
from studio.nodes.flow.map import Map
from studio.nodes.flow.output import Output
from studio.nodes.flow.stop import Stop
from studio.nodes.flow.subgraph import Subgraph
from studio.nodes.queue.pop import Pop
from studio.nodes.queue.push import Push
from studio.spec import Field, Fields, Node, Registry, make_fields, node, param, port


@node("toy.add", category="Toy")
class Add(Node):
    """Add two numbers."""

    class Params(Fields):
        bias: float = param(0.0, ge=-1, le=1, help="Added too.")
        mode: str = param("fast", choices=("fast", "exact"), help="How.")

    class In(Fields):
        a: float = port()
        b: float = port(0.0)

    class Out(Fields):
        sum: float = port()

    @classmethod
    def problems(cls, params: Any) -> list[str]:
        return ["`exact` goes with no bias."] if params.mode == "exact" and params.bias else []


@node("toy.text", category="Toy")
class Text(Node):
    """Say something; ports follow from the names in the template."""

    class Params(Fields):
        template: str = param(help="What to say.")

    class Out(Fields):
        text: str = port()

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        names = params.template.split()
        return make_fields("In", {name: port(type="text") for name in names})


@node("toy.gather", category="Toy")
class Gather(Node):
    """Gather values."""

    class In(Fields):
        values: tuple[Any, ...] = port((), many=True)

    class Out(Fields):
        all: list[Any] = port()


@node("toy.broken", category="Toy")
class Broken(Node):
    """A type whose own code is at fault."""

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        raise ZeroDivisionError("oops")


@node("toy.needs", category="Toy")
class Needs(Node):
    """Needs a param and has any number of ports."""

    class Params(Fields):
        what: str = param(help="Must be said.")

    class In(Fields):
        x: Any = port()

    class Out(Fields):
        y: Any = port()

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return make_fields("In", {"x": Field(kind="port"), params.what: Field(kind="port", default=None)})


@node("toy.note", category="Stores", stores={"store": "write"})
class Note(Node):
    """Put into a list."""

    class Params(Fields):
        store: str = param(help="Which list.", editor={"kind": "store", "stores": ["list"]})


TYPES = [Input, Output, Stop, Subgraph, Map, Add, Text, Gather, Broken, Needs, Pop, Push, Note]


def toy_registry() -> Registry:
    """Return a registry of these types alone."""
    return Registry(TYPES, package=None)
