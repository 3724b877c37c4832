"""`python -m tests.support.run_experiments [NAME…]`: run the experiments that ship with the studio, and write what they
show beside them: `graphs/experiments/NAME.md`, and `NAME.html` where that is small.

Each has a database of its own in a folder (`--folder`), so that a run that was broken off goes on and repeats nothing;
one that is complete is only reported anew. What is written is the report that `studio report` writes, with a line in
front that says how to run it.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Final

from studio.batch.design.experiment_files import ENDING, read_experiment
from studio.batch.reporting.report import read_report
from studio.batch.reporting.writing import write_report
from studio.batch.sessions import Session, Ways, begin, go_on
from studio.settings.folders import data_folder
from studio.support.resources import resource_root
from studio.trace.batches import Batches

EXPERIMENTS: Final = resource_root("graphs") / "experiments"
LARGEST_PAGE: Final = 300_000
"""Bytes of a page that is kept in the repository."""


def experiments() -> dict[str, Path]:
    """Return the experiments that ship with the studio, by name."""
    return {path.name.removesuffix(ENDING): path for path in sorted(EXPERIMENTS.glob(f"*{ENDING}"))}


def session_of(experiment: Path, db: Path, ways: Ways) -> Session | None:
    """Return what is left to do of an experiment: a batch to go on with, a new one, or None if one is complete that
    would be made the same way today."""
    made = begin(read_experiment(experiment), db, ways)
    if not db.exists():
        return made
    with Batches(db) as batches:
        found = batches.batches()
        if not found:
            return made
        last = batches.batch("last")
        same = batches.experiment(last.id)["plan"] == made.plan.hash
    if not same:
        return made
    return None if last.status == "complete" else go_on("last", db, ways)


def write_reports(name: str, db: Path, folder: Path = EXPERIMENTS) -> list[Path]:
    """Write what the last batch in a database shows into a folder, and return the files."""
    report = read_report(db)
    text, page = folder / f"{name}.md", folder / f"{name}.html"
    write_report(report, text, db)
    text.write_text(opening(name) + text.read_text(encoding="utf-8"), encoding="utf-8")
    write_report(report, page, db)
    if page.stat().st_size < LARGEST_PAGE:
        return [text, page]
    page.unlink()
    return [text]


def opening(name: str) -> str:
    """Return the line that stands before a report."""
    return (
        f"*Run it on any model: `studio batch {name} --model NAME`, then `studio report`. "
        f"Written by `python -m tests.support.run_experiments {name}`.*\n\n"
    )


def main() -> None:
    """Run the experiments named on the command line, or all, and write their reports."""
    known = experiments()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"experiments (default: all of {', '.join(known)})")
    parser.add_argument("--folder", type=Path, default=data_folder() / "experiments", help="where databases are kept")
    parser.add_argument("--at-once", type=int, default=None, help="runs at the same time")
    args = parser.parse_args()
    if unknown := [name for name in args.names if name not in known]:
        parser.error(f"there is no experiment named {unknown[0]}; choose among {', '.join(known)}")
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.names or known:
        db = args.folder / f"{name}.db"
        session = session_of(known[name], db, Ways(at_once=args.at_once))
        if session is not None:
            outcome = asyncio.run(session.drive())
            print(f"{name}: {outcome.status}, {outcome.progress.done} of {outcome.progress.planned} runs")
            if outcome.status != "complete":
                raise SystemExit(f"{name} is not complete: {outcome.reason}")
        for file in write_reports(name, db):
            print(f"{file.name}: {file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
