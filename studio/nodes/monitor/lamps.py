"""`monitor.lamps`: how much several answers to one question say together, against what each says alone."""

from __future__ import annotations

from typing import Any

from studio.dynamics.measuring.compression import size_for
from studio.dynamics.measuring.lamps import MOST_TEXTS, lamps
from studio.dynamics.words.normalise import text_of
from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError

BITS = 8


@node(
    "monitor.lamps",
    title="Lamp test",
    category="Logic",
    icon="bulb",
    limits=f"{MOST_TEXTS:,} answers",
    standalone="a script has no measures of how it behaves",
)
class LampTest(Node):
    """Tell whether more lamps give more light: how much answers to one question say together, in compressed bits.

    `together` is U(n) of all n answers, `alone` the sum over each by itself, `last` what the nth adds, U(n) − U(n−1),
    and `shared` is 1 − U/ΣC: near 1 for copies of one answer. Means over 16 orders of the answers. `studio lamps` draws
    the whole curve of a node in a run.
    """

    class In(Fields):
        answers: list[Any] = port(help="What was said: texts; anything else counts as compact JSON.")

    class Out(Fields):
        together: float = port(help="Bits of all answers together.")
        alone: float = port(help="Sum of the bits of each alone.")
        last: float = port(help="Bits that the last answer adds; of one answer, all its bits.")
        shared: float = port(help="Share that answers have in common, from 0 to 1.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        texts = [text_of(answer) for answer in inputs.answers]
        if not 1 <= len(texts) <= MOST_TEXTS:
            raise NodeError(
                f"there are {len(texts):,} answers.", hint=f"Wire 1 to {MOST_TEXTS:,} of them.", code="input"
            )
        if len(texts) == 1:
            data = texts[0].encode("utf-8", "surrogatepass")
            _, size = size_for(len(data))
            bits = float(BITS * (size(data) - size(b"")))
            return self.Out(together=bits, alone=bits, last=bits, shared=0.0)
        found = lamps(texts)
        return self.Out(
            together=BITS * found.together[-1],
            alone=BITS * found.alone[-1],
            last=BITS * found.marginal[-1],
            shared=max(0.0, found.redundancy[-1]),
        )
