"""`studio test`: finds the cases that are meant, plays them, and says what came of them to a person or a program."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cases.case import Case
from studio.cases.keeping import Keeper
from studio.cases.reading import CasesFile, cases_beside, is_tests_file, read_tests
from studio.cases.trying import Outcome, try_case
from studio.cli import exits
from studio.cli.approving import approved_for
from studio.cli.database import database
from studio.cli.graphs import graph_path
from studio.cli.output import Output
from studio.cli.text import Piece, duration, money, plural
from studio.importers.opening import GRAPH_SUFFIXES, is_script, open_graph_file
from studio.plugins.registries import require_own_types
from studio.support.errors import UsageError
from studio.support.expressions import Expression
from studio.support.nearest import did_you_mean
from studio.support.paths import same_file
from studio.support.resources import bundled_graphs, recorded_run
from studio.trust.gate import require_approved

if TYPE_CHECKING:
    from studio.cases.renewing import Live
    from studio.trace import Trace


@dataclass
class Source:
    """Cases of one file (`file`), or of one run in the database `db`, over one graph file."""

    name: str
    graph: Path
    cases: list[Case]
    file: CasesFile | None = None
    db: Path | None = None

    @property
    def again(self) -> str:
        """How to record a case of it anew; `{}` stands for the case's name."""
        if self.file is None:
            return "--live asks a real model for it."
        return f"`studio test {self.name} --case {{}} --record` asks everything anew, --live only what is new."


# -- playing ----------------------------------------------------------------------------------------


def play_all(args: argparse.Namespace, out: Output) -> int:
    """Play what the targets mean; 0 if all passed, 4 if not."""
    sources = [source for target in args.targets for source in _sources(target, args)]
    sources = _chosen(sources, args.case)
    if args.record:
        _record(sources, args, out)
        sources = [_reread(source) for source in sources]
    live = _live(args, sources) if args.live else None
    outcomes: list[Outcome] = []
    for source in sources:
        graph = open_graph_file(source.graph)
        if live is not None:  # else nothing but pure nodes runs
            approve = approved_for(graph, args, out)
            require_approved(graph, require_own_types(graph, approve), approve)
        for case in source.cases:
            again = source.again.format(case.name)
            outcome = try_case(case, graph, source.name, again=again, db=source.db, live=live)
            outcomes.append(outcome)
            if not out.as_json:
                _show(outcome, out, several=len(args.targets) > 1)
    if args.junit:
        from studio.cases.junit import write_junit

        write_junit(Path(args.junit), outcomes)
    if out.as_json:
        out.json({"passed": all(one.passed for one in outcomes), "cases": [one.to_json() for one in outcomes]})
    else:
        _summary(outcomes, live, out)
    return exits.OK if all(one.passed for one in outcomes) else exits.FINDING


def _sources(target: str, args: argparse.Namespace) -> Iterator[Source]:
    path = Path(target)
    example = {graph.stem: graph for graph in bundled_graphs()}.get(target.removeprefix("examples/"))
    if is_tests_file(path) or path.suffix in GRAPH_SUFFIXES:
        source = _of_file(path if is_tests_file(path) else cases_beside(graph_path(target)), target)
        if is_script(path):
            source.graph = path  # the tests beside it may name the graph file that it came from
        yield source
    elif example is not None and not args.db:
        if cases_beside(example).is_file():
            yield _of_file(cases_beside(example), target)
        if recorded_run(target) is not None:
            yield _of_run(target, args)
    else:
        yield _of_run(target, args)


def _of_file(path: Path, name: str) -> Source:
    found = read_tests(path)
    if not found.cases:
        raise UsageError(
            "There are no cases in this file.", where=str(path), hint="`studio test RUN --add NAME` adds one."
        )
    return Source(name, found.graph, list(found.cases.values()), file=found)


def _of_run(target: str, args: argparse.Namespace) -> Source:
    from studio.cases.taking import take_run

    with _trace(target, args) as trace:
        run = "last" if _is_example(target, args) else target
        graph = _graph_of(trace, run, target, args)
        return Source(target, graph, [take_run(trace, run, f"run {trace.run(run).id}")], db=trace.path)


def _chosen(sources: list[Source], names: list[str]) -> list[Source]:
    if not names:
        return sources
    known = [case.name for source in sources for case in source.cases]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"There are {', '.join(f'`{one}`' for one in known)}."
            raise UsageError(f"There is no case `{name}`.", hint=hint)
    for source in sources:
        source.cases = [case for case in source.cases if case.name in names]
    return [source for source in sources if source.cases]


def _is_example(target: str, args: argparse.Namespace) -> bool:
    return not args.db and recorded_run(target) is not None


def _trace(target: str, args: argparse.Namespace) -> Trace:
    from studio.cli.database import open_trace

    return open_trace(argparse.Namespace(db=args.db, run_name=target))


def _graph_of(trace: Trace, run: str, target: str, args: argparse.Namespace) -> Path:
    """Today's file of the graph that a run executed."""
    if args.graph:
        return graph_path(args.graph)
    if _is_example(target, args):
        return graph_path(target)
    found = trace.run(run)
    if found.file and Path(found.file).is_file():
        return Path(found.file)
    raise UsageError(
        f"The graph of the run {found.id} is not where it was"
        + (f": {found.file}." if found.file else ", as it came from no file."),
        hint="Name today's file with --graph FILE.",
    )


# -- asking again -----------------------------------------------------------------------------------


