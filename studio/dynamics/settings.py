"""The thresholds of the analysis, each with its meaning; a graph's `dynamics.settings` may set any of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from studio.support.errors import UsageError
from studio.support.nearest import near


def _set(default: float, low: float, high: float, help_: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "help": help_})


@dataclass(frozen=True, slots=True)
class Settings:
    """All thresholds.  The defaults are those of the dynamics notes, sections 5 and 6."""

    # When two outputs of a module say the same.
    same_rare: float = _set(0.5, 0, 1, "Jaccard similarity of the rare words that two outputs must reach.")
    same_content: float = _set(0.35, 0, 1, "Dice similarity of the content words, where there are distinctive ones.")
    same_plain: float = _set(0.5, 0, 1, "The same, where neither output has a distinctive word.")
    same_cosine: float = _set(0.72, -1, 1, "Cosine of the vectors, if an embedder is configured.")
    leaders: int = _set(32, 1, 1000, "Earlier outputs with the same salient tokens that one is compared with.")
    kept: int = _set(200_000, 100, 10_000_000, "Distinct texts and terms that are remembered.")
    mass: int = _set(4, 0, 1000, "Content from which an output counts as saying something.")

    mass_repeats: int = _set(2, 0, 1000, "Content from which an output counts in strict repetition.")

    # Stall
    stall_ticks: int = _set(10, 1, 1e9, "Ticks without an output that says something.")
    stall_busy_ticks: int = _set(30, 1, 1e9, "The same while a tool or timer fires.")

    stall_stop: int = _set(2, 1, 1000, "Times these ticks after which the warning becomes a request to stop.")

    # Procrastination
    restate_gain: float = _set(0.5, 0, 1, "Largest share of new tokens in a goal that restates another.")
    restate_cover: float = _set(0.6, 0, 1, "Smallest share of an ancestor's tokens that it must repeat.")
    chain_warn: int = _set(2, 1, 1000, "Restating goals below each other that warn.")
    chain_stop: int = _set(3, 1, 1000, "The same, to stop.")
    descents: int = _set(4, 2, 1000, "Single-child descents without new matter, tool call or closed goal that warn.")

    # Circle
    longest_period: int = _set(48, 1, 500, "Longest period looked for, in firings that say something.")
    repeats_warn: int = _set(3, 2, 1000, "Repeats of a period that warn.")
    repeats_stop: int = _set(4, 2, 1000, "Repeats of a period of two or more that stop.")
    repeats_stop_single: int = _set(5, 2, 1000, "Repeats of one output that stop.")
    known_window: int = _set(12, 2, 1000, "Firings over which known outputs are counted.")
    known_least: int = _set(8, 1, 1000, "Firings needed before they are.")
    known_warn: float = _set(0.65, 0, 1, "Share of known outputs that warns.")
    known_stop: float = _set(0.8, 0, 1, "Share of known outputs that stops.")
    waiting_share: float = _set(0.45, 0, 1, "Share of outputs about waiting from which repeats count as waiting.")
    waiting_factor: int = _set(3, 1, 100, "What the limits of a circle are multiplied by while waiting.")

    # Wander
    wander_window: int = _set(24, 4, 1000, "Firings looked at.")
    wander_least: int = _set(12, 2, 1000, "Firings needed.")
    wander_settle: int = _set(8, 1, 1000, "Terms of that many last firings are too young to be taken up.")
    wander_new: float = _set(0.3, 0, 1, "Share of distinctive tokens that are new, above which a run may wander.")
    wander_taken: float = _set(0.3, 0, 1, "Share of terms taken up, below which it may.")
    wander_goal: float = _set(0.25, 0, 1, "Share of firings that share a word with the goal, up to which it may.")
    taken_uses: int = _set(3, 2, 1000, "Firings that use a term which is taken up.")
    taken_later: int = _set(8, 1, 1000, "Firings after which a second use takes a term up.")

    # Progress and verdict
    counter_moves: int = _set(3, 1, 1000, "Moves of a counter in one direction that are progress.")
    least_firings: int = _set(6, 1, 1000, "Firings that say something below which nothing is concluded.")
    flow_within: int = _set(12, 1, 1000, "Firings within which a term said again flows from module to module.")

    @classmethod
    def from_mapping(cls, given: Mapping[str, object], where: str = "") -> Settings:
        """Return the defaults with what is given in their place. Raises UsageError naming a wrong key or value."""
        known = {each.name: each for each in fields(cls)}
        chosen: dict[str, float] = {}
        for name, value in given.items():
            if name not in known:
                raise UsageError(f"There is no setting `{name[:60]}`.", where=where, hint=near(name, known))
            chosen[name] = _checked(name, value, known[name].metadata, known[name].type == "int", where)
        return cls(**chosen)  # type: ignore[arg-type]

    def as_mapping(self) -> dict[str, float]:
        """Return all settings by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


DEFAULTS: Final = Settings()


def _checked(name: str, value: object, bounds: Mapping[str, Any], whole: bool, where: str) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if bounds["low"] <= number <= bounds["high"] and (not whole or number == int(number)):
        return int(number) if whole else float(number)
    kind = "a whole number" if whole else "a number"
    raise UsageError(
        f"`{name}` should be {kind} from {bounds['low']:g} to {bounds['high']:g}, not {repr(value)[:60]}.",
        where=where,
        hint=bounds["help"],
    )
