"""Pages of the help that are made from declarations: commands, node types, settings, exit codes, errors, the trace.

`python -m studio.cli.reference` rewrites them in `studio/help`; a test compares.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from studio.cli import exits
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
        lines += [*_table(("argument", "meaning"), ((_spelling(one), one.help or "") for one in own)), ""]
    lines += ["```", *command.EXAMPLES, "```", ""]
    return "\n".join(lines)


def _spelling(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices and not value:
        value = "|".join(map(str, action.choices))
    if not action.option_strings:
        more = " …" if action.nargs in ("+", "*") else ""
        return f"`[{value}{more}]`" if action.nargs in ("?", "*") else f"`{value}{more}`"
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    return f"{names} `{value}`" if value and action.nargs != 0 else names


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
    rows: dict[str, list[tuple[str, ...]]] = {}
    types = [cls for cls in default_registry().all_types() if cls.__module__.startswith("studio.nodes.")]
    for cls in sorted(types, key=lambda cls: (cls.spec.category, cls.spec.type)):
        spec = cls.spec
        effects = [EFFECTS[spec.effects]] if spec.effects != "pure" or not spec.stores else []
        if spec.stores:
            effects.append("store")
        library, limits = spec.library or "own", spec.limits or "the run's"
        why = standalone_problem(cls)
        standalone = f"no: {why}" if why else "yes"
        cells = (f"`{spec.type}`", spec.summary, library, ", ".join(effects), limits, standalone)
        rows.setdefault(spec.category, []).append(cells)
    heads = ("type", "what it does", "library", "effects", "limits", "standalone")
    for category, cells_of in rows.items():
        lines += ["", f"## {category}", "", *_table(heads, cells_of)]
    return "\n".join(lines) + "\n"


SETTINGS: Final = """# Settings

What holds for all graphs of yours. `studio config` lists the settings with their values and where each comes from,
`studio config NAME VALUE` changes one, and in the window *File > Settings…* does. They stand in one TOML file in your
configuration folder, only what differs from the default; a variable of the environment wins over the file. Keys of
providers are no settings: they stay in the environment or in the system's keyring.
"""


def settings_page() -> str:
    """Return the page of all settings, by the first part of their names."""
    from studio.settings.declared import SETTINGS as DECLARED

    parts = dict.fromkeys(one.name.partition(".")[0] for one in DECLARED)
    lines = [SETTINGS]
    for part in parts:
        rows = [
            (f"`{one.name}`", _written(one.default), one.help, _bounds(one.choices, one.minimum, one.env))
            for one in DECLARED
            if one.name.startswith(f"{part}.")
        ]
        lines += [f"## {part}", "", *_table(("setting", "default", "meaning", "bounds"), rows), ""]
    return "\n".join(lines)


def _written(value: object) -> str:
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else "empty"


def _bounds(choices: tuple[str, ...], minimum: float | None, env: str) -> str:
    told = [", ".join(f"`{one}`" for one in choices)] if choices else []
    told += [f"{minimum:g} or more"] if minimum is not None else []
    return "; ".join([*told, *([f"environment: `{env}`"] if env else [])])


EXITS: Final = """# Exit codes
"""

EXITS_MORE: Final = """
Errors are one line on standard error, `studio: file:line: what is wrong. What to do next.` With `--json` standard
output gets `{"error": {"code", "message", "where", "hint"}}` instead; the exit code is the same, and the page
`error_codes` tells what `code` says. A run that was started and failed or was paused still prints its result object,
with `error` filled in.

If the studio itself has a fault, it says so and names the file in which the details were written.
"""


def exit_codes_page() -> str:
    """Return the page of what a command can end with."""
    rows = [(str(code), meaning, then) for code, (meaning, then) in exits.MEANINGS.items()]
    return "\n".join([EXITS, *_table(("code", "meaning", "what to do"), rows)]) + "\n" + EXITS_MORE


ERRORS: Final = """# Error codes

Codes are stable: programs may rely on them. People can read the sentence that stands beside.

## Errors

`code` in what a command prints with `--json` when it fails, and the exit code that goes with it (page `exit_codes`).
"""

KINDS: Final = """
A call of a model that failed says how, and so do the firing and the run that fail by it (exit code 1, or 5 where the
model cannot be used on this machine at all). Other nodes have words of their own, such as `input` or `files`.
"""

FINDINGS: Final = """
## Findings

