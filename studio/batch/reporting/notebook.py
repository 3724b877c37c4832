"""A small notebook (`.ipynb`, format 4.5) that reads a batch with the Python interface and draws its figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from studio.batch.reporting.report import Report
from studio.export.formatting import formatted_parts
from studio.export.literals import text_literal
from studio.export.markdown_text import markdown_text

_READ: Final = "table = read_table(DB, BATCH)"
_CONCLUDE: Final = (
    'found = conclude(table, METHOD, SCORE)\nfor claim in claims(table, found):\n    print(f"- {claim.text}")'
)
_FIGURES: Final = "for figure in figures(table, found):\n    display(figure)"
_RUNS: Final = "runs = table.to_records()  # with pandas: table.to_frame()\nruns[:3]"
_GROUP: Final = "for group in group_by(table, BY, found).groups:\n    print(group.value, group.runs, group.score)"


def notebook_page(report: Report, db: Path) -> str:
    """Return the notebook as JSON text; `db` is the file that the batch is read from."""
    found = report.found
    by = report.grouping.by if report.grouping is not None else ""
    names = "Method, claims, conclude, figures, group_by, read_table"
    settings = (
        f"DB = Path({text_literal(str(db))})\nBATCH = {text_literal(report.table.batch.id)}\n"
        f"SCORE = {text_literal(found.main)}\n"
        f"METHOD = Method(level={found.method.level}, failures={text_literal(found.method.failures)})"
    )
    if by:
        settings += f"\nBY = {text_literal(by)}"
    cells = [
        _markdown(f"# {markdown_text(report.title)}\n\nA batch of Ganglia Studio, read from the database of its runs."),
        _code(f"from pathlib import Path\n\nfrom IPython.display import display\n\nfrom studio.batch import {names}"),
        _code(settings),
        _code(_READ),
        _markdown("## What it shows"),
        _code(_CONCLUDE),
        _code("found"),
        _markdown("## Figures"),
        _code(_FIGURES),
        *([_markdown(f"## By {markdown_text(by)}"), _code(_GROUP)] if by else []),
        _markdown("## All runs"),
        _code(_RUNS),
    ]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    for cell, source in zip(code, formatted_parts([cell["source"] for cell in code]), strict=True):
        cell["source"] = source
    made = {
        "cells": [
            {**cell, "source": cell["source"].rstrip("\n").splitlines(keepends=True), "id": f"cell-{place:03d}"}
            for place, cell in enumerate(cells, start=1)
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": text, "execution_count": None, "outputs": []}
