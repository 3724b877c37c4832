"""What a script does when it is called: it reads its options, runs its graph and tells what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from studio.export.standalone.runtime.playing import EXIT_CODES, Result, play
from studio.export.standalone.runtime.recording import Recorder
from studio.export.standalone.runtime.run import Run
from studio.graph.model import LIMITS
from studio.spec.choices import choice_hint, choice_problem
from studio.spec.given import given_values
from studio.spec.types import type_of, value_check
from studio.support.errors import EnvironmentProblem, StudioError, UsageError
from studio.support.ids import new_run_id
from studio.support.keys import scrub
from studio.support.pieces import money, plural
from studio.support.plain import plain, plain_line
from studio.support.values import Blob, Json, encode, hash_bytes, preview

if TYPE_CHECKING:
    from studio.export.standalone.runtime.firing import Firing
    from studio.export.standalone.runtime.graph import Graph

OPTIONS = {
    "model": ("MODEL", "the model for every role, as litellm calls it"),
    "embedder": ("MODEL", "the embedding model"),
    "answers": ("FILE", "answers to the questions that a person is asked, one per line"),
    "files": ("DIR", "the folder in which files are looked for (default: that of this script)"),
    "clock": ("ISO", "let the clock begin at this time, and never wait"),
    "db": ("FILE", "record the run in this file, which the studio opens"),
    "limit": ("NAME=N", "pause when used up: firings, ticks, calls, tokens, cost_usd, seconds; may be repeated"),
}
"""Options of scripts: what they take, and what for."""

LINE_S = 0.1
"""Least time between two changes of the line that shows progress."""


class Asked(Protocol):
    """What the graph of a script asks (an `Outside`)."""

    @property
    def asks_at_terminal(self) -> bool:
        """True if a person may be asked at the terminal."""

    async def prepare(self) -> None:
        """Get ready before the run begins."""

    def begin(self, run: Run) -> None:
        """Let the firings of a run ask."""

    async def close(self) -> None:
        """Give up what is asked for nobody any more."""


def add_options(parser: argparse.ArgumentParser, *names: str) -> None:
    """Let a script take the options of every script, and those `names` that only some have a use for.

    From here on, signs that the terminal has no form for are written as escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for name in (*names, "limit", "db"):
        metavar, about = OPTIONS[name]
        if name == "limit":
            parser.add_argument("--limit", action="append", default=[], metavar=metavar, help=about)
        else:
            parser.add_argument(f"--{name}", metavar=metavar, help=about)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random choices")
    parser.add_argument("--json", action="store_true", help="print one JSON object about the run")
    parser.epilog = (
        "Exit codes: 0 it worked, 1 the run failed, 2 something was given wrongly, 3 a limit paused the run, 5 the "
        "disk, the database or a model refuses, 130 interrupted."
    )


def execute(
    graph: Graph,
    given: Mapping[str, tuple[str, str, str | None]],
    args: argparse.Namespace,
    *,
    text: str,
    schema: str,
    limits: Mapping[str, float],
    outside: Callable[[], Asked] | None = None,
    file: str = "",
) -> int:
    """Run the graph of a script, print what it gives, and return the exit code.

    `given` has the option, the port type and the text of each input (None where nothing is given); `text` is the graph
    as the studio writes it, `schema` what makes an empty file a record, `limits` hold where graph and command line name
    none, `outside` makes what the graph asks: models, people, the clock; `file` is the script, where its files lie.
    Exit codes: 0 well, 1 failed, 2 given wrongly, 3 paused, 5 disk, database or model, 130 interrupted, 141 nobody
    reads the output on.
    """
    try:
        refuse_running_loop()
        values = bound(graph, given)
        bounds = {**limits, **graph.limits, **parsed_limits(args.limit)}
        db = Path(args.db).absolute() if args.db else None
        base = files_folder(getattr(args, "files", None), file)
        asked = None if outside is None else outside()
        result, unrecorded = asyncio.run(_execute(graph, values, args, text, db, schema, bounds, asked, base))
    except StudioError as error:
        return _refuse(error, args.json)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return EXIT_CODES["aborted"]
    code = printed(lambda: print(json.dumps(result.to_json())) if args.json else tell(result, args.db))
    if unrecorded is not None:
        return _refuse(unrecorded, as_json=False)
    return EXIT_CODES[result.status] if code == 0 else code


