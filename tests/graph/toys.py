"""Toy node types for tests of the document: enough of each role and port kind to meet every rule."""

from __future__ import annotations

from typing import Any

from studio.spec import Field, Fields, Node, Registry, make_fields, node, param, port


@node("flow.input", category="Flow", role="input")
class Input(Node):
    """A value from outside."""

    class Params(Fields):
        value: Any = param(None, help="Default.")
        kind: str = param("any", help="Its type.")

    class Out(Fields):
        value: Any = port()

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return make_fields("Out", {"value": port(type=params.kind)})


@node("flow.output", category="Flow", role="output")
class Output(Node):
    """A result."""

    class Params(Fields):
        kind: str = param("any", help="Its type.")
        collect: bool = param(False, help="All ticks.")

    class In(Fields):
        value: Any = port()

    @classmethod
    def inputs(cls, params: Any) -> type[Fields]:
        return make_fields("In", {"value": port(type=params.kind)})


@node("flow.stop", category="Flow", role="stop")
class Stop(Node):
    """The end."""


@node("flow.subgraph", category="Flow", role="subgraph")
class Subgraph(Node):
    """A graph as a node."""

    class Params(Fields):
        graph: str = param(help="The body.")
        clock: str = param("own", choices=("own", "shared"), help="Whose clock.")


@node("flow.map", category="Flow", role="map")
class Map(Node):
    """A graph per item."""

    class Params(Fields):
        graph: str = param(help="The body.")
        clock: str = param("own", choices=("own", "shared"), help="Whose clock.")
        key: str | None = param(None, help="The key.")
        each: list[str] = param((), help="Split inputs.")
        sequential: bool = param(False, help="One by one.")


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


@node("queue.pop", category="Stores", stores={"store": "take"})
class Pop(Node):
    """Take from a queue."""

    class Params(Fields):
        store: str = param(help="Which queue.")

    class Out(Fields):
        item: Any = port()
        empty: bool = port()


@node("queue.push", category="Stores", stores={"store": "write"})
class Push(Node):
    """Put into a queue."""

    class Params(Fields):
        store: str = param(help="Which queue.")

    class In(Fields):
        item: Any = port()


@node("toy.note", category="Stores", stores={"store": "write"})
class Note(Node):
    """Put into a list."""

    class Params(Fields):
        store: str = param(help="Which list.", editor={"kind": "store", "stores": ["list"]})


TYPES = [Input, Output, Stop, Subgraph, Map, Add, Text, Gather, Broken, Needs, Pop, Push, Note]


def toy_registry() -> Registry:
    """Return a registry of the toys alone."""
    return Registry(TYPES, package=None)
