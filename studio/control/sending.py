"""Gives an order to a run of another process, and waits for what comes of it. The terminal and the window do so."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from studio.control.remote import order_from_elsewhere
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.values import Json, decode

if TYPE_CHECKING:
    from studio.trace import Trace
    from studio.trace.found import Run

ANSWER_WITHIN_S = 10.0
"""How long an answer is waited for."""

LOOK_AGAIN_S = 0.5
"""How often it is asked meanwhile whether the run is still there."""


def running(trace: Trace, name: str) -> Run:
    """Return a run that goes on, by id, beginning or `last`. Raises UsageError if it does not go any more."""
    found = trace.run(name)
    if found.status == "running":
        return found
    how = "its process died" if found.status == "interrupted" else f"it is {found.status}"
    hint = "" if found.status == "ok" else f"`studio resume {found.id}` goes on with it."
    raise UsageError(f"The run {found.id} has ended ({how}): there is nothing to steer.", hint=hint)


def send(path: Path, run: str, order: Mapping[str, Json], *, within_s: float = ANSWER_WITHIN_S) -> Json:
    """Give an order to a run, known by its whole id, in a trace file; return what came of it.

    Blocks until the run answers. Raises UsageError where the run refuses the order or has ended, EnvironmentProblem
    if it does not answer within that time: then the order still waits for it.
    """
    from studio.trace.mailbox import wait_for_answer
    from studio.trace.reading import Trace

    id = order_from_elsewhere(path, run, order)
    until = time.monotonic() + within_s
    while (text := wait_for_answer(path, id, min(LOOK_AGAIN_S, within_s))) is None:
        try:
            with Trace(path) as trace:
                running(trace, run)
        except UsageError:
            if (text := wait_for_answer(path, id, 0)) is not None:
                break
            if order["do"] in ("abort", "leave"):
                return None  # it did so, and had no time to say it
            raise
        if time.monotonic() > until:
            raise EnvironmentProblem(
                f"The run {run} does not answer.",
                where=str(path),
                hint="It was started without control, or a node keeps it from everything else; the order waits for it.",
            )
    told = decode(text.encode())
    if "error" in told:
        raise UsageError(str(told["error"]))
    return told.get("ok")
