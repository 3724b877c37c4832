"""`preferences.choose`: one of several equal candidates, by their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import Any, Final, Literal, NamedTuple

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

POLICIES: Final = ("softmax", "boltzmann", "epsilon-greedy", "first", "last")


@node(
    "preferences.choose",
    title="Choose by numbers",
    category="Preferences",
    icon="choose",
    effects="reads",
    needs_approval=False,
)
class Choose(Node):
    """Choose one of several equal candidates by their numbers.

    *softmax*: with probability value / sum of the values, of those above 0; evenly if there are none.  *boltzmann*:
    exp(value / temperature) / sum.  *epsilon-greedy*: the best with 1 - epsilon, plus epsilon shared equally.  *first*
    and *last*: by order.  The run's seed decides.  Source: Soar manual 9.6, section 5.3 (`decide
    indifferent-selection`), with its defaults.
    """

    class Params(Fields):
        policy: Literal["softmax", "boltzmann", "epsilon-greedy", "first", "last"] = param(
            "softmax", help="How to choose, if nothing is wired to `policy`."
        )
        epsilon: float = param(0.1, ge=0, le=1, help="How often *epsilon-greedy* explores.")
        temperature: float = param(25.0, ge=1e-6, le=1e9, help="The heat of *boltzmann*: the higher, the more even.")

    class In(Fields):
        candidates: list[Any] = port(help="Objects with `operator` and `value`.")
        policy: str = port("", help="The policy; else the param of that name.")
        epsilon: float = port(None, help="Epsilon; else the param of that name.")
        temperature: float = port(None, help="The temperature; else the param of that name.")

    class Out(Fields):
        operator: str = port(help="The one that was chosen.")
        value: float = port(help="Its number.")
        probabilities: list[Any] = port(help="With which probability each could be chosen, in order.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        candidates = [Candidate(str(one["operator"]), float(one.get("value", 0))) for one in inputs.candidates]
        if not candidates:
            raise NodeError("there is nothing to choose from: the list is empty.", hint="Gate it by its length.")
        policy = inputs.policy or params.policy
        epsilon = params.epsilon if inputs.epsilon is None else inputs.epsilon
        temperature = params.temperature if inputs.temperature is None else inputs.temperature
        chances = probabilities([one.value for one in candidates], policy, epsilon, temperature)
        place = draw(chances, ctx.random)
        return self.Out(operator=candidates[place].operator, value=candidates[place].value, probabilities=chances)


class Candidate(NamedTuple):
    """A candidate with its number."""

    operator: str
    value: float


def probabilities(values: Sequence[float], policy: str, epsilon: float = 0.1, temperature: float = 25.0) -> list[float]:
    """Return with which probability each of several values is chosen. Raises `NodeError` for an unknown policy."""
    count = len(values)
    if policy == "first":
        return [1.0] + [0.0] * (count - 1)
    if policy == "last":
        return [0.0] * (count - 1) + [1.0]
    if policy == "softmax":
        positive = [max(0.0, value) for value in values]
        total = sum(positive)
        return [value / total for value in positive] if total else [1 / count] * count
    if policy == "boltzmann":
        if temperature <= 0:
            raise NodeError(f"the temperature is {temperature:g}, but it must lie above 0.", code="preferences")
        high = max(values)
        weights = [math.exp((value - high) / temperature) for value in values]
        return [weight / sum(weights) for weight in weights]
    if policy == "epsilon-greedy":
        if not 0 <= epsilon <= 1:
            raise NodeError(f"epsilon is {epsilon:g}, but it must lie from 0 to 1.", code="preferences")
        best = [value == max(values) for value in values]
        return [epsilon / count + ((1 - epsilon) / sum(best) if top else 0.0) for top in best]
    raise NodeError(f"there is no policy `{policy}`.", hint=f"There are {', '.join(POLICIES)}.", code="preferences")


def draw(chances: Sequence[float], random: Random) -> int:
    """Return a place drawn with these probabilities; nothing is drawn where only one is possible."""
    possible = [place for place, chance in enumerate(chances) if chance > 0]
    if len(possible) == 1:
        return possible[0]
    point, total = random.random() * sum(chances), 0.0
    for place in possible:
        total += chances[place]
        if point < total:
            return place
    return possible[-1]