def refuse_running_loop() -> None:
    """Raise `UsageError` where an event loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError(
        "A script brings its own event loop, and here runs one already.",
        hint="Call it in a thread: `await asyncio.to_thread(main, [...])`.",
    )


def files_folder(named: str | None, file: str) -> Path:
    """Return the folder of the files of a graph: the one named, else that of the script. Raises `UsageError`."""
    if named is None:
        return Path(file).absolute().parent
    folder = Path(named).absolute()
    if not folder.is_dir():
        raise UsageError(f"There is no folder `{named}`.", hint="Give the one in which the files of the graph lie.")
    return folder


def printed(write: Callable[[], None]) -> int:
    """Write to standard output; return 0, or the exit code where that cannot be: nobody reads on, or a disk is full."""
    try:
        write()
        sys.stdout.flush()
    except OSError as error:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:  # or Python complains once more at its end
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 141
        print(f"The output cannot be written: {error.strerror or error}.", file=sys.stderr)
        return EnvironmentProblem.exit_code
    return 0


def _refuse(error: StudioError, as_json: bool) -> int:
    if as_json:
        told = {"code": getattr(error, "kind", error.code), "message": scrub(error.message)}
        print(json.dumps({"error": {**told, "where": error.where, "hint": scrub(error.hint)}}))
    else:
        print(scrub(plain(str(error))), file=sys.stderr)
    return error.exit_code


async def _execute(
    graph: Graph,
    values: Mapping[str, Json],
    args: argparse.Namespace,
    text: str,
    db: Path | None,
    schema: str,
    limits: Mapping[str, float],
    outside: Asked | None,
    base: Path,
) -> tuple[Result, EnvironmentProblem | None]:
    """Run and record; return what came of it, and why it could not be recorded to its end, if so."""
    if outside is not None:
        await outside.prepare()
    plain_values = {name: value.value() if isinstance(value, Blob) else value for name, value in values.items()}
    seed = max(-(2**63), min(args.seed, 2**63 - 1))  # what the record has room for
    recorder = Recorder(
        db,
        schema,
        run_id=new_run_id(),
        graph=graph.name,
        graph_hash=hash_bytes(text.encode()),
        text=text,
        inputs={name: encode(value) for name, value in plain_values.items()},
        options={
            **{name: whole_text(getattr(args, name, None)) for name in ("model", "embedder", "clock", "answers")},
            "seed": seed, "limits": finite(limits), "races": "ordered", "patience": 100, "cache": "off",
            "folder": whole_text(str(Path.cwd())),
        },
        at=time.time_ns(),
    )  # fmt: skip
    shown = sys.stderr.isatty() and not args.json and (outside is None or not outside.asks_at_terminal)
    progress = Progress() if shown else None
    try:
        run = Run(
            recorder.run_id, recorder, seed=seed, limits=limits, base=base,
            watch=None if progress is None else progress.show,
        )  # fmt: skip
        for value in values.values():
            if isinstance(value, Blob):
                recorder.blob(value.data, value.media_type)
                run.blobs[hash_bytes(value.data)] = value.data
        if outside is not None:
            outside.begin(run)
        result = await play(run, graph, plain_values)
    except BaseException:
        recorder.close()
        raise
    finally:
        if progress is not None:
            progress.clear()
        if outside is not None:
            await outside.close()
    try:
        recorder.close()
    except EnvironmentProblem as problem:
        return result, problem
    return result, None


def whole_text(text: str | None) -> str | None:
    """Return a text without halves of characters, which names of files that are no UTF-8 hold."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def finite(limits: Mapping[str, float]) -> dict[str, float | None]:
    """Return limits as they are recorded: None for one that is infinite."""
    return {name: bound if math.isfinite(bound) else None for name, bound in limits.items()}


