"""`planning.configure`: a task becomes the settings of all other modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError
from studio.support.values import Json, preview

DEFAULTS: Final[dict[str, Any]] = {
    "horizon": 5, "actions": [-1, 0, 1], "method": "search", "intrinsic_weights": None, "critic_weight": 1.0,
    "latents": [None], "delta": 1, "critic_rate": 0.5, "observe": "", "grains": [1],
}  # fmt: skip
METHODS: Final = ("search", "gradient")


@node("planning.configure", title="Configure", category="Planning", icon="command")
class Configure(Node):
    """Turn a task into the settings of all other modules: what to perceive, how far to think, what to mind how much.

    Known settings are `horizon`, `actions`, `method` (search or gradient), `intrinsic_weights`, `critic_weight`,
    `latents`, `delta`, `critic_rate`, `observe`, `grains`; any other, such as a `goal`, is a name for the formulas of
    model and cost (LeCun 2022, section 3: the configurator).  What cannot be meant is refused.
    """

    class Params(Fields):
        settings: dict[str, Any] = param(None, help="Settings for every task; those of the task go over them.")

    class In(Fields):
        task: dict[str, Any] = port(help="An object with what is wanted and how to go about it.")

    class Out(Fields):
        configuration: dict[str, Any] = port(help="All settings by name.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        made = dict(DEFAULTS)
        made.update(params.settings or {})
        made.update(inputs.task)
        for name, why in _faults(made):
            raise NodeError(f"the setting `{name}` is {preview(made[name], 40)}, but it {why}.", code="planning")
        return self.Out(configuration=made)


def _faults(made: Mapping[str, Any]) -> list[tuple[str, str]]:
    checks = {
        "horizon": (_whole(made["horizon"], 1, 60), "must be a whole number from 1 to 60"),
        "actions": (isinstance(made["actions"], list) and bool(made["actions"]), "must be a list of actions"),
        "method": (made["method"] in METHODS, "must be search or gradient"),
        "intrinsic_weights": (
            made["intrinsic_weights"] is None or _numbers(made["intrinsic_weights"]), "must be a list of numbers",
        ),
        "critic_weight": (_number(made["critic_weight"]), "must be a number"),
        "latents": (isinstance(made["latents"], list) and bool(made["latents"]), "must be a list of what may be"),
        "delta": (_whole(made["delta"], 1, 10_000), "must be a whole number from 1 on"),
        "critic_rate": (_number(made["critic_rate"]) and 0 <= made["critic_rate"] <= 1, "must lie between 0 and 1"),
        "observe": (isinstance(made["observe"], str), "must be a text"),
        "grains": (
            _numbers(made["grains"]) and all(one > 0 for one in made["grains"]), "must be a list of numbers above 0",
        ),
    }  # fmt: skip
    return [(name, why) for name, (fits, why) in checks.items() if not fits]


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Json, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _numbers(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_number, value))
