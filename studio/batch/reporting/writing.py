"""Reports as files: what is written follows from the ending of the name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from studio.batch.analysing.table import Table
from studio.batch.reporting.html import html_page
from studio.batch.reporting.markdown import markdown_page
from studio.batch.reporting.notebook import notebook_page
from studio.batch.reporting.records import csv_records, jsonl_records
from studio.batch.reporting.report import Report
from studio.graph.writing import save_pieces
from studio.support.errors import UsageError
from studio.support.keys import scrub

Maker = Callable[[Report, Path], Iterable[bytes]]

MAKERS: Final[Mapping[str, tuple[Maker, str]]] = {
    ".html": (lambda report, db: [html_page(report).encode()], "page with figures"),
    ".md": (lambda report, db: [markdown_page(report).encode()], "Markdown"),
    ".json": (lambda report, db: [_json(report)], "conclusions"),
    ".ipynb": (lambda report, db: [notebook_page(report, db).encode()], "notebook"),
}
"""By ending: what makes the file, and what it is."""


RECORDS: Final[Mapping[str, Callable[[Table], Iterable[bytes]]]] = {".csv": csv_records, ".jsonl": jsonl_records}
"""By ending: what writes all runs, one line each; nothing is concluded for that."""


def ending_of(file: str | Path) -> str:
    """Return the ending that says what is written. Raises UsageError for one that is not known."""
    ending = Path(file).suffix.lower()
    if ending not in (*MAKERS, *RECORDS):
        raise UsageError(
            f"No report is written as {ending or 'a file without an ending'}.", where=str(file),
            hint=f"The name ends in {', '.join((*MAKERS, *RECORDS))}.",
        )  # fmt: skip
    return ending


def write_report(report: Report, file: Path, db: Path) -> None:
    """Write a report; `db` is the database that it was read from. Raises UsageError for an unknown ending,
    EnvironmentProblem if the file cannot be written."""
    ending = ending_of(file)
    if ending in RECORDS:
        write_records(report.table, file)
    else:
        save_pieces(MAKERS[ending][0](report, db), file, "report")


def write_records(table: Table, file: Path) -> None:
    """Write all runs of a batch; raises as `write_report` does."""
    save_pieces(RECORDS[ending_of(file)](table), file, "report")


def _json(report: Report) -> bytes:
    return (scrub(json.dumps(report.as_json(), ensure_ascii=False, indent=2)) + "\n").encode("utf-8", "replace")