What `studio lint` and the panel Problems find in a graph. A finding names its code at the end, as in
`[input_unwired]`. Errors keep the graph from running, warnings do not.
"""


def error_codes_page() -> str:
    """Return the page of the codes of errors and of findings, from what declares them."""
    from studio.graph.diagnostics import SUBJECTS
    from studio.models.failures import MEANINGS

    meanings: dict[tuple[str, int], list[str]] = {}
    for code, status, meaning in [*_errors(), ("fault", exits.FAILED, "The studio itself is at fault.")]:
        meanings.setdefault((code, status), []).append(meaning)
    rows = [(f"`{code}`", " ".join(told), str(status)) for (code, status), told in sorted(meanings.items())]
    lines = [ERRORS, *_table(("code", "meaning", "exit"), rows), KINDS]
    lines += [*_table(("code", "meaning"), ((f"`{kind}`", told) for kind, told in MEANINGS.items())), FINDINGS]
    for subject, codes in SUBJECTS.items():
        found = ((f"`{code}`", help) for code, help in codes.items())
        lines += [f"### {subject}", "", *_table(("code", "what it means, and what to do"), found), ""]
    return "\n".join(lines)


_HAS_CODE: Final = re.compile(r"^    code(: ClassVar\[str\])? = \"", re.MULTILINE)


def _errors() -> Iterator[tuple[str, int, str]]:
    """Find code, exit code and meaning of each class of errors that stands where codes are given."""
    from studio.support.errors import StudioError

    root = Path(__file__).resolve().parent.parent
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root.parent).with_suffix("").parts
        if "gui" in inside or not _HAS_CODE.search(path.read_text(encoding="utf-8")):
            continue
        module = importlib.import_module(".".join(inside))
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, StudioError) and one.__module__ == module.__name__:
                if one is not StudioError:
                    yield one.code, one.exit_code, " ".join((one.__doc__ or "").split("\n\n")[0].split())


TRACE: Final = """# The trace database

A trace is one SQLite file. These views and tables are a public interface: any SQLite tool may read them, and they
change only with a migration. Tables whose names begin with `_` are private. `studio sql "SELECT …"` runs a query.

Times are seconds since 1970, so `datetime(started_at, 'unixepoch')` shows them. JSON columns hold JSON text.
A firing is known by `(run, id)`, an effect by `(run, firing, n)`.

`studio db compact` packs the values of old runs that are 200 bytes or longer. Messages and replies of models stay as
they are. A JSON column whose value is packed holds `{"$packed": hash, "size": n}` instead; `blob.data` has it by zlib,
`blob.enc` says so. The studio's own commands, except `sql`, and `Trace` show such values as before.

What a store held is made again from `store_op` and from what was written down now and then. `studio sql` and the window
know two functions for it, which other programs do without:
`store_at(run, store, seq)` gives the content when step `seq` was decided, NULL for the last step, as JSON that
`json_each` takes apart (NULL if the record does not tell it: a project's store before its first use);
`stores_at(run, seq)` gives a JSON list of the stores there were by then, objects with `store`, `kind`, `scope`, `tick`
and `size`. A run is named by id, its beginning, or `last`; a store by its path, such as `tasks` or
`town/isabella/memories`, or the end of it.
`SELECT key, value FROM json_each(store_at('last', 'tasks', 120))`
"""


def trace_page() -> str:
    """Return the page of the public views and tables with their columns."""
    from studio.trace.tables import TABLES

    lines = [TRACE]
    for table in TABLES:
        lines += [f"## {table.name}", "", table.about, ""]
        lines += [table.more, ""] if table.more else []
        columns = ((f"`{name}`", meaning) for name, meaning in table.columns.items())
        lines += [*_table(("column", "meaning"), columns), ""]
    return "\n".join(lines)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    made = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return made + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "commands": commands_page,
    "node_types": node_types_page,
    "settings": settings_page,
    "exit_codes": exit_codes_page,
    "error_codes": error_codes_page,
    "trace": trace_page,
}
"""The pages that are made, by name."""


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent.parent / "help"
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{folder / name}.md written\n")
