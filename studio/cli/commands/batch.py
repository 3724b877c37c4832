"""Run a graph on many rows, under variants and with several seeds, and compare what comes of it.

TARGET is a graph or an experiment file (NAME.experiment.yaml, which holds all that the options say), or the name of one
that ships with the studio. Rows come from --data; each --vary makes variants, in all combinations; --knockout switches
nodes off. Every run is recorded like any other and scored; a batch that was stopped, by a budget, a crash or Ctrl-C,
goes on with --resume BATCH, and repeats nothing that is done. Runs that an earlier batch has made are taken from there,
save those of graphs that look at files, the web or a memory of the project, which may be others now.

Exit codes: 0 complete, 1 complete and some runs failed, 2 something was given wrongly, 3 paused, 5 disk, database or
workers, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.batching.options import (
    experiment_arguments,
    experiment_from,
    require_nothing_said,
    running_arguments,
    size_argument,
    ways_from,
    workers_begun,
)
from studio.cli.database import database
from studio.cli.output import Output
from studio.cli.text import Piece, moment, plural
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from studio.batch.analysing.conclusions import Conclusions
    from studio.batch.driving.driver import Outcome
    from studio.batch.engines.hosting import WorkerHost
    from studio.batch.sessions import Session

EXAMPLES = (
    "studio batch my_graph.yaml --data mails.jsonl --score 'label == expected'",
    "studio batch my_graph.yaml --data rows.csv --vary writer.temperature=0,0.7 --vary model=fast,strong --seeds 3",
    "studio batch more_modules --budget runs=20",
    "studio batch --resume last",
    "studio batch --list",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", metavar="TARGET", help="a graph, an experiment file, or a name of one")
    experiment_arguments(parser)
    parser.add_argument(
        "--knockout", action="append", default=[], metavar="NODE",
        help="a variant without this node; a+b without both, `all` without each module, `pairs` without each two",
    )  # fmt: skip
    running_arguments(parser)
    size_argument(parser)
    about = parser.add_argument_group("batches that are there")
    about.add_argument("--resume", nargs="?", const="last", metavar="BATCH", help="go on with a batch (default: last)")
    about.add_argument("--list", action="store_true", help="list the batches")
    about.add_argument("--dry-run", action="store_true", help="say what would be run, and run nothing")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.list:
        return _listed(args, out)
    if args.resume and args.target:
        raise UsageError("`--resume` goes on with what a batch began with.", hint="Leave the graph out.")
    if args.resume:
        require_nothing_said(args)
    elif not args.target:
        raise UsageError("What is to be run?", hint="Give a graph or an experiment file; `--list` lists batches.")
    with workers_begun(args) as host:
        session = _session(args, host)
        return _told(session, out) if args.dry_run else driven(session, args, out)


def _session(args: argparse.Namespace, host: WorkerHost | None) -> Session:
    from studio.batch.design.options import knockouts_of
    from studio.batch.sessions import begin, go_on

    if args.resume:
        return go_on(args.resume, database(args), ways_from(args, host))
    experiment = experiment_from(args, knockouts=knockouts_of(args.knockout) if args.knockout else None)
    return begin(experiment, database(args), ways_from(args, host))


def driven(
    session: Session, args: argparse.Namespace, out: Output, then: Callable[[Conclusions], None] | None = None
) -> int:
    """Drive a batch, tell what it shows, do something more with that, and return the exit code. Raises UsageError for
    one that is very large, if nobody says that it is meant."""
    from studio.batch.analysing.conclusions import conclude
    from studio.batch.analysing.table import read_table
    from studio.cli.batching.conclusions import tell
    from studio.cli.batching.progress import drive, summary

    if session.is_very_large and not args.yes:
        _require_meant(session, out)
    for name in session.shared_memories:
        out.note(
            ("yellow", f"All runs share the project's memory `{name}`, in whatever order they come to it: what one run "
             "learns, others find.")
        )  # fmt: skip
    outcome = drive(session, out)
    table = read_table(database(args), outcome.batch)
    found = conclude(table)
    if out.as_json:
        out.json({**summary(outcome), "conclusions": found.as_json()})
    else:
        if table.lines:
            tell(found, out)
        _ending(outcome, args, out)
    if then is not None:
        then(found)
    return exit_code(outcome)


def _require_meant(session: Session, out: Output) -> None:
    """Ask whether so many runs are meant; where nobody can be asked, they are not begun."""
    from studio.cli.approving import can_ask, confirmed

    plan = session.plan
    made = (
        f"{plural(session.new, 'run')}: {plural(len(plan.rows), 'row')} × {plural(len(plan.arms), 'variant')} × "
        f"{plural(len(plan.experiment.seeds), 'seed')}"
    )
    if not out.as_json and can_ask() and confirmed(f"These are {made}. Make them?"):
        return
    raise UsageError(
        f"These would be {made}. Nothing was begun.",
        hint="`--yes` makes them; `--budget runs=N` makes N of them, and `--resume` goes on; `studio batch --dry-run` "
        "lists the variants.",
    )


def exit_code(outcome: Outcome) -> int:
    """Return the exit code of a session."""
    if outcome.problem is not None:
        return exits.ENVIRONMENT
    if outcome.status == "complete":
        return exits.FAILED if outcome.progress.failed else exits.OK
    if outcome.reason == "you stopped it":
        return exits.INTERRUPTED
    return exits.PAUSED if outcome.reason.startswith("limit:") else exits.FAILED


def _ending(outcome: Outcome, args: argparse.Namespace, out: Output) -> None:
    progress = outcome.progress
    there = f" --db {args.db}" if args.db else ""
    made = progress.done - progress.before
    from studio.cli.batching.progress import told
    from studio.cli.text import duration

    style = "green" if outcome.status == "complete" else "yellow"
    taken = f" · {progress.before:,} from before" if progress.before else ""
    out.note((style, outcome.status), ("dim", f"  {plural(made, 'run')} made{taken} · {duration(progress.seconds)}"))
    if outcome.status == "complete" and progress.failed:
        out.note(("yellow", f"{plural(progress.failed, 'run')} failed."),
                 ("dim", "  The same command again makes these once more and takes over the others."))  # fmt: skip
    if outcome.status != "complete":
        why = f"The bound {outcome.reason} is reached." if outcome.reason.startswith("limit:") else outcome.reason
        out.note(("yellow", why), ("dim", f"  {told(progress)}"))
        out.note(f"`studio batch --resume {outcome.batch}{there}` goes on; nothing that is done is repeated.")
    out.note(("dim", f"batch {outcome.batch}  next: `studio report {outcome.batch}{there} -o report.html`"))


def _told(session: Session, out: Output) -> int:
    """Say what a batch would run."""
    plan = session.plan
    if out.as_json:
        arms = [{"graph": arm.graph_name, "variant": arm.variant.name, **arm.variant.to_json()} for arm in plan.arms]
        out.json({"runs": len(plan), "rows": len(plan.rows), "seeds": list(plan.experiment.seeds), "arms": arms})
        return exits.OK
    out.say(
        ("bold", plural(len(plan), "run")),
        f"  {plural(len(plan.rows), 'row')} × {plural(len(plan.arms), 'variant')} × "
        f"{plural(len(plan.experiment.seeds), 'seed')}",
    )
    for arm in plan.arms:
        changes = "; ".join(f"{key} {value}" for key, value in arm.variant.to_json().items())
        out.say("  ", arm.name if len(plan.graphs) > 1 else arm.variant.name, ("dim", f"  {changes}"))
    return exits.OK


def _listed(args: argparse.Namespace, out: Output) -> int:
    from studio.trace.batches import Batches

    db = database(args)
    if not db.exists():
        raise UsageError("No batch is recorded yet.", where=str(db), hint="`studio batch GRAPH` makes one.")
    with Batches(db) as batches:
        found = batches.batches()
    if out.as_json:
        out.json([
            {"batch": one.id, "name": one.name, "status": one.status, "reason": one.reason, "planned": one.planned,
             "done": one.done, "failed": one.failed, "started_at": one.started_at}
            for one in found
        ])  # fmt: skip
        return exits.OK
    rows: list[list[Piece]] = [
        [one.id, one.name, one.status, f"{one.done:,} of {one.planned:,}", str(one.failed), moment(one.started_at)]
        for one in found
    ]
    out.table(["batch", "name", "status", "done", "failed", "begun"], rows, right=[3, 4])
    return exits.OK
