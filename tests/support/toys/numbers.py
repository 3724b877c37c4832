"""Toys that calculate, join, fail and choose.

All arithmetic stays below 10007, so that a loop of a hundred ticks cannot grow out of 64 bits.
"""

from __future__ import annotations

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Absent
from tests.support.toys.turns import TURNS

PRIME = 10007


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
