"""Toys that ask the outside: the world, tools, random numbers, models."""

from __future__ import annotations

import zlib

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from tests.support.toys.turns import TURNS


@node("toy.world", category="Toys", effects="reads", needs_approval=False)
class World(Node):
    """A live source: what the world looks like to this node at this tick (the same in every run)."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: World.In) -> World.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=zlib.crc32(f"{ctx.node} {ctx.tick}".encode()) % 100)


@node("toy.tool", category="Toys", effects="executes", needs_approval=False)
class Tool(Node):
    """Does something outside, so it is live; gives back what it was told."""

    class In(Fields):
        value: object = port(None)

    class Out(Fields):
        out: object = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Tool.In) -> Tool.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=inputs.value)


@node("toy.dice", category="Toys", effects="reads", needs_approval=False)
class Dice(Node):
    """A draw from the generator of this firing."""

    class In(Fields):
        after: object = port(None)

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Dice.In) -> Dice.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=ctx.random.randrange(1_000_000))


@node("toy.ask", category="Toys", effects="network", live=False, needs_approval=False)
class Ask(Node):
    """One question to a model, as a steady node that calls the network."""

    class In(Fields):
        question: str = port("?")

    class Out(Fields):
        text: str = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Ask.In) -> Ask.Out:
        reply = await ctx.model("default").chat([{"role": "user", "content": inputs.question}])
        return self.Out(text=reply.text)


@node("toy.history", category="Toys")
class History(Node):
    """The list so far and what is new, as a longer list."""

    class In(Fields):
        so_far: list[object] = port()
        new: tuple[object, ...] = port((), many=True)

    class Out(Fields):
        out: list[object] = port()
        length: int = port()

    def run(self, ctx: RunContext, params: Fields, inputs: History.In) -> History.Out:
        longer = [*inputs.so_far, *inputs.new]
        return self.Out(out=longer, length=len(longer))


@node("toy.replies", category="Toys")
class Replies(Node):
    """Stands in for a model: its reply number n at the innermost tick n (the last one ever after); null fails."""

    class Params(Fields):
        replies: list[object] = param(help="One reply per tick.")

    class In(Fields):
        value: object = port(None)
        more: object = port(None)

    class Out(Fields):
        out: object = port()

    async def run(self, ctx: RunContext, params: Replies.Params, inputs: Replies.In) -> Replies.Out:
        await TURNS.pass_by(ctx)
        number = int(ctx.tick.rpartition(".")[2])
        reply = params.replies[min(number, len(params.replies) - 1)]
        if reply is None:
            raise NodeError("this reply cannot be read", code="malformed")
        return self.Out(out=reply)


@node("toy.writer", category="Toys")
class Writer(Replies):
    """Like replies, but it cannot begin without a fault to mend."""

    class In(Fields):
        fault: str = port()
        more: object = port(None)
