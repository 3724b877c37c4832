"""Which graph or which runs `studio export` is about, and how the file comes into being."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio.cli.approving import can_ask, confirmed
from studio.cli.database import open_trace
from studio.cli.graphs import graph_path, open_graph
from studio.cli.output import Output
from studio.export.targets import GraphSource, GraphTarget, Options, Problem, RunSource, RunTarget, Target, Tell
from studio.graph.model import Graph
from studio.graph.writing import save_pieces
from studio.importers.opening import GRAPH_SUFFIXES
from studio.plugins.registries import registry_of
from studio.support.errors import UsageError
from studio.support.plain import plain
from studio.support.resources import bundled_graphs, recorded_run
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.trace import Trace

RUN_ID: Final = re.compile(r"[0-9][0-9A-Za-z]{1,25}")
"""What the id of a run and its beginnings look like (`support.ids`): a digit comes first until far in the future."""


class CannotExport(UsageError):
    """Something stands against the export; all of it is told at once."""

    code = "cannot_export"

    def __init__(self, target: Target, problems: Sequence[Problem], where: str) -> None:
        several = "several things stand" if len(problems) > 1 else "something stands"
        told = "".join(f"\n  {one}" for one in problems) + (f"\n{target.instead}" if target.instead else "")
        super().__init__(f"This cannot be made into “{target.title}”: {several} against it.", where=where, hint=told)
        self.details: Json = [{"node": one.node, "message": one.message} for one in problems]


def check_place(args: argparse.Namespace, out: Output) -> None:
    """Raise UsageError if there is no place to write to, or a file in it that the person does not want replaced."""
    if not args.output:
        raise UsageError("Say where the export should go.", hint="Write `-o FILE`; `-` is standard output.")
    if args.output == "-":
        if out.as_json:
            raise UsageError(
                "Standard output takes the export itself or, with --json, what is told of it, not both.",
                hint="Write `-o FILE`.",
            )
        return
    path = Path(args.output)
    if path.is_dir():
        raise UsageError("This is a folder.", where=args.output, hint="Name a file in it.")
    if not path.exists() or args.force:
        return
    if not out.as_json and can_ask() and confirmed(f"{args.output} is there already. Replace it?"):
        return
    raise UsageError("There is such a file already.", where=args.output, hint="`--force` replaces it.")


def make_of_graph(target: GraphTarget, options: Options, args: argparse.Namespace, tell: Tell) -> int:
    """Make a target of the graph that the words name, and write it. Returns the bytes written."""
    if len(args.sources) != 1 or args.runs:
        raise UsageError(f"“{target.title}” is made of one graph.", hint="Name one, by its file or one of its runs.")
    source = graph_source(args.sources[0], args)
    _stand_against(target, target.problems(source, options), args.sources[0], tell)
    return _write(target.make(source, options, tell), args.output)


def make_of_runs(target: RunTarget, options: Options, args: argparse.Namespace, tell: Tell, *, sends: bool) -> int:
    """Make a target of the runs that the words name, and write it, or send it away. Returns the bytes written."""
    args.run_name = args.sources[0] if len(args.sources) == 1 and not args.runs else None
    if not args.runs and (args.db or recorded_run(args.run_name or "") is None):
        _refuse_graphs(args.sources)
    with open_trace(args) as trace:
        # `open_trace` says `last` for an example: the only run of its own file.
        words = [args.run_name] if args.run_name else args.sources
        source = RunSource(trace, runs_named(trace, words, target, every=args.runs))
        _stand_against(target, target.problems(source, options), ", ".join(args.sources), tell)
        if sends and target.send is not None:
            target.send(source, options, tell)
            return 0
        return _write(target.make(source, options, tell), args.output)


def _stand_against(target: Target, problems: Sequence[Problem], where: str, tell: Tell) -> None:
    """Raise `CannotExport` if something stops the export, having told what will merely be different."""
    stopping = [one for one in problems if one.stops]
    for one in problems:
        if not one.stops:
            tell(str(one))
    if stopping:
        raise CannotExport(target, stopping, where)


def _write(pieces: Iterable[bytes], output: str) -> int:
    counted = _Counted(pieces)
    if output != "-":
        save_pieces(counted, Path(output), "export")
        return counted.size
    sys.stdout.flush()
    seen = _is_terminal()
    for piece in counted:
        if seen:  # no text from a graph or a model may drive the terminal
            sys.stdout.write(plain(piece.decode("utf-8", "replace")))
        else:
            sys.stdout.buffer.write(piece)
    sys.stdout.flush()
    return counted.size


def _is_terminal() -> bool:
    return sys.stdout.isatty()


class _Counted:
    """Pieces as they pass, and how many bytes they were."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            yield piece


def graph_source(word: str, args: argparse.Namespace) -> GraphSource:
    """Return the graph that a word means: a file, an example, or a run, whose graph is taken as it was run."""
    if names_graph(word):
        graph, file = open_graph(word), str(graph_path(word))
    elif not _may_be_run(word):
        graph_path(word)  # says what is wrong with it as the name of a graph
        raise AssertionError("a word that is no graph was taken for one")
    else:
        args.run_name = word
        with open_trace(args) as trace:
            run = trace.run(word)
            graph, file = Graph.from_text(trace.graph_text(run.id), name=run.graph or "recorded run"), run.file
    output = None if args.output in (None, "-") else Path(args.output)
    return GraphSource(graph, registry_of(graph), file, output)


def names_graph(word: str) -> bool:
    """True if a word is a graph file or the name of an example."""
    path = Path(word)
    named = word.removeprefix("examples/")
    return path.exists() or path.suffix in GRAPH_SUFFIXES or any(named == one.stem for one in bundled_graphs())


def _may_be_run(word: str) -> bool:
    """True if a word looks like a run rather than like a misspelt graph: `last`, or signs that ids are made of."""
    return word == "last" or bool(RUN_ID.fullmatch(word))


def runs_named(trace: Trace, words: Sequence[str], target: RunTarget, *, every: bool) -> tuple[str, ...]:
    """Return the ids of the runs that words mean; with `every` those of all runs of the graphs that they name.

    Raises UsageError if there are none, or several where the target is made of one.
    """
    if every:
        named = {Path(word).stem for word in words}
        found = [run.id for run in trace.runs() if not named or run.graph in named]
        found.reverse()
        if not found:
            raise UsageError("No runs of it are recorded.", where=", ".join(words), hint="`studio runs` lists them.")
    else:
        found = list(dict.fromkeys(trace.run(word).id for word in words))
    if len(found) > 1 and not target.many:
        raise UsageError(f"“{target.title}” is made of one run, and these are {len(found)}.", hint="Name one of them.")
    return tuple(found)


def _refuse_graphs(words: Sequence[str]) -> None:
    for word in words:
        if names_graph(word):
            raise UsageError(
                "This is a graph, and what is asked for is made of a run.",
                where=word,
                hint=f"Run it (`studio run {word}`) and name the run, as in `studio export last`; or take all runs of "
                "it with --runs.",
            )
