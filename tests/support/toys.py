"""Toy node types for tests of the engine: small integers, declared failures, and latencies that a test chooses.

    registry = toy_registry()
    with latencies(lambda node, tick: 3):       # every echo waits three turns of the event loop
        run(graph, registry=registry)

Nothing sleeps: a node that "takes time" yields to the event loop a number of times, so a test explores schedules,
not seconds.  All arithmetic stays below 10007, so that a loop of a hundred ticks cannot grow out of 64 bits.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.spec.registry import Registry
from studio.support.errors import NodeError
from studio.support.values import Absent, encode

PRIME = 10007

Latency = Callable[[str, str], int]


class _Turns:
    """How many turns of the event loop a firing waits; a test sets it by `latencies`."""

    def __init__(self) -> None:
        self.of: Latency = lambda node, tick: 0
        self.waiting = 0
        self.most_waiting = 0

    async def pass_by(self, ctx: RunContext) -> None:
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        try:
            for _ in range(self.of(ctx.node, ctx.tick)):
                await asyncio.sleep(0)
        finally:
            self.waiting -= 1


TURNS = _Turns()


@contextmanager
def latencies(of: Latency) -> Iterator[_Turns]:
    """Let every toy firing wait `of(node path, tick path)` turns; yields the counter of firings under way at once."""
    before = TURNS.of
    TURNS.of, TURNS.waiting, TURNS.most_waiting = of, 0, 0
    try:
        yield TURNS
    finally:
        TURNS.of = before


def shuffled(seed: int, up_to: int = 7) -> Latency:
    """Return latencies that look random but depend on seed, node and tick alone."""
    return lambda node, tick: zlib.crc32(f"{seed} {node} {tick}".encode()) % up_to


def mixed(*numbers: int) -> int:
    """Return one small number that changes whenever any of the numbers or their order does."""
    total = 17
    for number in numbers:
        total = (total * 31 + number + 7) % PRIME
    return total


@node("toy.number", category="Toys")
class Number(Node):
    """A constant."""

    class Params(Fields):
        value: int = param(0, help="What it gives.")

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Number.Params, inputs: Fields) -> Number.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=params.value)


@node("toy.add", category="Toys")
class Add(Node):
    """The sum of its inputs and `plus`; of type pure and without a wait, so it may run inline."""

    class Params(Fields):
        plus: int = param(0, help="Added as well.")

    class In(Fields):
        a: int = port()
        b: int = port(0)

    class Out(Fields):
        out: int = port()

    def run(self, ctx: RunContext, params: Add.Params, inputs: Add.In) -> Add.Out:
        return self.Out(out=(inputs.a + inputs.b + params.plus) % PRIME)


@node("toy.mix", category="Toys")
class Mix(Node):
    """A number that tells which inputs were there and what they were; waits its latency."""

    class Params(Fields):
        salt: int = param(0, help="Tells two mixers apart.")

    class In(Fields):
        a: int = port()
        b: int = port(-1)
        c: int = port(-2)

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Mix.Params, inputs: Mix.In) -> Mix.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=mixed(params.salt, inputs.a, inputs.b, inputs.c))


@node("toy.echo", category="Toys")
class Echo(Node):
    """Any value, after its latency."""

    class In(Fields):
        value: object = port()

    class Out(Fields):
        out: object = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Echo.In) -> Echo.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=inputs.value)


@node("toy.gather", category="Toys")
class Gather(Node):
    """All that its many wires bring, in order."""

    class In(Fields):
        parts: tuple[object, ...] = port(many=True)

    class Out(Fields):
        all: list[object] = port()
        sum: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Gather.In) -> Gather.Out:
        await TURNS.pass_by(ctx)
        return self.Out(all=list(inputs.parts), sum=mixed(*(p for p in inputs.parts if isinstance(p, int))))


@node("toy.gather_any", category="Toys")
class GatherAny(Node):
    """Like gather, but content with nothing."""

    class In(Fields):
        parts: tuple[object, ...] = port((), many=True)

    class Out(Fields):
        all: list[object] = port()
        sum: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: GatherAny.In) -> GatherAny.Out:
        await TURNS.pass_by(ctx)
        return self.Out(all=list(inputs.parts), sum=mixed(*(p for p in inputs.parts if isinstance(p, int))))


@node("toy.first", category="Toys")
class First(Node):
    """A race: whatever comes first."""

    class In(Fields):
        value: object = port(first=True)

    class Out(Fields):
        out: object = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: First.In) -> First.Out:
        await TURNS.pass_by(ctx)
        return self.Out(out=inputs.value)


@node("toy.first_any", category="Toys")
class FirstAny(Node):
    """A race that is content with nobody arriving."""

    class In(Fields):
        value: object = port(None, first=True)

    class Out(Fields):
        out: object = port()

    def run(self, ctx: RunContext, params: Fields, inputs: FirstAny.In) -> FirstAny.Out:
        return self.Out(out=inputs.value)


@node("toy.fail", category="Toys")
class Fail(Node):
    """Its input, or a failure when the input leaves the given remainder; `modulus` 1 always fails."""

    class Params(Fields):
        modulus: int = param(1, help="Divides the input.")
        remainder: int = param(0, help="The remainder that fails.")
        heals: int = param(0, help="Attempts that fail before it works all the same; 0: it never heals.")

    class In(Fields):
        value: int = port()

    class Out(Fields):
        out: int = port()

    async def run(self, ctx: RunContext, params: Fail.Params, inputs: Fail.In) -> Fail.Out:
        await TURNS.pass_by(ctx)
        if inputs.value % params.modulus == params.remainder and not 0 < params.heals < ctx.attempt:
            raise NodeError(f"{inputs.value} is not wanted", code="unwanted")
        return self.Out(out=inputs.value)


@node("toy.parity", category="Toys")
class Parity(Node):
    """Two doors: an even number leaves by `even`, an odd one by `odd`, and `always` says which it was."""

    class In(Fields):
        value: int = port()

    class Out(Fields):
        even: int | Absent = port(type="integer")
        odd: int | Absent = port(type="integer")
        always: int = port()

    async def run(self, ctx: RunContext, params: Fields, inputs: Parity.In) -> Parity.Out:
        await TURNS.pass_by(ctx)
        no = Absent("route not taken")
        if inputs.value % 2:
            return self.Out(even=no, odd=inputs.value, always=1)
        return self.Out(even=inputs.value, odd=no, always=0)


@node("toy.at_least", category="Toys")
class AtLeast(Node):
    """Whether a number has reached a limit, as a boolean to be wired to `when`."""

    class Params(Fields):
        limit: int = param(0, help="What to reach.")

    class In(Fields):
        value: int = port()

    class Out(Fields):
        yes: bool = port()
        no: bool = port()

    def run(self, ctx: RunContext, params: AtLeast.Params, inputs: AtLeast.In) -> AtLeast.Out:
        return self.Out(yes=inputs.value >= params.limit, no=inputs.value < params.limit)


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


TOYS: tuple[type[Node], ...] = (
    Number, Add, Mix, Echo, Gather, GatherAny, First, FirstAny, Fail, Parity, AtLeast, World, Tool, Dice, Ask,
    History, Replies,
    Writer, Pick, Length, Cell, Person, Post, Shorter, Note,
    Notes, Send, Take, Refill, Subset, Table, Digest,
)  # fmt: skip


def toy_registry() -> Registry:
    """Return the toys together with the built-in types."""
    return Registry(extra=TOYS)
