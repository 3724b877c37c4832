"""Toys that make values of every kind: lists, tables, digests, persons."""

from __future__ import annotations

import zlib

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent, encode
from tests.support.toys.numbers import PRIME
from tests.support.toys.turns import TURNS


@node("toy.pick", category="Toys")
class Pick(Node):
    """What is new, or else the previous."""

    class In(Fields):
        new: object = port(None)
        previous: object = port(None)

    class Out(Fields):
        out: object = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Pick.In) -> Pick.Out:
        return self.Out(out=inputs.previous if inputs.new is None else inputs.new)


@node("toy.length", category="Toys")
class Length(Node):
    """How many entries a list has."""

    class In(Fields):
        value: list[object] = port()

    class Out(Fields):
        out: int = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Length.In) -> Length.Out:
        return self.Out(out=len(inputs.value))


@node("toy.cell", category="Toys")
class Cell(Node):
    """One cell of an elementary automaton."""

    class Params(Fields):
        rule: int = param(110, help="The eight results read as binary.")

    class In(Fields):
        left: int = port()
        own: int = port()
        right: int = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Cell.Params, inputs: Cell.In) -> Cell.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=params.rule >> (inputs.left * 4 + inputs.own * 2 + inputs.right) & 1)


@node("toy.person", category="Toys")
class Person(Node):
    """Says who it is and what it has read; leaves at a tick."""

    class Params(Fields):
        leaver: str = param("", help="Who leaves.")
        at: int = param(0, help="The tick of leaving.")

    class In(Fields):
        name: str = port()
        mail: object = port(None)

    class Out(Fields):
        said: str = port()
        leaves: bool = port()

    async def run(self, ctx: RunContext, params: Person.Params, inputs: Person.In) -> Person.Out:
        await TURNS.pass_by(ctx)
        leaves = inputs.name == params.leaver and int(ctx.tick) == params.at
        return self.Out(said=f"{inputs.name} read {inputs.mail}", leaves=leaves)


@node("toy.post", category="Toys")
class Post(Node):
    """Carries a letter from each of a, b, c to the next one, at even ticks only."""

    class In(Fields):
        said: list[object] = port()

    class Out(Fields):
        mail: dict[str, str] | Absent = port(type="json")

    def run(self, ctx: RunContext, params: Fields, inputs: Post.In) -> Post.Out:
        if int(ctx.tick) % 2:
            return self.Out(mail=Absent("no post today"))
        return self.Out(mail={to: f"{sender}{ctx.tick}" for sender, to in ("ab", "bc", "ca")})


@node("toy.shorter", category="Toys")
class Shorter(Node):
    """What is left to do after a task: nothing after the last, else one task with the next lower number."""

    class In(Fields):
        left: int = port()

    class Out(Fields):
        tasks: list[int] = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Shorter.In) -> Shorter.Out:
        return self.Out(tasks=[inputs.left - 1] if inputs.left > 1 else [])


@node("toy.subset", category="Toys")
class Subset(Node):
    """Some of 0, 1, 2, 3, chosen by the bits of a number: items that come and go."""

    class In(Fields):
        value: int = port()

    class Out(Fields):
        items: list[int] = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Subset.In) -> Subset.Out:
        return self.Out(items=[i for i in range(4) if (inputs.value + 1) >> i & 1])


@node("toy.table", category="Toys")
class Table(Node):
    """Numbers for some of the keys 0, 1, 2, 3, by key or as a shorter list."""

    class In(Fields):
        value: int = port()

    class Out(Fields):
        by_key: object = port()
        by_index: object = port()

    def run(self, ctx: RunContext, params: Fields, inputs: Table.In) -> Table.Out:
        table = {str(i): inputs.value + i for i in range(4) if (inputs.value + 1) >> i & 1}
        return self.Out(by_key=table, by_index=list(table.values()))


@node("toy.digest", category="Toys")
class Digest(Node):
    """A small number that stands for any value."""

    class In(Fields):
        value: object = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Digest.In) -> Digest.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=zlib.crc32(encode(inputs.value)) % PRIME)
