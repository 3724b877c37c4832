"""Reports of made tables, without times, versions or machines, so that they are the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from studio.batch.analysing.conclusions import conclude
from studio.batch.analysing.grouping import group_by
from studio.batch.analysing.table import Table
from studio.batch.reporting.claims import claims
from studio.batch.reporting.making import Making
from studio.batch.reporting.outputs import Sample
from studio.batch.reporting.report import Report
from studio.batch.statistics import Method

MADE = Making((("batch", "01M8"), ("seeds", "0 to 1")), "experiment: 1\n", "It is run again by:", "studio batch x", ())


def report_of(table: Table, *, by: str = "", samples: Sequence[Sample] = (), method: Method | None = None) -> Report:
    """Return the report of a table."""
    found = conclude(table, method)
    grouping = group_by(table, by, found) if by else None
    return Report(table, found, claims(table, found), tuple(samples), MADE, grouping, {})
