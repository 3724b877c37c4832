"""Play recorded runs and cases against today's graph, offline, and check what is expected of them.

TARGET is a run (its outputs must be the same with today's graph), a tests file `NAME.tests.yaml`, a graph (the tests
beside it), or the name of an example (both). What was not recorded fails the case and is shown with what is nearest;
--live asks a real model for it, --record asks everything anew and writes the answers into the tests file.

--add NAME makes a case of a run and appends it to the tests file beside the graph; with --node (and --tick) of one
firing. Expectations are expressions over the outputs by name and `outputs`, `inputs`, `status`, `ended`, `error`,
`calls`, `firings`, `ticks`, `prompts`, `replies`; without --expect the outputs must stay as recorded.

Exit codes: 0 all passed, 4 a case failed, 2 a file or an argument is wrong.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.approving import approval_arguments
from studio.cli.output import Output
from studio.support.errors import UsageError

EXAMPLES = (
    "studio test inbox_triage",
    "studio test graphs/*.tests.yaml --junit report.xml",
    "studio test last --add short_topic --expect 'len(result) < 400'",
    "studio test last --add finds_sender --node triage/3/sender --expect 'sender == \"Rupert Shah\"'",
    "studio test my_graph.tests.yaml --case finds_sender --live --model openai/gpt-4.1-mini",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="+", metavar="TARGET", help="runs, tests files, graphs, or names of examples")
    parser.add_argument("--case", action="append", default=[], metavar="NAME", help="only this case; may be repeated")
    parser.add_argument("--graph", metavar="FILE", help="test this graph file in place of the run's own")
    parser.add_argument("--junit", metavar="FILE", help="also write the results as JUnit XML, for CI")
    again = parser.add_argument_group("asking again")
    again.add_argument("--live", action="store_true", help="ask a real model for what was not recorded")
    again.add_argument("--record", action="store_true", help="ask everything anew and keep the answers in the file")
    again.add_argument(
        "--model", metavar="MODEL", help="ask this one (else --live the recorded one, --record as `run`)"
    )
    again.add_argument("--embedder", metavar="MODEL", help="the embedding model to ask")
    approval_arguments(again)
    new = parser.add_argument_group("making a case")
    new.add_argument("--add", metavar="NAME", help="make a case of the run and append it to the tests file")
    new.add_argument("--node", metavar="NODE", help="of one firing of this node (path, or its end), not the whole run")
    new.add_argument("--tick", metavar="TICK", default="", help="which firing, where the node fired more than once")
    new.add_argument("--expect", action="append", default=[], metavar="EXPR", help="must be true; may be repeated")
    new.add_argument("--equal", action="append", metavar="PORT", help="this output must stay as recorded, too")
    new.add_argument("--about", default="", metavar="TEXT", help="what the case is there for")
    new.add_argument("--replace", action="store_true", help="take the place of a case of this name")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.testing import add, play_all

    _require_sense(args)
    return add(args, out) if args.add else play_all(args, out)


def _require_sense(args: argparse.Namespace) -> None:
    """Raise UsageError for options that say nothing together."""
    if args.add and (len(args.targets) != 1 or args.live or args.record or args.case or args.junit):
        raise UsageError("`--add` makes one case of one run.", hint="`studio test RUN --add NAME`")
    if not args.add and (args.node or args.tick or args.expect or args.equal or args.about or args.replace):
        raise UsageError(
            "`--node`, `--tick`, `--expect`, `--equal`, `--about` and `--replace` belong to `--add NAME`.",
            hint="A case that stands in a file is chosen with `--case NAME`.",
        )
    if args.live and args.record:
        raise UsageError("`--live` and `--record` exclude each other.", hint="`--record` asks everything anew.")
    if (args.model or args.embedder) and not (args.live or args.record):
        raise UsageError("Nobody is asked without `--live` or `--record`.", hint="Give one of them with `--model`.")
    if args.graph and any(Path(target).suffix in (".yaml", ".yml") for target in args.targets):
        raise UsageError("`--graph` is for runs; a tests file names its graph itself.")
