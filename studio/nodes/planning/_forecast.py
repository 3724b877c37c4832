"""What follows from actions, and what it costs: by expressions over `state` and the settings of an agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studio.support.errors import NodeError
from studio.support.expressions import Expression
from studio.support.values import Json, encode, preview

MAX_STATES = 500_000
"""Most states that one firing foresees."""


def key_of(state: Json) -> str:
    """Return the key under which a store keeps something of a state: a text itself, else its JSON."""
    return state if isinstance(state, str) else encode(state).decode()


def next_state(values: Mapping[str, Json], next: Expression) -> dict[str, Json]:
    """Return the state that follows from `state` and `action`; the settings of `configuration` are names, too."""
    return {"state": _follow(next, values["configuration"], values["state"], values["action"], values.get("z"))}


def roll_out(values: Mapping[str, Json], next: Expression) -> dict[str, Json]:
    """Return the states that follow from `state` by each sequence of `candidates`, once for each latent z."""
    settings: Any = values["configuration"]
    candidates: Any = values["candidates"]
    latents: Sequence[Json] = settings.get("latents") or [None]
    if sum(map(len, candidates)) * len(latents) > MAX_STATES:
        raise NodeError(
            f"more than {MAX_STATES} states would have to be foreseen.",
            hint="Take a shorter horizon, fewer actions, or the method gradient.",
            code="planning",
        )
    known: dict[tuple[str, str, str], tuple[Json, str]] = {}

    def follow(state: Json, at: str, action: Json, z: Json, of: str) -> tuple[Json, str]:
        """Return the next state and its key; `at` and `of` are the keys of state and latent."""
        # Sequences share their beginnings: each step is reckoned once, and so is the key of what it leads to.
        key = (at, key_of(action), of)
        found = known.get(key)
        if found is None:
            after = _follow(next, settings, state, action, z)
            found = known[key] = after, key_of(after)
        return found

    start, branching = key_of(values["state"]), [(z, key_of(z)) for z in latents]
    futures: list[Json] = []
    for actions in candidates:
        branches: list[Json] = []
        for z, of in branching:
            state, at, states = values["state"], start, []
            for action in actions:
                state, at = follow(state, at, action, z, of)
                states.append(state)
            branches.append(states)
        futures.append(branches)
    return {"futures": futures}


def costs_of(values: Mapping[str, Json], expression: Expression) -> dict[str, Json]:
    """Return what each of the `futures` costs: the sum over its states, the mean over what may come."""
    settings: Any = values["configuration"]
    return {"costs": judged(values["futures"], lambda state: _reckon(expression, settings, state)[0])}


def cost_of_one(values: Mapping[str, Json], expression: Expression) -> dict[str, Json]:
    """Return what one `state` costs, and the terms before they are weighted."""
    settings: Any = values["configuration"]
    cost, terms = _reckon(expression, settings, values["state"])
    return {"cost": cost, "terms": terms}


def judged(futures: Any, cost_of: Callable[[Json], float]) -> list[float]:
    """Return what each of some futures costs: the sum over its states, the mean over its branches."""
    known: dict[str, float] = {}

    def cost(state: Json) -> float:
        key = key_of(state)
        if key not in known:
            known[key] = cost_of(state)
        return known[key]

    return [
        sum(sum(cost(state) for state in states) for states in branches) / len(branches) for branches in futures or []
    ]  # fmt: skip


def _reckon(expression: Expression, settings: Mapping[str, Any], state: Json) -> tuple[float, list[float]]:
    """Return the weighted sum of the terms of a state, and the terms."""
    found = expression.evaluate(_named(expression, settings, {"state": state}))
    terms = found if isinstance(found, list) else [found]
    if not all(isinstance(term, int | float) and not isinstance(term, bool) for term in terms):
        raise NodeError(
            f"the cost `{preview(expression.text)}` gave {preview(found, 40)}.",
            hint="A cost is a number, or a list of numbers.",
            code="planning",
        )
    weights = settings.get("intrinsic_weights")
    used = [1.0] * len(terms) if weights is None else weights
    if len(used) != len(terms):
        raise NodeError(
            f"there are {len(used)} weights for {len(terms)} terms of the cost.",
            hint="Give `intrinsic_weights` one number for each term.",
            code="planning",
        )
    return float(sum(weight * term for weight, term in zip(used, terms, strict=True))), list(map(float, terms))


def _follow(next: Expression, settings: Mapping[str, Json], state: Json, action: Json, z: Json) -> Json:
    return next.evaluate(_named(next, settings, {"state": state, "action": action, "z": z}))


def _named(expression: Expression, settings: Mapping[str, Json], own: Mapping[str, Json]) -> dict[str, Json]:
    values = {**settings, **own}
    for name in expression.names:
        if name not in values:
            raise NodeError(
                f"the formula `{preview(expression.text)}` names `{name}`, which the configuration does not set.",
                hint=f"It may name {', '.join(f'`{one}`' for one in sorted(values))}.",
                code="planning",
            )
    return {name: values[name] for name in expression.names}
