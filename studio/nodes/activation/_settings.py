"""The constants of ACT-R, as its two programs set them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from studio.nodes.activation._names import ours
from studio.spec import port
from studio.support.errors import NodeError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, preview

SHARED: Final[dict[str, Any]] = {
    "subsymbolic": False, "decay": 0.5, "base_constant": 0.0, "threshold": 0.0, "latency_exponent": 1.0,
    "strength": None, "weights": {"goal": 1.0}, "penalty": None, "similarities": {}, "noise": 0.0, "finst_count": 4,
    "finst_seconds": 3.0, "imaginal_delay": 0.2, "production_time": 0.05, "utility_noise": 0.0, "utility_rate": 0.2,
    "utility_learning": True, "reward_since": "firing", "compilation": False, "visual_delay": 0.085,
    "aural_delay": 0.285, "manual_delay": 0.3, "vocal_delay": 0.3, "temporal_delay": 0.0, "location_delay": 0.0,
}  # fmt: skip
DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "lisp": {
        **SHARED, "base_level": "off", "least": 0.05, "latency_factor": 1.0, "symbolic_latency": 0.0, "strict": True,
        "symbolic_choice": "first", "clear_on_request": True,
    },
    "pyactr": {
        **SHARED, "base_level": "exact", "least": 0.0, "latency_factor": 0.1, "symbolic_latency": 0.05, "strict": False,
        "reward_since": "choice", "utility_learning": False, "symbolic_choice": "last", "clear_on_request": False,
        "finst_count": 0,
    },
}  # fmt: skip
BASE_LEVELS: Final = ("off", "exact", "optimised", "optimised_last")
SINCE: Final = ("firing", "choice")
SYMBOLIC: Final = ("first", "last")
CHOICES: Final = {"base_level": BASE_LEVELS, "reward_since": SINCE, "symbolic_choice": SYMBOLIC}
SUBSYMBOLIC: Final = ("decay", "base_level", "threshold", "latency_factor", "strength", "penalty", "noise")
"""Settings that mean nothing while memory is symbolic."""
NULLABLE: Final = ("strength", "penalty")
POSITIVE: Final = (
    "latency_factor", "noise", "finst_count", "finst_seconds", "imaginal_delay", "production_time", "utility_noise",
    "visual_delay", "aural_delay", "manual_delay", "vocal_delay", "temporal_delay", "location_delay", "least",
    "symbolic_latency", "penalty",
)  # fmt: skip


def settings_of(defaults: str, changes: Iterable[Json]) -> dict[str, Any]:
    """Return all settings: the defaults of a program, then what is changed, later objects over earlier ones.

    Names may be those of the programs themselves (`_names.py`). A decay turns the base level on, unless `base_level`
    says which.

    Raises `NodeError` for a name or value that is none, and if something of activation is set while nothing would use
    it.
    """
    if defaults not in DEFAULTS:
        raise NodeError(
            f"there are no defaults `{preview(defaults, 40)}`.", hint="Choose lisp or pyactr.", code="settings"
        )
    made = dict(DEFAULTS[defaults])
    given: dict[str, Json] = {}
    for change in changes:
        if change is None or change == "":
            continue
        if not isinstance(change, dict):
            raise NodeError(f"settings are an object, not {preview(change, 40)}.", code="settings")
        given |= ours(change)
    for name, value in given.items():
        if name not in made:
            hint = did_you_mean(name, made) or f"There are {', '.join(sorted(made))}."
            raise NodeError(f"there is no setting `{preview(name, 40)}`.", hint=hint, code="settings")
        if why := _problem(name, value, made[name]):
            raise NodeError(f"the setting `{name}` is {preview(value, 40)}, but it {why}.", code="settings")
    made |= given
    if made["subsymbolic"] and "decay" in given and "base_level" not in given and made["base_level"] == "off":
        # To set the decay is to ask for what decays.
        made["base_level"] = "exact"
    idle = [name for name in given if name in SUBSYMBOLIC and not made["subsymbolic"]]
    if idle:
        raise NodeError(
            f"`{idle[0]}` is set, but memory is symbolic, so that nothing uses it.",
            hint="Set `subsymbolic: true` as well, or leave it out.",
            code="settings",
        )
    return made


def settings_port() -> Any:
    """Declare the input by which one object sets the constants of many nodes."""
    return port(
        None, type="json", help="Settings by name, as *activation.settings* gives them; they go over the params."
    )


def setting(settings: Mapping[str, Any] | None, name: str, otherwise: Any) -> Any:
    """Return a setting, or what the node itself is set to where there is none."""
    return otherwise if settings is None or name not in settings else settings[name]


def _problem(name: str, value: Json, usual: Any) -> str:
    if name in CHOICES:
        return "" if value in CHOICES[name] else f"must be {', '.join(CHOICES[name])}"
    if isinstance(usual, bool):
        return "" if isinstance(value, bool) else "must be true or false"
    if name == "similarities":
        return "" if _table(value) else "must hold an object with numbers for each value, as in {red: {pink: -0.2}}"
    if isinstance(usual, Mapping):
        return "" if isinstance(value, dict) and all(map(_number, value.values())) else "must be an object with numbers"
    if value is None and name in NULLABLE:
        return ""
    if not _number(value):
        return "must be a number"
    if name == "utility_rate" and not 0 <= value <= 1:
        return "must lie between 0 and 1"
    if name == "decay" and not 0 < value < 1:
        return "must lie between 0 and 1"
    return "must not be negative" if name in POSITIVE and value < 0 else ""


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _table(value: Json) -> bool:
    return isinstance(value, dict) and all(
        isinstance(row, dict) and all(map(_number, row.values())) for row in value.values()
    )
