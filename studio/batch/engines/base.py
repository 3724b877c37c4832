"""The one seam between a batch and its workers: links that carry messages both ways and tell when they break.

The driver knows nothing of processes and machines, a worker nothing of where it runs. Messages are bytes
(`studio.batch.work.messages`); a link keeps their order and loses none while it stands. Retries, attempts and
exactly-once are the driver's: an engine repeats nothing by itself.
"""

from __future__ import annotations

from typing import Protocol


class WorkerLost(Exception):
    """The worker is gone, or cannot be reached any more. The text says how it ended, as a clause."""


class Link(Protocol):
    """One worker. Its coroutines belong to the event loop that started it."""

    @property
    def name(self) -> str:
        """What people are told: `worker 3 (process 4711)`."""
        ...

    def send(self, message: bytes) -> None:
        """Hand over a message and return at once. What cannot be delivered shows as `WorkerLost` in `receive`."""

    async def receive(self) -> bytes:
        """Return the next message of the worker. Raises `WorkerLost` after the last one that came through."""
        ...

    def kill(self) -> None:
        """End the worker at once, whatever it does, and all processes it has started; `receive` then raises."""


class Engine(Protocol):
    """Starts workers; `start` may be called again for each that was lost."""

    async def open(self) -> None:
        """Make ready whatever the workers need. Raises `UsageError` or `EnvironmentProblem` with a sentence."""

    async def start(self) -> Link:
        """Start one more worker and return its link as soon as messages may be sent. Raises `EnvironmentProblem`."""
        ...

    async def close(self) -> None:
        """End all workers and whatever `open` has started; nothing stays behind."""
