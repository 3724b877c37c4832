"""The bounds that node types share which start a program: its time, its memory, what it may print."""

from __future__ import annotations

from typing import Any

from studio.spec import param


def seconds_param(default: float = 60.0, what: str = "The command is") -> Any:
    """Declare the param that bounds the time. `what` is ended then, as in "The tests are"."""
    return param(default, ge=0.05, le=86_400, help=f"{what} ended after so many seconds.")


def memory_param(whose: str = "Each of its processes") -> Any:
    """Declare the param that bounds the memory of each process."""
    return param(2048, ge=16, le=1_000_000, help=f"{whose} may take so many megabytes.")


def output_param(default: int = 1_000_000) -> Any:
    """Declare the param that bounds each of standard output and standard error."""
    return param(default, ge=1, le=20_000_000, help="Each output is cut after so many bytes.")
