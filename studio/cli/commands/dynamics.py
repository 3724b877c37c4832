"""Say which of Wolfram's classes runs fall in: I freezes, II goes in circles or puts off, III wanders, IV lives.

A run is named by its id or its beginning, by `last`, or by the name of an example. --trace reads runs in the exchange
format (JSON Lines, one run a line) and prints one verdict a line; --ca does the same for cellular automata (one spec, a
list, or JSON Lines). Each verdict comes with a confidence and the evidence for it; what it cannot see stands in
`studio help dynamics`.

--png draws the space-time diagram: columns are modules (or cells), rows are ticks downward. Several runs and automata
are drawn side by side. --save-trace writes the runs in the exchange format, for other programs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.database import trace_of
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.support.errors import EnvironmentProblem, UsageError
from studio.support.plain import plain, plain_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.dynamics.exchange.run import Run
    from studio.dynamics.measuring.measures import Measures
    from studio.dynamics.pictures import Diagram
    from studio.dynamics.verdict import Verdict

EXAMPLES = (
    "studio dynamics babyagi",
    "studio dynamics last --png run.png",
    "studio dynamics autogpt --ca rule110.json --png beside.svg",
    "studio dynamics --trace runs.jsonl",
    "studio dynamics --ca rules.jsonl --starts 10",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    words = "run id, its beginning, or `last`; the name of an example is its recorded run; default: last"
    parser.add_argument("runs", nargs="*", metavar="RUN", help=words)
    parser.add_argument(
        "--all",
        action="store_true",
        help="all nodes that compute count as modules, not only those that ask a model or a person or use a tool",
    )
    parser.add_argument("--trace", metavar="FILE", help="runs in the exchange format, one JSON object a line")
    parser.add_argument("--ca", metavar="SPEC", help="cellular automata: a JSON object, a list, or one object a line")
    parser.add_argument("--png", metavar="FILE", help="draw the space-time diagrams into this .png or .svg file")
    parser.add_argument("--recurrence", metavar="FILE", help="draw which ticks say the same (.png or .svg; one run)")
    parser.add_argument("--flow", metavar="FILE", help="draw what flows from module to module (.png or .svg; one run)")
    parser.add_argument("--save-trace", metavar="FILE", help="write the runs in the exchange format")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="colours of pictures")
    parser.add_argument("--starts", type=int, default=6, metavar="N", help="starts of each automaton (default 6)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the starts")


def run(args: argparse.Namespace, out: Output) -> int:
    if not (args.runs or args.trace or args.ca):
        args.runs = ["last"]
    diagrams: list[Diagram] = []
    lines: list[bytes] = []
    for count, (one, verdict, title) in enumerate(_judged(args), 1):
        if count == 2 and (args.recurrence or args.flow):
            raise UsageError("--recurrence and --flow draw one run.", hint="Name one run.")
        if args.save_trace:
            lines.append(_line(one))
        _one(args, one, verdict, title, diagrams, out)
    if args.ca:
        diagrams += _automata(args, out)
    if args.png:
        from studio.dynamics.pictures import figures

        drawn(lambda: figures.save(diagrams, Path(args.png), theme=args.theme), args.png)
    if args.save_trace:
        from studio.graph.writing import save_pieces

        save_pieces(lines, Path(args.save_trace), "trace")
    return exits.OK


def _one(
    args: argparse.Namespace, one: Run, verdict: Verdict, title: str, diagrams: list[Diagram], out: Output
) -> None:
    """Tell and draw one run."""
    from studio.dynamics.measuring.measures import measure

    measures = measure(one) if args.flow or not args.trace else None
    if args.trace or out.as_json:
        told: dict[str, Any] = verdict.as_json()
        if measures is not None:
            told["measures"] = measures.as_json()
        out.json(told)
    else:
        _tell(verdict, measures, out)
    if args.png or args.recurrence:
        diagrams.append(_diagram(one, verdict, title))
    if args.recurrence or args.flow:
        from studio.dynamics.pictures import figures

        if args.recurrence:
            path = Path(args.recurrence)
            drawn(lambda: figures.save_recurrence(diagrams[-1], path, theme=args.theme), args.recurrence)
        if args.flow and measures is not None:
            names = [module.id for module in measures.modules]
            flow = _matrix(measures)
            drawn(lambda: figures.save_flow(names, flow, Path(args.flow), theme=args.theme), args.flow)


def _automata(args: argparse.Namespace, out: Output) -> list[Diagram]:
    """Judge the rules of a file, a line each; return their diagrams if they are to be drawn."""
    from studio.dynamics.automata.files import read_specs
    from studio.dynamics.automata.lab import classify

    specs = read_specs(Path(args.ca))
    for spec in specs:
        out.json(classify(spec, args.seed, args.starts).as_json())
    if not args.png:
        return []
    from studio.dynamics.pictures.automata import of_spec

    return [of_spec(spec, args.seed) for spec in specs]


def _judged(args: argparse.Namespace) -> Iterator[tuple[Run, Verdict, str]]:
    """Yield each run with its verdict and what it is called in a picture."""
    from studio.dynamics.analysis import analyse

    for name in args.runs:
        from studio.replay.dynamics import known_of, recorded_run

        trace, there = trace_of(args, name)
        with trace:
            known = known_of(trace, there)
            found = recorded_run(trace, texts=bool(args.save_trace), every=args.all, of=known)
            title = f"{known.run.graph} · {found.id[:10]}"
            yield found, analyse(found, known.thresholds), title
    if args.trace:
        from studio.dynamics.exchange.reading import read_runs

        for found in read_runs(Path(args.trace)):
            yield found, analyse(found), found.id


def _tell(verdict: Verdict, measures: Measures | None, out: Output) -> None:
    period = f", period {verdict.period}" if verdict.period else ""
    out.say(("bold", verdict.sentence), f"  confidence {verdict.confidence:.2f}{period}",
            ("dim", f"  {plain(verdict.id)}"))  # fmt: skip
    for line in verdict.evidence:
        out.line(["  ", plain_line(line)])
    grave = [alarm for alarm in verdict.alarms if alarm.level == "stop"]
    for alarm in (grave or list(verdict.alarms))[-3:]:
        colour = "red" if alarm.level == "stop" else "yellow"
        out.line([(colour, f"  {alarm.level} at {alarm.t}  "), plain_line(alarm.msg)])
    if verdict.findings:
        out.say()
        out.say(("bold", "What the measures suggest"))
        for finding in verdict.findings:
            out.line(["  ", plain_line(finding.message)])
    if measures is not None and measures.modules:
        out.say()
        _table(measures, out)


def _table(measures: Measures, out: Output) -> None:
    def share(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    rows: list[Sequence[Piece]] = [
        [
            plain(one.id), str(one.firings), str(one.distinct), share(one.variety), share(one.novelty),
            share(one.new_information), share(one.uptake), share(one.lz_growth), share(one.token_bits),
        ]
        for one in measures.modules
    ]  # fmt: skip
    headers = ("module", "firings", "distinct", "variety", "novelty", "new", "taken up", "lz", "bits")
    out.table(headers, rows, right=range(1, len(headers)))
    if measures.left_out:
        out.say(("dim", f"{measures.left_out:,} further modules, which fired less often, are not measured"))
    if measures.skipped:
        out.say(("dim", f"measured on the last firings; {measures.skipped:,} earlier ones are left out"))


def _diagram(one: Run, verdict: Verdict, title: str) -> Diagram:
    from studio.dynamics.analysis import steps
    from studio.dynamics.pictures import of_run

    groups = {module.id: module.id.rpartition("/")[0] for module in one.modules}
    return of_run(one, list(steps(one)), verdict, title=title, groups=groups)


def _matrix(measures: Measures) -> NDArray[Any]:
    import numpy

    rows = [[numpy.nan if one is None else one for one in row] for row in measures.flow]
    return numpy.array(rows, numpy.float64).reshape(len(rows), len(rows))


def _line(run: Run) -> bytes:
    from studio.dynamics.exchange.writing import as_line

    return as_line(run) + b"\n"


def drawn(draw: Callable[[], None], name: str) -> None:
    """Draw into a file. Raises EnvironmentProblem where it cannot be written."""
    try:
        draw()
    except OSError as error:
        raise EnvironmentProblem(f"The picture cannot be saved: {error.strerror or error}.", where=name) from error