def _live(args: argparse.Namespace, sources: list[Source]) -> Live:
    from studio.cases.renewing import Live
    from studio.models.catalog import Catalog

    base = sources[0].graph.parent if sources else None
    catalog = Catalog(model=args.model, embedder=args.embedder, base=base, db=database(args))
    return Live(catalog, model_given=bool(args.model), embedder_given=bool(args.embedder))


def _record(sources: list[Source], args: argparse.Namespace, out: Output) -> None:
    from studio.cases.adding import repeats_short
    from studio.cases.reading import read_tests
    from studio.cases.renewing import record
    from studio.cases.taking import recorded_graph
    from studio.cases.writing import record_again
    from studio.trace import Trace

    for source in sources:
        if source.file is None:
            raise UsageError(
                "`--record` writes into a tests file, and a run is none.",
                hint=f"`studio test {source.name} --add NAME` makes a case of it.",
            )
        graph, db = open_graph_file(source.graph), database(args)
        approve = approved_for(graph, args, out)
        for case in source.cases:
            made = record(case, graph, model=args.model, embedder=args.embedder, db=db, approve=approve)
            with Trace(db) as trace:
                then = recorded_graph(trace, made.recorded.run)
            short = repeats_short(made, then, source.file.path.parent)
            # Asking takes a while, in which somebody may have written into the file.
            source.file = record_again(read_tests(source.file.path), made, short=short)
            out.note(("dim", f"{case.name}: recorded anew from run {made.recorded.run}"))


def _reread(source: Source) -> Source:
    assert source.file is not None
    names = [case.name for case in source.cases]
    source.cases = [case for name, case in source.file.cases.items() if name in names]
    return source


# -- making a case ----------------------------------------------------------------------------------


def _require_own(path: Path, args: argparse.Namespace) -> None:
    """Raise UsageError for a graph that ships with the studio, if nobody named its file: the next version would take
    the place of what was written beside it. The run of a copy that was not saved yet is one of the example's file."""
    if not args.graph and any(same_file(path, one) for one in bundled_graphs()):
        raise UsageError(
            f"`{path.stem}` ships with the studio, and no case of yours is kept beside it.",
            hint=f"Copy it (`studio examples {path.stem} --copy {path.name}`) and say `--graph {path.name}`.",
        )


def add(args: argparse.Namespace, out: Output) -> int:
    """Make a case of a run or firing, append it to the tests file, play it, and say where it stands."""
    from studio.cases.adding import MANY_LINES, expecting, take
    from studio.cases.writing import add_case, case_lines
    from studio.graph.names import name_problem

    if problem := name_problem(args.add):
        raise UsageError(f"`{args.add}` cannot name a case: {problem}.")
    for text in args.expect:
        Expression.parse(text)
    target = args.targets[0]
    with _trace(target, args) as trace:
        run = "last" if _is_example(target, args) else target
        path = _graph_of(trace, run, target, args)
        _require_own(path, args)
        if args.tick and not args.node:
            raise UsageError("`--tick` says which firing of a node: give --node, too.")
        node = _node(trace, run, args.node) if args.node else ""
        taken = take(trace, run, node, args.tick, args.add, base=path.parent)
    equal = args.equal if args.equal else not args.expect
    case, short = expecting(taken.case, args.expect, equal, name=args.add, about=args.about), taken.short
    tests = cases_beside(path)
    made = add_case(tests, case, short=short, replace=args.replace)
    outcome = try_case(made.cases[case.name], open_graph_file(path), str(tests))
    if out.as_json:
        out.json({"file": str(tests), "added": outcome.to_json()})
    else:
        place = made.cases[case.name].place
        out.say(("green", "added"), f"  {case.name} to {place}")
        _show(outcome, out, several=False)
        lines = len(case_lines(case, Keeper(), short=short))
        if lines > MANY_LINES and not case.node:
            out.note(
                ("dim", f"It has {lines:,} lines. One node (--node) is easier to review, and says more when it fails.")
            )
    return exits.OK if outcome.passed else exits.FINDING


def _node(trace: Trace, run: str, name: str) -> str:
    from studio.replay.cursor import Cursor

    return Cursor(trace, run).find_node(name)


# -- showing ----------------------------------------------------------------------------------------


def _show(outcome: Outcome, out: Output, *, several: bool) -> None:
    sign: Piece = ("green", "✓ ") if outcome.passed else ("red", "✗ ")
    name = f"{outcome.source}: {outcome.case.name}" if several else outcome.case.name
    facts = [duration(outcome.seconds)]
    if outcome.played.asked:
        facts.append(f"{plural(len(outcome.played.asked), 'answer')} asked anew")
    out.say(sign, ("bold", name), ("dim", f"  {'  '.join(facts)}"))
    for failure in outcome.failures:
        where = f"{failure.place}: " if failure.place.file else ""
        out.line(("    ", where + failure.message))
        width = max(map(len, failure.values), default=0)
        for value, shown in failure.values.items():
            out.line(("      ", ("cyan", value.ljust(width)), "  ", shown))
        if failure.hint:
            out.line(("      ", ("dim", failure.hint)))


def _summary(outcomes: list[Outcome], live: Live | None, out: Output) -> None:
    failed = sum(not one.passed for one in outcomes)
    parts = [plural(len(outcomes), "case")]
    if failed:
        parts.append(f"{failed} failed")
    if live is not None and live.calls:
        parts.append(f"{plural(live.calls, 'call')} asked anew")
        parts.append(money(live.cost_usd))
    parts.append(duration(sum(one.seconds for one in outcomes)))
    word: Piece = ("red", "failed") if failed else ("green", "passed")
    out.note(word, "  " + " · ".join(parts))
