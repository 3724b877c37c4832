"""A request to stop is repeated where nobody follows it: when the failure has gone on for as long again, then for twice
as long, and so on.

A person who was told of it may have let the run go on to see what comes of it, and is told again if it is the same.
"""

from __future__ import annotations

from typing import Final

from studio.dynamics.detecting.circle import Circle
from studio.dynamics.detecting.stall import Stall
from studio.dynamics.settings import Settings
from studio.dynamics.verdict import Alarm

_CIRCLES: Final = frozenset({"circle", "waiting"})


class Again:
    """Follows the circle and the silence that a run was last asked to stop for, until they end.

    A circle has ended when it was not seen for as many firings as its alarm takes to ring anew. Chains of goals are
    told again by their length, which is for their detector to say.  `follows` tells whether there is anything to look
    for.
    """

    def __init__(self, settings: Settings, circle: Circle, stall: Stall) -> None:
        self._settings = settings
        self._circle = circle
        self._stall = stall
        self._told: Alarm | None = None
        self._at = self._span = self._calm = 0
        self._silence = 0
        self.follows = False

    def rang(self, alarms: list[Alarm], firing: int) -> None:
        """Take what was told at this firing of the run."""
        chosen = self._settings
        for alarm in alarms:
            if alarm.level != "stop":
                continue
            if alarm.kind in _CIRCLES:
                period = self._circle.period or 1
                least = chosen.repeats_stop_single if period == 1 else chosen.repeats_stop
                self.follows = True
                self._told, self._at, self._calm = alarm, firing, 0
                self._span = max(period * least, chosen.known_window)
                if alarm.kind == "waiting":
                    self._span *= chosen.waiting_factor
            elif alarm.kind == "stall":
                self.follows = True
                self._silence = 2 * (alarm.t - self._stall.since)

    def look(self, firing: int, t: int) -> list[Alarm]:
        """Return what is to be told again at this firing of the run and this tick."""
        circle = self._of_the_circle(firing, t)
        return [*self.of_the_silence(t), *((circle,) if circle else ())]

    def of_the_silence(self, t: int) -> list[Alarm]:
        """Return what is to be told again, at this tick, of a silence that lasts."""
        alarms: list[Alarm] = []
        if not self._stall.holds:
            self._silence = 0
        while self._silence and t - self._stall.since >= self._silence:
            message = f"Still nothing was said, for {self._silence} ticks now."
            due = self._stall.since + self._silence
            alarms.append(Alarm(due, "stall", "stop", message, tuple(self._stall.evidence())))
            self._silence *= 2
        self.follows = self._told is not None or self._silence > 0
        return alarms

    def _of_the_circle(self, firing: int, t: int) -> Alarm | None:
        told = self._told
        if told is None:
            return None
        if not self._circle.holds:
            self._calm += 1
            if self._calm >= self._settings.known_window:
                self._told = None
            return None
        self._calm = 0
        if firing - self._at < self._span:
            return None
        verb = "waits" if told.kind == "waiting" else "goes"
        message = f"The run still {verb} in a circle, {firing - self._at} firings after this was told."
        self._at, self._span = firing, 2 * self._span
        return Alarm(t, told.kind, "stop", message, tuple(self._circle.evidence()), told.module)
