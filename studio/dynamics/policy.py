"""What a graph wants done about alarms of its dynamics: its `dynamics` key, read and checked.

```yaml
dynamics:
  on_alarm: pause          # off | warn | pause | stop: what an alarm that asks to stop does; default warn
  wander: warn             # the same for one kind: stall, procrastination, circle, wander
  settings: {stall_ticks: 20}
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, get_args

from studio.dynamics.settings import DEFAULTS, Settings
from studio.support.errors import UsageError
from studio.support.nearest import near
from studio.support.values import Json

Action = Literal["off", "warn", "pause", "stop"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
"""`off`: not looked for. `warn`: told and recorded. `pause`: the run pauses as at a limit and can be resumed. `stop`:
the run fails at the module that the alarm is about."""

KINDS: Final = ("stall", "procrastination", "circle", "wander")
"""Kinds of alarms, in the order of their priority (dynamics notes, section 6)."""

ON_ALARM: Final = "on_alarm"
SETTINGS: Final = "settings"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done about alarms. `by_kind` holds where a kind differs from `on_alarm`; `thresholds` are those of
    the detectors."""

    on_alarm: Action = "warn"
    by_kind: Mapping[str, Action] = field(default_factory=lambda: MappingProxyType({}))
    thresholds: Settings = DEFAULTS

    def action(self, kind: str, level: str) -> Action:
        """Return what an alarm does: one of level `warn` never does more than warn."""
        action = self.by_kind.get("circle" if kind == "waiting" else kind, self.on_alarm)
        return "warn" if level != "stop" and action != "off" else action

    @property
    def is_off(self) -> bool:
        """True if nothing is looked for, so that no firing need be watched."""
        return all(self.by_kind.get(kind, self.on_alarm) == "off" for kind in KINDS)


def read_policy(written: Mapping[str, Json], where: str = "") -> Policy:
    """Return the policy that a graph's `dynamics` key describes. Raises UsageError naming what is wrong in it."""
    actions: dict[str, Action] = {}
    for name, value in written.items():
        if name == SETTINGS:
            continue
        if name != ON_ALARM and name not in KINDS:
            hint = near(name, (ON_ALARM, *KINDS, SETTINGS))
            raise UsageError(f"`dynamics` has no key `{name[:60]}`.", where=where, hint=hint)
        if value not in ACTIONS:
            shown = repr(value)[:60]
            raise UsageError(
                f"`{name}` in `dynamics` cannot be {shown}.", where=where, hint=f"One of {', '.join(ACTIONS)}."
            )
        actions[name] = next(action for action in ACTIONS if action == value)
    settings = written.get(SETTINGS, {})
    if not isinstance(settings, dict):
        raise UsageError("`settings` in `dynamics` should hold thresholds by name.", where=where)
    on_alarm = actions.pop(ON_ALARM, "warn")
    thresholds = Settings.from_mapping(settings, where) if settings else DEFAULTS
    return Policy(on_alarm, MappingProxyType(actions), thresholds)
