"""Toys that write to stores, read them and take from them."""

from __future__ import annotations

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent
from tests.support.toys.numbers import mixed
from tests.support.toys.turns import TURNS


class StoreParams(Fields):
    """Params of the store users."""

    store: str = param(help="Which store.")


@node("toy.note", category="Toys", stores={"store": "write"})
class Note(Node):
    """Writes a value at the end of a list store; gives its length."""

    class Params(StoreParams):
        """Which store."""

    class In(Fields):
        value: object = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: StoreParams, inputs: Note.In) -> Note.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=ctx.store(params.store).do("append", value=inputs.value))


@node("toy.notes", category="Toys", stores={"store": "read"})
class Notes(Node):
    """Reads a list store; gives its content and a number for it."""

    class Params(StoreParams):
        """Which store."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        all: list[object] = port()
        out: int = port()

    async def run(self, ctx: RunContext, params: StoreParams, inputs: Notes.In) -> Notes.Out:
        await TURNS.pass_by(ctx)
        content = ctx.store(params.store).do("items")
        return self.Out(all=content, out=mixed(*(part for part in content if isinstance(part, int))))


@node("toy.send", category="Toys", stores={"store": "write"})
class Send(Node):
    """Puts a value into a queue store; gives its length."""

    class Params(StoreParams):
        """Which store."""

    class In(Fields):
        value: object = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: StoreParams, inputs: Send.In) -> Send.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=ctx.store(params.store).do("push", value=inputs.value))


@node("toy.take", category="Toys", stores={"store": "take"})
class Take(Node):
    """Takes the first value of a queue store; `empty` is true if there is none, and absent else."""

    class Params(StoreParams):
        """Which store."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: object = port()
        empty: bool | Absent = port(type="boolean")

    async def run(self, ctx: RunContext, params: StoreParams, inputs: Take.In) -> Take.Out:
        await TURNS.pass_by(ctx)
        taken = ctx.store(params.store).do("pop")
        if taken:
            return self.Out(out=taken["item"], empty=Absent("something waited"))
        return self.Out(out=Absent("nothing waits"), empty=True)


@node("toy.refill", category="Toys", stores={"store": "write"})
class Refill(Node):
    """Replaces the content of a queue store."""

    class Params(StoreParams):
        """Which store."""

    class In(Fields):
        values: list[object] = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: StoreParams, inputs: Refill.In) -> Refill.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=ctx.store(params.store).do("set", values=inputs.values))
