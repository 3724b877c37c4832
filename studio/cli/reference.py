"""Pages of the help that are made: of all commands from the live parsers, of all node types from their declarations.

`python -m studio.cli.reference` rewrites `commands.md` and `node_types.md` in `studio/help`; a test compares.
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


NODE_TYPES = """# Node types

What each node type is, which library does its work, what it may do beyond computing, and what bounds it. `studio nodes
TYPE` tells more of one. A graph that is not yours is approved before its `reads`, `network` and `executes` types run
(page `trust`); only clocks, chance, people, parsing, stores and models of your choice need no approval. `store` types
use a store of the graph (page `stores`). The library `own` is a few lines of ours; where the limit is `the run's`, the
inputs are the measure and what bounds the run bounds it (firings, ticks, calls, tokens, money, seconds). The last
column says whether the type can go into a script without the studio (`studio export --standalone`), and if not, why.
"""

EFFECTS = {"pure": "none", "reads": "reads", "network": "network", "executes": "executes"}


def node_types_page() -> str:
    """Return the page of all node types that ship with the studio, by category."""
    from studio.export.standalone.gathering import standalone_problem
    from studio.spec.registry import default_registry

    lines = [NODE_TYPES]
    category = ""
    types = [cls for cls in default_registry().all_types() if cls.__module__.startswith("studio.nodes.")]
    for cls in sorted(types, key=lambda cls: (cls.spec.category, cls.spec.type)):
        spec = cls.spec
        if spec.category != category:
            category = spec.category
            lines += ["", f"## {category}", "", "| type | what it does | library | effects | limits | standalone |"]
            lines.append("|---|---|---|---|---|---|")
        effects = [EFFECTS[spec.effects]] if spec.effects != "pure" or not spec.stores else []
        if spec.stores:
            effects.append("store")
        library, limits = spec.library or "own", spec.limits or "the run's"
        why = standalone_problem(cls)
        standalone = f"no: {why}" if why else "yes"
        cells = (f"`{spec.type}`", spec.summary, library, ", ".join(effects), limits, standalone)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


PAGES = {"commands": commands_page, "node_types": node_types_page}
"""The pages that are made, by name."""


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent.parent / "help"
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{folder / name}.md written\n")