class Progress:
    """One line on the terminal that says what was decided last and what was used so far."""

    def __init__(self) -> None:
        self._next = 0.0

    def show(self, firing: Firing, status: int) -> None:
        """Show that a node was decided."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LINE_S
        run = firing.region.run
        cost = money(run.meter.used["cost_usd"] if run.cost_known else None)
        used = f"{plural(run.decided, 'firing')}, {plural(int(run.meter.used['calls']), 'model call')}, {cost}"
        sys.stderr.write(f"\r\x1b[K{plain_line(firing.node)} at tick {firing.tick}  {used}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def bound(graph: Graph, given: Mapping[str, tuple[str, str, str | None]]) -> dict[str, Json]:
    """Return the values of the inputs that are given. Raises `UsageError` for one of a wrong type or none of
    its choices."""
    options = {name: option for name, (option, _, _) in given.items()}
    texts = [(name, kind, text) for name, (_, kind, text) in given.items() if text is not None]
    values = given_values(texts, lambda name: f"{options[name]} ")
    for name, value in values.items():
        kind = graph.inputs[name].kind
        check = value_check(kind)
        value = value.value() if isinstance(value, Blob) else value
        if check is not None and not check(value):
            raise UsageError(f"The input `{name}` takes {kind}, but got {type_of(value)}: {preview(value)}.")
        choices = graph.inputs[name].choices
        if problem := choice_problem(name, choices, value):
            raise UsageError(problem, hint=choice_hint(choices, value))
    return values


def parsed_limits(given: list[str]) -> dict[str, float]:
    """Read `--limit NAME=N`. Raises `UsageError`."""
    limits: dict[str, float] = {}
    for item in given:
        name, _, text = item.partition("=")
        if name not in LIMITS:
            raise UsageError(f"`{name}` is no limit.", hint=f"The limits: {', '.join(LIMITS)}.")
        try:
            limits[name] = float(text)
        except ValueError:
            raise UsageError(f"`--limit {item}` is no limit.", hint="Write `--limit cost_usd=0.50`.") from None
        if not limits[name] >= 0:
            raise UsageError(f"The limit `{name}` should be a number from 0, not {text}.")
    return limits


def tell(result: Result, db: str | None) -> None:
    """Print the outputs, and beside them how the run went and where it is recorded."""
    for name, value in result.outputs.items():
        lines = plain(value if isinstance(value, str) else _json_text(value)).splitlines() or [""]
        if len(result.outputs) == 1:
            print("\n".join(lines))
        elif len(lines) == 1:
            print(f"{name}  {lines[0]}")
        else:
            print("\n".join([name, *(f"  {line}" for line in lines)]))
    sys.stdout.flush()
    used = [plural(result.ticks, "tick"), plural(result.firings, "firing"), plural(result.calls, "model call")]
    if result.calls:
        used += [f"{result.tokens_in + result.tokens_out:,} tokens", money(result.cost_usd)]
    used.append(f"{result.duration_s:.1f} s")
    print(f"{result.status}, ended {result.ended}  {' · '.join(used)}", file=sys.stderr)
    if result.error is not None:
        place = f"`{result.error['node']}` at tick {result.error['tick']}: " if result.error["node"] else ""
        message = str(result.error["message"])
        print(scrub(plain(message if message.startswith(place[:-2]) else place + message)), file=sys.stderr)
    if db:
        print(f"run {result.run} in {plain_line(db)}, which the studio opens", file=sys.stderr)


def _json_text(value: Json) -> str:
    line = encode(value).decode()
    return line if len(line) <= 100 else json.dumps(value, indent=2, ensure_ascii=False)
