"""Notices, firing by firing, that a run stalls, procrastinates, goes in circles or wanders, or that it moves on."""

from studio.dynamics.detecting.step import Step
from studio.dynamics.detecting.watch import Watch

__all__ = ["Step", "Watch"]
