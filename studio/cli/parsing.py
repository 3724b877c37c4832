"""Argument parsers: one for the door, one per command; wrong use is a `UsageError`, never an exit."""

from __future__ import annotations

import argparse
import math
import sys
import textwrap
from typing import Any, Final, NoReturn

from studio.cli.discovery import Command, command_names, summary
from studio.support.errors import UsageError

PROLOGUE = "studio: draw many small checked modules, run them, replay every step."
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "draw and check": ("gui", "examples", "lint", "fmt", "graph", "nodes", "new-node", "import"),
    "run": ("run", "resume", "fork", "control", "serve", "mcp"),
    "look at runs": ("runs", "show", "replay", "prompts", "search", "why", "diff", "stores", "sql", "test"),
    "see how runs behave": ("dynamics", "lamps"),
    "experiment": ("batch", "knockout", "report", "tune", "improve"),
    "take away": ("export",),
    "decide what may be reached": ("approve", "secrets", "mcp-tools"),
    "set up": ("models", "config", "cache", "db", "help"),
}
"""In which order the overview tells of the commands; those it does not know stand last."""
FIRST_STEPS = (
    ("studio", "open the window"),
    ("studio examples", "what ships with the studio"),
    ("studio run inbox_triage", "run one"),
    ("studio replay last", "step through it, in both directions"),
)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of exiting and speaks like the rest of the studio."""

    def __init__(self, **options: Any) -> None:
        # Colours and the layout of newer argparse versions would make help differ between Pythons.
        if sys.version_info >= (3, 14):
            options.setdefault("color", False)
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:]
        raise UsageError(sentence.rstrip(".") + ".", hint=f"See `{self.prog} --help`.")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        options["width"] = 100
        super().__init__(prog, max_help_position=30, **options)


def age_seconds(text: str) -> float:
    """Return the seconds of an age as people give it: `12h`, `30d`, `4w`. Raises UsageError."""
    try:
        seconds = float(text[:-1]) * _UNITS[text[-1:]]
    except (ValueError, KeyError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise UsageError(f"`{text}` is no age.", hint="Write a number and s, m, h, d or w, as in 30d.")
    return seconds


def command_parser(name: str, command: Command) -> Parser:
    """Return the parser of one command: its own arguments and the shared options."""
    docs = (command.__doc__ or "").strip()
    examples = "\n".join(f"  {line}" for line in command.EXAMPLES)
    parser = Parser(prog=f"studio {name}", description=docs, epilog=f"examples:\n{examples}")
    command.arguments(parser)
    shared = parser.add_argument_group("shared options")
    shared.add_argument("--json", action="store_true", help="print one JSON value for programs")
    shared.add_argument(
        "--db",
        metavar="FILE",
        help="the database of runs (default: in your data folder; environment STUDIO_DB)",
    )
    return parser


def overview() -> str:
    """Return what `studio --help` prints."""
    names = command_names()
    wide = max(map(len, names))
    lines = [PROLOGUE, "", "usage: studio [COMMAND] [options]"]
    known = {name for group in GROUPS.values() for name in group}
    for title, group in {**GROUPS, "more": tuple(name for name in names if name not in known)}.items():
        lines += ["", f"{title}:"] if group else []
        for name in group:
            text = textwrap.wrap(summary(name), 96 - wide)
            lines.append(f"  {name:<{wide}}  {text[0]}")
            lines.extend(" " * (wide + 4) + more for more in text[1:])
    lines += ["", "first steps:"]
    wide = max(len(line) for line, _ in FIRST_STEPS)
    lines += [f"  {line:<{wide}}  {what}" for line, what in FIRST_STEPS]
    lines += ["", "Every command has --help, --json and --db FILE.", ""]
    return "\n".join(lines)
