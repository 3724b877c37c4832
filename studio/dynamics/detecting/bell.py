"""Rings once for each rise of the alarm in an episode, not at every firing."""

from __future__ import annotations

from studio.dynamics.verdict import Level

_RANK: dict[Level | None, int] = {None: 0, "warn": 1, "stop": 2}


class Bell:
    """An episode ends when nothing was suspected for `quiet` looks in a row; then a warning rings anew.

    `rung` is 0 outside an episode, 1 after a warning, 2 after a request to stop.
    """

    __slots__ = ("_calm", "_quiet", "rung")

    def __init__(self, quiet: int) -> None:
        self._quiet = quiet
        self.rung = 0
        self._calm = 0

    def rings(self, level: Level | None) -> bool:
        """Take the level of this moment and say whether it is higher than any in this episode."""
        rank = _RANK[level]
        if rank == 0:
            if self.rung:
                self._calm += 1
                if self._calm >= self._quiet:
                    self.rung = 0
            return False
        self._calm = 0
        if rank <= self.rung:
            return False
        self.rung = rank
        return True
