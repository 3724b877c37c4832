"""The trace: everything a run did, in one SQLite file that any tool can read (`tables.py` tells of every column).

`open_run` writes one run, `Trace` reads. Importing this loads neither the writer nor the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.trace.log import RunLog, RunStart
from studio.trace.runlog import open_run

if TYPE_CHECKING:
    from studio.trace.reading import Trace

__all__ = ["RunLog", "RunStart", "Trace", "open_run"]


def __getattr__(name: str) -> Any:
    if name == "Trace":
        from studio.trace.reading import Trace

        return Trace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
