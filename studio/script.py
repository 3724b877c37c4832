"""What exported scripts share: the options of a run, the readers of inputs, and running a graph to an exit code.

A script says itself which inputs its graph has and which function makes it; here is what is the same in all of them, so
that a graph run by its script prints, records and ends exactly as `studio run` does.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from studio.cli.output import Output
    from studio.cli.running import Watch
    from studio.engine.result import RunResult
    from studio.graph.model import Graph
    from studio.support.values import Blob, Json

_SAVE: Final = "--save"
_UNSAID: Final[Mapping[str, Any]] = {
    "model": None, "embedder": None, "answers": None, "clock": None, "seed": 0, "limits": (), "cache": None,
    "approve": (), "db": None, "json": False, "save": None,
}  # fmt: skip
"""What holds where nothing is said."""

_UNSTEERED: Final[Mapping[str, Any]] = {
    "step": False, "breaks": [], "to": None, "only": None, "freezes": [], "knockouts": [],
}  # fmt: skip
"""What `studio run` can be told besides: a script's run is watched and steered from outside (`studio control`)."""


class _Parser(argparse.ArgumentParser):
    """Takes the graph away without being given its inputs, since nothing is run then."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        words: Sequence[str] = sys.argv[1:] if args is None else args
        if any(word == _SAVE or word.startswith(f"{_SAVE}=") for word in words):
            for action in self._actions:
                action.required = False
        return super().parse_known_args(args, namespace)


class _Helped(argparse.ArgumentDefaultsHelpFormatter):
    """Tells defaults, but none of what must be given."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.required else super()._get_help_string(action)


def run_parser(about: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of a run; the script adds the inputs of its graph.

    `about` is the script's docstring; its first paragraph stands in the help.
    """
    first, _, _ = (about or "").strip().partition("\n\n")
    description = first.replace("%", "%%") if "%(prog)" in first else first  # argparse fills in its own names
    parser = _Parser(description=description, formatter_class=_Helped, allow_abbrev=False)
    run = parser.add_argument_group("how it is run", argument_default=argparse.SUPPRESS)
    run.add_argument("--model", metavar="MODEL", help="the model for every role")
    run.add_argument("--embedder", metavar="MODEL", help="the embedding model")
    run.add_argument("--answers", metavar="FILE", help="answers to questions a person would be asked")
    run.add_argument("--clock", metavar="ISO", help="start the clock at this time, and never wait")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random choices")
    run.add_argument(
        "--limit", action="append", metavar="NAME=N", dest="limits",
        help="pause when used up: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated",
    )  # fmt: skip
    run.add_argument("--cache", choices=("off", "llm", "all"), help="what may be taken from the cache")
    run.add_argument("--approve", action="append", metavar="HASH", help="let a graph that it includes do what it asks")
    run.add_argument("--db", metavar="FILE", help="where the run is recorded (your database of runs, if not said)")
    run.add_argument("--json", action="store_true", help="print one JSON object, as `studio run --json` does")
    run.add_argument(_SAVE, metavar="FILE", help="write the graph as a file of the studio instead of running it")
    return parser


def play(make: Callable[[], Graph], args: argparse.Namespace, inputs: Mapping[str, Json] | None = None) -> int:
    """Run the graph that `make` returns as the arguments say, print what it gives, and return the exit code.

    Exit codes are those of `studio run`: 0 ok, 1 failed, 2 something was given wrongly, 3 paused by a limit, 5 disk,
    database or model, 130 interrupted. What goes wrong is told in a sentence, not raised.
    """
    from studio.cli.main import guarded
    from studio.cli.output import Output

    settled = argparse.Namespace(**{**_UNSAID, **vars(args), **_UNSTEERED})
    out = Output(json=settled.json)
    return guarded(lambda: _play(make, settled, dict(inputs or {}), out), out)


def _play(make: Callable[[], Graph], args: argparse.Namespace, inputs: dict[str, Json], out: Output) -> int:
    from studio.cli.approving import approved_for
    from studio.cli.database import database
    from studio.cli.running import parse_limits, play
    from studio.support.private_memory import keep_memory_private

    keep_memory_private()
    graph = make()
    if args.save is not None:
        graph.save(Path(args.save))
        out.note(f"Written: {args.save}")
        return 0
    limits = parse_limits(args.limits)
    approve = approved_for(graph, args, out)
    db = database(args)

    def start(watch: Watch) -> RunResult:
        from studio.engine.run import run

        return run(
            graph, inputs, model=args.model, embedder=args.embedder, answers=args.answers, clock=args.clock,
            seed=args.seed, limits=limits or None, cache=args.cache, db=db, folder=Path.cwd(), approve=approve,
            script=(graph.base or Path.cwd()).absolute() / Path(sys.argv[0]).name, **watch,
        )  # fmt: skip

    return play(args, out, graph.name, db, start, lambda: graph)


# -- reading what is given to inputs ----------------------------------------------------------------------


def read_text(text: str) -> str:
    """Return an argument as it stands, or with `@notes.txt` what a file holds; `@@` stands for an `@` itself."""
    return _contents(text)


def read_json(text: str) -> Json:
    """Return the JSON of an argument: `[1, 2]`, or `@rows.json` for what a file holds."""
    try:
        return json.loads(_contents(text), parse_constant=_refused)
    except ValueError:
        raise argparse.ArgumentTypeError(f"this is no JSON: {text[:80]}") from None


def read_any(text: str) -> Json:
    """Return an argument as JSON if it is some, else as the text that it is."""
    contents = _contents(text)
    try:
        return json.loads(contents, parse_constant=_refused)
    except ValueError:
        return contents


def read_number(text: str) -> float:
    """Return the number of an argument; whole ones stay whole."""
    try:
        value = json.loads(_contents(text), parse_constant=_refused)
    except ValueError:
        value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise argparse.ArgumentTypeError(f"this is no number: {text[:80]}")
    return value


def read_file(text: str) -> Blob:
    """Return what a file holds, with its kind by its name: an image, a sound or any other file."""
    import mimetypes

    from studio.support.values import Blob

    path = Path(text.removeprefix("@"))
    try:
        return Blob(path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error.strerror}") from None


def _contents(text: str) -> str:
    """Return the text of an argument: of a file after `@`; `@@` stands for an `@` itself."""
    if not text.startswith("@"):
        return text
    if text.startswith("@@"):
        return text[1:]
    try:
        return sys.stdin.read() if text == "@-" else Path(text[1:]).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text[1:]} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise argparse.ArgumentTypeError(f"{text[1:]} is not UTF-8 text") from None


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no JSON")
