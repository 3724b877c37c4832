"""Look for better instructions and examples for one model function, measured by its recorded cases.

Cases come from recorded runs of the graph and from the tests beside it: what a person corrected or wrote down has to be
equal, of everything else only the node's own checks and --score count. They are divided: a model reads what goes wrong
on one part and proposes other instructions; what gains there is measured on the part that no proposal has seen. Each
proposal is shown as a diff with that gain and its interval. Nothing is changed, unless --apply N writes a copy.

All runs are recorded. The same command again takes them over and makes the same proposals, so a search that was broken
off goes on, and --apply costs nothing. The prompt is measured alone, without repairs and fallback.

Exit codes: 0 something is better, 4 nothing is shown to be better, 2 something was given wrongly, 3 a bound was reached
before anything could be measured, 5 disk, database, workers or a library, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.approving import approval_arguments, approved_for
from studio.cli.database import database
from studio.cli.graphs import graph_path, open_graph
from studio.cli.output import Output
from studio.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.batch.improving.node_cases import NodeCase, Subject
    from studio.graph.model import Graph

EXAMPLES = (
    "studio improve inbox_triage triage/label",
    "studio improve my_graph.yaml critic --cases my_graph.tests.yaml --reflect-with openai/gpt-4.1",
    "studio improve my_graph.yaml critic --score 'len(words(text)) < 30' --budget calls=300",
    "studio improve my_graph.yaml critic --apply 1 -o better.yaml",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graph", metavar="GRAPH", help="a graph file, or the name of an example")
    parser.add_argument("node", metavar="NODE", help="the model function; one in a body is named like body/node")
    what = parser.add_argument_group("cases")
    what.add_argument("--cases", metavar="FILE", help="take the cases of this tests file (default: runs and tests)")
    what.add_argument(
        "--runs", nargs="+", default=[], metavar="RUN", help="take those of these runs; `last` is the graph's last one"
    )
    what.add_argument(
        "--score", action="append", default=[], dest="scores", metavar="EXPR",
        help="what has to be true of every answer, over outputs and inputs; may be repeated",
    )  # fmt: skip
    what.add_argument("--held-out", type=float, metavar="SHARE", dest="held_out", help="held-out share (default: 0.5)")
    how = parser.add_argument_group("how it is searched")
    how.add_argument("--model", metavar="MODEL", help="the model of the node (default: as the node and settings say)")
    how.add_argument("--embedder", metavar="MODEL", help="the embedding model")
    how.add_argument(
        "--reflect-with", metavar="MODEL", dest="reflect_with", default="",
        help="who reads the cases and proposes (default: the node's model, if it is on this machine)",
    )  # fmt: skip
    how.add_argument("--rounds", type=int, metavar="N", help="proposals to ask for (default: 12)")
    how.add_argument(
        "--budget", action="append", default=[], metavar="NAME=N",
        help="of the whole search: calls, tokens, cost_usd, seconds (default: calls=500)",
    )  # fmt: skip
    how.add_argument("--seed", type=int, default=0, metavar="N", help="of the division and the search (default: 0)")
    how.add_argument("--workers", type=int, metavar="N", help="processes (default: as the models allow)")
    approval_arguments(how)
    take = parser.add_argument_group("what is done with it")
    take.add_argument("--apply", type=int, metavar="N", help="write a copy of the graph with proposal N")
    take.add_argument("-o", "--output", metavar="FILE", help="where the copy goes")
    take.add_argument("--force", action="store_true", help="write over a file that is there")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.batch.improving.improvement import improve
    from studio.batch.improving.node_cases import gathered, subject_of
    from studio.cli.batching.improving import rounds_for, tell, tell_cases, wishes_from
    from studio.plugins.registries import require_own_types

    if (args.apply is None) != (args.output is None):
        raise UsageError("`--apply N` and `-o FILE` go together.", hint="Look first, then apply one: `--apply 1 -o F`.")
    graph = open_graph(args.graph)
    approve = approved_for(graph, args, out)
    registry = require_own_types(graph, approve)
    subject = subject_of(graph, args.node, registry)
    found = gathered(subject, _cases(args, graph, subject), args.scores)
    tell_cases(found, out)
    with rounds_for(args, graph, subject, approve, out) as rounds:
        made = improve(subject, found.cases, rounds, wishes_from(args))
    written = _applied(args, graph, made.settings(args.apply), subject) if args.apply is not None else ""
    if out.as_json:
        out.json({**made.to_json(), "left_out": dict(found.left_out), "written": written})
    else:
        tell(made, out)
        if written:
            out.note(f"Written: {written}")
    return exits.OK if made.better else exits.FINDING


def _cases(args: argparse.Namespace, graph: Graph, subject: Subject) -> Iterator[NodeCase | str]:
    """Yield what may be a case: of what was named, or of the tests beside the graph and of all its runs."""
    from studio.batch.improving.node_cases import from_runs, from_tests
    from studio.cases.reading import cases_beside
    from studio.trace import Trace

    nothing_named = not (args.cases or args.runs)
    tests = Path(args.cases) if args.cases else cases_beside(graph_path(args.graph))
    if args.cases or (nothing_named and tests.is_file()):
        yield from from_tests(subject, tests)
    if args.runs or (nothing_named and database(args).exists()):
        with Trace(database(args)) as trace:
            yield from from_runs(subject, trace, args.runs, graph.name)


def _applied(args: argparse.Namespace, graph: Graph, settings: dict[str, object], subject: Subject) -> str:
    from studio.batch.searching.applying import write_copy

    write_copy(graph, settings, subject.registry, Path(args.output), force=args.force)
    return str(args.output)
