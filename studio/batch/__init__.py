"""Experiments: a graph, rows, variants and seeds, run in bulk, scored, and told with intervals.

`design` says what is to be run, `engines` have workers for it, `work` is what a worker does, `driving` hands out the
runs and keeps what came of them, `statistics` draws conclusions from the scores, `analysing` reads them from the
database, `reporting` tells them.

For programs and notebooks:

    from studio.batch import conclude, figures, read_table
    table = read_table("runs.db")          # the last batch; or its id
    table.to_frame()                       # all runs; without pandas: table.to_records()
    found = conclude(table)                # scores with intervals, differences, verdicts on modules
    found.arm("whole").scores["points"]
    figures(table, found)                  # pictures that a notebook shows; each has .svg() and .png()

These names load when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import conclude
    from studio.batch.analysing.grouping import group_by
    from studio.batch.analysing.table import read_table
    from studio.batch.reporting.claims import claims
    from studio.batch.reporting.figures import figures
    from studio.batch.reporting.report import read_report
    from studio.batch.reporting.writing import write_report
    from studio.batch.statistics import Method

_HOMES = {
    "Method": "studio.batch.statistics",
    "claims": "studio.batch.reporting.claims",
    "conclude": "studio.batch.analysing.conclusions",
    "figures": "studio.batch.reporting.figures",
    "group_by": "studio.batch.analysing.grouping",
    "read_report": "studio.batch.reporting.report",
    "read_table": "studio.batch.analysing.table",
    "write_report": "studio.batch.reporting.writing",
}

__all__ = ["Method", "claims", "conclude", "figures", "group_by", "read_report", "read_table", "write_report"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'studio.batch' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
