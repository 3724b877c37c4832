"""Say what cannot work in a graph and what is loose: errors keep it from running, warnings do not.

Exit code 4 if anything is found; with --errors only if there is an error. --explain tells what a code means, --scores
how tightly each model function is held: 1 is fully, and what would hold it tighter.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.graphs import open_graph
from studio.cli.output import Output
from studio.cli.text import Piece, plural
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.resources import TESTS

if TYPE_CHECKING:
    from studio.graph.diagnostics import Diagnostic

EXAMPLES = (
    "studio lint my_graph.yaml",
    "studio lint graphs/*.yaml --errors",
    "studio lint inbox_triage --scores",
    "studio lint --explain never_starts",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("graphs", nargs="*", metavar="GRAPH", help="graph files, or names of examples")
    parser.add_argument("--errors", action="store_true", help="leave out warnings")
    parser.add_argument("--scores", action="store_true", help="how tightly each model function is held")
    parser.add_argument("--explain", metavar="CODE", help="tell what a finding of this code means")


def run(args: argparse.Namespace, out: Output) -> int:
    if args.explain:
        return _explain(args.explain, out)
    if not args.graphs:
        raise UsageError("Name a graph to look at.", hint="`studio lint my_graph.yaml`")
    if args.scores:
        return _scores(args.graphs, out)
    found: list[Diagnostic] = []
    for ref in args.graphs:
        found += [one for one in _findings(ref) if not args.errors or one.severity == "error"]
    if out.as_json:
        out.json([one.to_json() for one in found])
    else:
        _print(found, len(args.graphs), out)
    return exits.FINDING if found else exits.OK


def _findings(ref: str) -> list[Diagnostic]:
    from studio.lint import lint
    from studio.plugins.registries import registry_of

    if ref.endswith(TESTS):  # `graphs/*.yaml` takes in the tests beside the graphs: they need only be readable
        from studio.cases.reading import read_tests

        read_tests(Path(ref))
        return []
    graph = open_graph(ref)
    return lint(graph, registry_of(graph))


def _scores(refs: list[str], out: Output) -> int:
    from studio.lint import constraints

    refs = [ref for ref in refs if not ref.endswith(TESTS)]
    found = [(ref, node, held) for ref in refs for node, held in constraints(open_graph(ref)).items()]
    if out.as_json:
        out.json([{"graph": r, "node": n, "score": h.score, "missing": list(h.missing)} for r, n, h in found])
        return exits.OK
    if not found:
        out.note("There are no model functions in it.")
        return exits.OK
    rows: list[list[Piece]] = []
    for ref, node, held in sorted(found, key=lambda entry: entry[2].score):
        style = "green" if held.score >= 0.8 else "yellow" if held.score >= 0.5 else "red"
        name = node if len(refs) == 1 else f"{ref}: {node}"
        rows.append([("bold", name), (style, f"{held.score:.2f}"), "; ".join(held.missing)])
    out.table(["function", "held", "what would hold it tighter"], rows, right=(1,))
    return exits.OK


def _print(found: list[Diagnostic], graphs: int, out: Output) -> None:
    for one in found:
        style = "red" if one.severity == "error" else "yellow"
        where = f"{one.place}: "
        out.line((("bold", where), (style, one.severity), "  ", f"{one.message} {one.hint}".strip() + f" [{one.code}]"))
    errors = sum(one.severity == "error" for one in found)
    if found:
        out.note()
        out.note(f"{plural(errors, 'error')}, {plural(len(found) - errors, 'warning')}"
                 " · `studio lint --explain CODE` tells more")  # fmt: skip
    else:
        out.note(("green", "nothing found"), f"  in {plural(graphs, 'graph')}")


def _explain(code: str, out: Output) -> int:
    from studio.graph.diagnostics import HELP

    if code not in HELP:
        hint = did_you_mean(code, HELP, then="The codes stand in brackets behind findings.")
        raise UsageError(f"There is no finding `{code}`.", hint=hint)
    if out.as_json:
        out.json({"code": code, "help": HELP[code]})
    else:
        out.wrapped(("bold", code), "  ", HELP[code])
    return exits.OK
