"""How a batch was made, so that anyone can make it again: what was said, graphs by hash, models, seeds, versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from studio import __version__
from studio.batch.analysing.table import Table
from studio.batch.design.experiment_files import ENDING, experiment_text
from studio.batch.design.spec import Experiment
from studio.batch.reporting.wording import counted, one_line, several_lines
from studio.trace import Trace

MOST_ROWS: Final = 20
"""Rows that stand in the experiment itself and are shown."""
MOST_SIGNS: Final = 20_000
MOST_ARMS: Final = 60
"""Arms whose graphs and models are looked up, by their first run."""


@dataclass(frozen=True, slots=True)
class Making:
    """How a batch was made. `facts` are words and what they stand for; `experiment` is the experiment as a file says
    it; `repeat` is the command that runs it again, `how` says what else that takes; `hashes` are those of the graphs by
    arm."""

    facts: tuple[tuple[str, str], ...]
    experiment: str
    how: str
    repeat: str
    hashes: tuple[tuple[str, str], ...]


def making_of(table: Table, db: Path) -> Making:
    """Return how a batch was made, as the database and this machine tell it."""
    experiment = table.experiment
    hashes, models = _looked_up(table, db)
    batch = table.batch
    known = ", ".join(one_line(name, 80) for name in models) or "none was asked"
    seeds = experiment.seeds
    facts = [
        ("batch", batch.id),
        ("runs", f"{len(table.lines):,} of {batch.planned:,}, {batch.status}"),
        ("begun", _moment(batch.started_at)),
        ("last result", _moment(batch.last_at)),
        ("models", known),
        ("seeds", _seeds(seeds)),
        ("rows", f"{len(table.rows):,}" if table.rows else "not kept with the batch"),
        ("studio", __version__),
        ("reported on", machine()),
    ]
    return Making(tuple(facts), _said(experiment), *_repeat(experiment), tuple(hashes.items()))


def machine() -> str:
    """Return what kind of machine this is, without its name."""
    cores = os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {counted(cores, 'core')}, Python {platform.python_version()}"


def _looked_up(table: Table, db: Path) -> tuple[dict[str, str], list[str]]:
    """Return the hash of each arm's graph and the names of the models that their first runs asked."""
    hashes: dict[str, str] = {}
    models: dict[str, None] = {}
    with Trace(db) as trace:
        for arm in table.arms[:MOST_ARMS]:
            run = table.by_arm[arm][0].run
            if not trace.has_run(run):
                continue
            hashes[arm] = trace.run(run).graph_hash
            query = "SELECT DISTINCT model FROM prompt WHERE run = ? AND model IS NOT NULL ORDER BY model"
            models |= dict.fromkeys(str(row[0]) for row in trace.sql(query, (run,)).rows)
    return hashes, list(models)


def _said(experiment: Experiment) -> str:
    """Return the experiment as a file says it; many rows, which its data file has, are left out."""
    rows = experiment.data
    if rows is None or isinstance(rows, str) or len(rows) <= MOST_ROWS:
        return several_lines(experiment_text(experiment), MOST_SIGNS)
    text = experiment_text(replace(experiment, data=None))
    return several_lines(f"{text}# data: {counted(len(rows), 'row')}, left out here\n", MOST_SIGNS)


def _repeat(experiment: Experiment) -> tuple[str, str]:
    """Return how it is run again: a sentence and the command."""
    if experiment.file:
        return "It is run again by:", f"studio batch {_file_name(Path(experiment.file).name)}"
    file = f"{_file_name(experiment.name or next(iter(experiment.graphs)))}{ENDING}"
    return (
        f"To run it again, save the experiment below as {file} beside the graph and the data:",
        f"studio batch {file}",
    )


def _file_name(text: str) -> str:
    """Return a text as the name of a file that no shell reads as more than a name."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in text)[:80].lstrip("-")


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) == 1:
        return str(seeds[0])
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return one_line(", ".join(map(str, seeds[:40])) + (", …" if len(seeds) > 40 else ""), 240)


def _moment(seconds: float | None) -> str:
    return "–" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
