"""Look after the database of runs: check it, make it smaller, take in the runs of other files, save what is damaged.

`check` reads every run and says what is damaged; the other runs stay readable.

`merge` copies the finished runs of trace files (from another machine, a worker, a colleague) that the database has
not yet; those files are only read, nothing in them is trusted, and merging one twice adds nothing.

`compact` packs the values of runs older than 30 days (or --older-than) from 200 bytes on, removes values that no run
names and gives free space back. Prompts and replies stay plain text for any SQLite tool; packed values read as before
in the studio, while other tools and `studio sql` find `{"$packed": …}` in their place and the bytes, by zlib, in the
view `blob`.

`salvage` reads what is left of a damaged or cut-off file, or one of a newer studio, into a new file and says what each
run lacks; nothing that does not agree with its sum or hash is taken, and the file itself is not touched.

Exit code 4 if something is damaged, was not taken or is lost.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.database import database, open_trace
from studio.cli.output import Output
from studio.cli.parsing import age_seconds
from studio.cli.text import plural, size
from studio.support.errors import StudioError, UsageError
from studio.support.resources import recorded_run

if TYPE_CHECKING:
    from studio.trace.merging import MergeReport

EXAMPLES = (
    "studio db check",
    "studio db check last --json",
    "studio db merge worker1.db worker2.db",
    "studio db merge colleague.db --into trial.db --run 01M1",
    "studio db compact --older-than 2w --dry-run",
    "studio db salvage broken.db --into saved.db",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=tuple(_ACTIONS), metavar="|".join(_ACTIONS), help="what to do with the database"
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="RUN|FILE",
        help="check: only this run (id, its beginning, or `last`); merge: the files whose runs are taken in; "
        "salvage: the file to read",
    )
    parser.add_argument(
        "--into",
        metavar="DB",
        help="merge: into this database instead of the one that --db means; salvage: the new file",
    )
    parser.add_argument(
        "--run", action="append", metavar="RUN", help="merge: only this run and those it continues (may be repeated)"
    )
    parser.add_argument(
        "--older-than", metavar="AGE", help="compact: pack only runs that began so long ago: 12h, 2w (default 30d)"
    )
    parser.add_argument("--dry-run", action="store_true", help="compact: say what it would save, and change nothing")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.action != "merge" and args.run:
        raise UsageError("--run belongs to `merge`.", hint="See `studio db --help`.")
    if args.action not in ("merge", "salvage") and args.into:
        raise UsageError("--into belongs to `merge` and `salvage`.", hint="See `studio db --help`.")
    if args.action != "compact" and (args.older_than or args.dry_run):
        raise UsageError("--older-than and --dry-run belong to `compact`.", hint="See `studio db --help`.")
    return _ACTIONS[args.action](args, out)


def _check(args: argparse.Namespace, out: Output) -> int:
    if len(args.names) > 1:
        raise UsageError("`check` takes one run or none.", hint="See `studio db --help`.")
    args.run_name = args.names[0] if args.names else None
    with open_trace(args) as trace:
        run_id = None if args.run_name is None else trace.run(args.run_name).id
        found = trace.verify(run_id)
        runs = 1 if run_id else sum(1 for _ in trace.runs())
    if out.as_json:
        out.json({"runs": runs, "findings": [{"run": one.run or None, "what": one.what} for one in found]})
    elif found:
        for finding in found:
            out.line([("bold", finding.run or "whole file"), "  ", ("red", finding.what)])
    else:
        out.say(("green", "whole"), f"  {plural(runs, 'run')} read")
    return exits.FINDING if found else exits.OK


# -- merge ----------------------------------------------------------------------------------------


def _merge(args: argparse.Namespace, out: Output) -> int:
    """Merge file by file: one that cannot be read does not keep the others out."""
    from studio.trace.merging import merge

    if not args.names:
        raise UsageError("`merge` needs the files whose runs are to be taken in.", hint="See `studio db --help`.")
    into = Path(args.into) if args.into else database(args)
    reports: list[MergeReport] = []
    failed: list[StudioError] = []
    for name in args.names:
        source = _trace_file(name)
        try:
            runs = None if not args.run else _named(source, args.run)
            with _Counter(source.name, "runs", out) as counter:
                report = merge(source, into, runs, told=counter)
        except StudioError as problem:
            failed.append(problem)
            continue
        reports.append(report)
        if not out.as_json:
            _print(report, out)
    if failed and not reports:
        for error in failed[:-1]:
            out.note(f"studio: {error}")
        raise failed[-1]
    if out.as_json:
        out.json({"into": str(into), "files": [_object(report) for report in reports],
                  "errors": [str(error) for error in failed]})  # fmt: skip
    for error in failed:
        out.note(f"studio: {error}")
    if failed:
        return failed[0].exit_code
    return exits.FINDING if any(report.refused for report in reports) else exits.OK


def _trace_file(name: str) -> Path:
    """Return the file, or the recorded run of the example with that name."""
    path = Path(name)
    return path if path.exists() else recorded_run(name) or path


def _named(source: Path, names: list[str]) -> list[str]:
    """Return the full ids of runs of a file given by id, beginning or `last`."""
    from studio.trace import Trace

    with Trace(source, foreign=True) as trace:
        return [trace.run(name).id for name in names]


def _print(report: MergeReport, out: Output) -> None:
    parts = [
        f"{plural(len(report.added), 'run')} added ({plural(report.rows, 'row')})" if report.added else "no new run"
    ]
    if report.present:
        parts.append(f"{len(report.present):,} already there")
    if report.running:
        parts.append(f"{len(report.running):,} still running")
    if report.refused:
        parts.append(f"{len(report.refused):,} not taken")
    style = "red" if report.refused else "green" if report.added else "dim"
    out.say(("bold", report.source.name), "  ", (style, ", ".join(parts)))
    for name in report.running:
        out.line(["  ", ("bold", name), "  ", ("yellow", "still running; merge again when it has ended")])
    for name, what in report.refused:
        out.line(["  ", ("bold", name), "  ", ("red", f"not taken: {what}")])
    for name, parent in report.orphans:
        text = f"added, but not the run it continues: {parent} is in neither file, or was not taken"
        out.line(["  ", ("bold", name), "  ", ("yellow", text)])


def _object(report: MergeReport) -> dict[str, object]:
    return {
        "file": str(report.source),
        "added": report.added,
        "rows": report.rows,
        "present": report.present,
        "running": report.running,
        "refused": [{"run": run, "what": what} for run, what in report.refused],
        "orphans": [{"run": run, "parent": parent} for run, parent in report.orphans],
    }


# -- compact --------------------------------------------------------------------------------------


def _compact(args: argparse.Namespace, out: Output) -> int:
    from studio.trace.compacting import compact

    if args.names:
        raise UsageError("`compact` takes no run: it packs all that are old enough.", hint="See `studio db --help`.")
    age = args.older_than or "30d"
    db = database(args)
    with _Counter(db.name, "values", out) as counter:
        report = compact(db, older_than_s=age_seconds(age), dry=args.dry_run, told=counter)
    if out.as_json:
        out.json({"db": str(db), "dry_run": args.dry_run, **dataclasses.asdict(report)})
        return exits.OK
    about = "would be about " if args.dry_run else ""
    out.say(("bold", db.name), "  ", ("green", f"{size(report.before)} → {about}{size(report.after)}"))
    what = "nothing to pack"
    if report.packed:
        verb = "to pack" if args.dry_run else "packed"
        saved = f"{size(report.packed_from)} → {size(report.packed_to)}"
        what = f"{plural(report.packed, 'value')} {verb}, {saved}"
    out.line(["  ", f"{plural(report.runs, 'run')} older than {age}: {what}"])
    if report.removed:
        verb = "to remove" if args.dry_run else "removed"
        out.line(["  ", f"{plural(report.removed, 'value')} {verb} that no run names, {size(report.removed_bytes)}"])
    return exits.OK


# -- salvage --------------------------------------------------------------------------------------


def _salvage(args: argparse.Namespace, out: Output) -> int:
    from studio.trace.salvaging import salvage

    if len(args.names) != 1 or not args.into:
        raise UsageError(
            "`salvage` needs the damaged file, and with --into the new one.", hint="See `studio db --help`."
        )
    source = _trace_file(args.names[0])
    with _Counter(source.name, "tables", out) as counter:
        found = salvage(source, Path(args.into), told=counter)
    if out.as_json:
        out.json({"file": str(source), "into": args.into, "schema": found.version, "runs": found.runs,
                  "unreadable": found.unreadable, "lost_rows": found.lost, "holes": found.holes})  # fmt: skip
    else:
        out.say(
            ("bold", source.name), "  ", ("green" if len(found.whole) == len(found.runs) else "yellow", found.said())
        )
        for run, wrong in found.runs.items():
            for what in wrong[:_MOST_WRONG]:
                out.line(["  ", ("bold", run), "  ", ("yellow", what)])
            if len(wrong) > _MOST_WRONG:
                out.line(["  ", ("bold", run), "  ", ("dim", f"and {len(wrong) - _MOST_WRONG:,} more like that")])
        for run in found.unreadable:
            out.line(["  ", ("bold", run), "  ", ("red", "cannot be read: how it began is gone")])
        out.line(["  ", f"{plural(sum(found.lost.values()), 'row')} left out; look at the rest with ",
                  ("bold", f"studio runs --db {args.into}")])  # fmt: skip
    is_whole = not found.unreadable and len(found.whole) == len(found.runs)
    return exits.OK if is_whole else exits.FINDING


class _Counter:
    """Shows on a terminal how much is done, while it takes its time."""

    AFTER_S = 0.3
    EVERY_S = 0.1

    def __init__(self, name: str, things: str, out: Output) -> None:
        self._name = name
        self._things = things
        self._shown = False
        self._next = time.monotonic() + self.AFTER_S
        self._watched = not out.as_json and sys.stderr.isatty()

    def __call__(self, done: int, of: int) -> None:
        if self._watched and time.monotonic() >= self._next:
            self._next = time.monotonic() + self.EVERY_S
            self._shown = True
            from studio.support.plain import cut, plain_line

            print(
                f"\r\x1b[K{cut(plain_line(self._name), 40)}  {done:,} of {of:,} {self._things}", end="", file=sys.stderr
            )
            sys.stderr.flush()

    def __enter__(self) -> _Counter:
        return self

    def __exit__(self, *ended: object) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr)
            sys.stderr.flush()


_ACTIONS: dict[str, Callable[[argparse.Namespace, Output], int]] = {
    "check": _check,
    "merge": _merge,
    "compact": _compact,
    "salvage": _salvage,
}

_MOST_WRONG = 5
"""Things that a run lacks that are named."""
