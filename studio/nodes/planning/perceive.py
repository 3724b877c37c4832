"""`planning.perceive`: an observation becomes an estimate of the state, at several levels."""

from __future__ import annotations

from typing import Any

from studio.spec import Fields, Node, RunContext, node, port
from studio.support.errors import NodeError
from studio.support.values import Json, preview


@node("planning.perceive", title="Perceive a state", category="Planning", icon="search")
class Perceive(Node):
    """Take from an observation what the task needs, and tell the state at several levels, from fine to coarse.

    The configuration says what to look at (`observe`: a key of the observation, or "" for all of it) and how coarse
    each level is (`grains`: [1, 3] gives the state itself and which third it lies in).  States that are no numbers
    have one level (LeCun 2022, sections 3 and 4.6).
    """

    class In(Fields):
        observation: Any = port(help="What is observed.")
        configuration: dict[str, Any] = port(help="Settings by name.")

    class Out(Fields):
        state: Any = port(help="The state at its finest.")
        levels: list[Any] = port(help="The state at each level, from fine to coarse.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        seen: Any = inputs.observation
        key = inputs.configuration.get("observe", "")
        if key:
            if not isinstance(seen, dict) or key not in seen:
                raise NodeError(
                    f"the observation {preview(seen, 60)} has no `{key}`.",
                    hint="Set `observe` of the configuration to one of its keys, or to nothing.",
                    code="planning",
                )
            seen = seen[key]
        grains = inputs.configuration.get("grains") or [1]
        return self.Out(state=seen, levels=[_coarse(seen, grain) for grain in grains])


def _coarse(state: Json, grain: float) -> Json:
    if isinstance(state, bool) or not isinstance(state, int | float) or grain == 1:
        return state
    return state // grain
