"""The door: finds the command, parses its arguments, runs it, and turns what goes wrong into a line and a code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import StudioError, UsageError
from studio.support.private_memory import keep_memory_private

WINDOW = "gui"
"""The command that `studio` alone stands for."""
_WITH_VALUE = ("--db",)
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name) and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    out = Output(json="--json" in words)
    return guarded(lambda: _run(words, out), out)


def guarded(work: Callable[[], int], out: Output) -> int:
    """Do the work of a command and return its exit code; what goes wrong is told, and whose fault it is."""
    _speak_utf8()
    try:
        code = work()
        sys.stdout.flush()
    except StudioError as error:
        return _report(error, out)
    except KeyboardInterrupt:
        print("\nstudio: Interrupted.", file=sys.stderr)
        return exits.INTERRUPTED
    except BrokenPipeError:
        return _close_pipe()
    except SystemExit as end:  # argparse ends `--help` and `--version` this way
        return end.code if isinstance(end.code, int) else exits.OK
    except Exception as error:  # noqa: BLE001 - the last place where a fault of ours can be told
        if isinstance(error, OSError) and error.errno in _FULL:
            return _tell_full()
        from studio.cli.faults import report_fault

        report_fault(error, out)
        return exits.FAILED
    return code


def _run(words: list[str], out: Output) -> int:
    moved, words = _leading_options(words)
    name = words.pop(0) if words else WINDOW
    if name in ("-h", "--help"):
        from studio.cli.parsing import overview

        print(overview(), end="")
        return exits.OK
    if name in ("-V", "--version"):
        from importlib.metadata import version

        print(f"Ganglia Studio {version('ganglia-studio')}")
        return exits.OK
    if name.startswith("-"):
        raise UsageError(f"`{name}` is no option of `studio`.", hint="`studio --help` lists commands and options.")
    from studio.cli.discovery import load
    from studio.cli.parsing import command_parser

    keep_memory_private()  # before anything is started: the window begins here too
    command = load(name)
    args = command_parser(name, command).parse_args([*words, *moved])
    return command.run(args, out)


def _leading_options(words: list[str]) -> tuple[list[str], list[str]]:
    """Shared options may stand before the command too; they are handed to it."""
    moved: list[str] = []
    rest = list(words)
    while rest and (rest[0] == "--json" or rest[0].split("=")[0] in _WITH_VALUE):
        option = rest.pop(0)
        moved.append(option)
        if option in _WITH_VALUE and rest:
            moved.append(rest.pop(0))
    return moved, rest


def _report(error: StudioError, out: Output) -> int:
    from studio.cli.faults import report

    try:
        return report(error, out)
    except BrokenPipeError:
        return _close_pipe()


def _tell_full() -> int:
    """Where the output goes is full, a file of the shell's (`> FILE`) as a rule: nobody's fault."""
    _close_pipe()
    print("studio: The output cannot be written: the disk is full. Make room.", file=sys.stderr)
    return exits.ENVIRONMENT


def _close_pipe() -> int:
    """Nobody reads on: say nothing, and keep Python from complaining when it flushes at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.PIPE


def _speak_utf8() -> None:
    """Terminals and pipes get UTF-8 where the locale is poorer; what cannot be shown is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
