"""The reference of all commands as Markdown, made from the live parsers; `studio/help/commands.md` is its output.

`python -m studio.cli.reference` rewrites the page; a test compares the two.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from studio.cli.discovery import command_names, load
from studio.cli.parsing import command_parser

INTRODUCTION = """# Commands

Every command has `--help`, `--json` (one JSON value for programs) and `--db FILE` (the database of runs; default: in
your data folder, environment `STUDIO_DB`). `RUN` is a run's id, its beginning, or `last`. `GRAPH` is a graph file or
the name of an example. Exit codes are on the page `exit_codes`.
"""


def commands_page() -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *(_section(name) for name in command_names())])


def _section(name: str) -> str:
    command = load(name)
    parser = command_parser(name, command)
    lines = [f"## {name}", "", (command.__doc__ or "").strip(), ""]
    own = [action for action in parser._actions if action.dest not in ("help", "json", "db")]
    if own:
        lines += ["| argument | meaning |", "|---|---|"]
        lines += [f"| {_spelling(action)} | {_cell(action)} |" for action in own]
        lines.append("")
    lines += ["```", *command.EXAMPLES, "```", ""]
    return "\n".join(lines)


def _spelling(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices and not value:
        value = "|".join(map(str, action.choices))
    if not action.option_strings:
        more = " …" if action.nargs in ("+", "*") else ""
        return (f"`[{value}{more}]`" if action.nargs in ("?", "*") else f"`{value}{more}`").replace("|", "\\|")
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    return f"{names} `{value}`".replace("|", "\\|") if value and action.nargs != 0 else names


def _cell(action: argparse.Action) -> str:
    return (action.help or "").replace("|", "\\|")


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / "help" / "commands.md"
    target.write_text(commands_page(), encoding="utf-8")
    sys.stdout.write(f"{target} written\n")
