"""List the node types, or explain one: ports, params, effects and help.

A type's ports may follow from its params; the ports shown are those of a node with default params.

The list ends with the project's own files, of the folder that the command is called in: Python code that is read, and
imported only when you approved it. `--approve` shows the code of what waits and asks; the approval holds for exactly
those bytes. `--trust` says that a folder is your own: what it holds is imported whenever it changes. Node types of
installed packages are imported when the setting `plugins.enabled` names them.

Exit codes: 0 done, 4 something waits that was not approved.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.plugins.files import FOLDER
from studio.plugins.registries import OwnTypes, own_types
from studio.spec import Field, Node
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, preview

EXAMPLES = (
    "studio nodes",
    "studio nodes llm.function",
    "studio nodes --json",
    "studio nodes --own",
    "studio nodes --approve graphs/stranger.yaml",
    "studio nodes --trust .",
    "studio nodes --revoke .",
    "studio nodes --plugins",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", nargs="?", metavar="TYPE", help="the node type to explain (none: list all)")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--own", action="store_true", help="list the files of the project's own node types only")
    one.add_argument("--plugins", action="store_true", help="list what installed packages offer")
    one.add_argument(
        "--approve", nargs="?", const=".", metavar="FOLDER|GRAPH",
        help="show the code of own node types that wait, of a project or of what a graph uses, and ask (default: .)",
    )  # fmt: skip
    one.add_argument(
        "--trust", metavar="FOLDER", help="from now on import whatever this project's nodes folder holds: it is mine"
    )
    one.add_argument("--revoke", metavar="FOLDER", help="forget what was approved of this project's own node types")
    parser.add_argument("--yes", action="store_true", help="with --approve: do not ask")


def run(args: argparse.Namespace, out: Output) -> int:
    if (done := _of_others(args, out)) is not None:
        return done
    own = own_types(Path.cwd())
    registry = own.registry
    if args.type:
        return _explain(_find(args.type, own), out)
    types = registry.all_types()
    if out.as_json:
        out.json([_describe(cls) for cls in types])
        return exits.OK
    category = ""
    wide = max((len(cls.spec.type) for cls in types), default=0)
    for cls in sorted(types, key=lambda cls: (cls.spec.category, cls.spec.type)):
        if cls.spec.category != category:
            if category:
                out.say()
            category = cls.spec.category
            out.say(("heading", category))
        out.wrapped("  ", ("bold", f"{cls.spec.type:<{wide}}"), "  ", cls.spec.summary)
    from studio.cli.own_nodes import say_own

    say_own(own, out)
    listed = {f"{FOLDER}/{file.name}" for file in own.files}
    for name, reason in own.failures.items():
        if name not in listed:
            out.note(("yellow", f"The plugin `{name}` could not be loaded: {reason}"))
    return exits.OK


def _of_others(args: argparse.Namespace, out: Output) -> int | None:
    """Do what was asked of node types that do not ship with the studio; None if nothing such was."""
    asked = [
        name for name in ("own", "plugins", "approve", "trust", "revoke") if getattr(args, name) not in (None, False)
    ]
    if args.yes and asked != ["approve"]:
        raise UsageError("`--yes` answers the question of `--approve`.", hint="Leave it out.")
    if not asked:
        return None
    if args.type:
        raise UsageError(f"`--{asked[0]}` takes no node type.", hint=f"Leave `{args.type}` out.")
    from studio.cli import own_nodes

    if args.own:
        return own_nodes.list_own(out)
    if args.plugins:
        return own_nodes.list_plugins(out)
    if args.approve is not None:
        return own_nodes.approve(args.approve, out, yes=args.yes)
    if args.trust is not None:
        return own_nodes.trust(args.trust, out)
    return own_nodes.revoke(args.revoke, out)


def _find(name: str, own: OwnTypes) -> type[Node]:
    found = own.registry.find(name)
    if found is None:
        waiting = own.file_of(name)
        if waiting is not None:
            raise UsageError(
                f"`{name}` is declared in {FOLDER}/{waiting.name}, which nobody here approved: nothing of it was run.",
                hint="`studio nodes --approve` shows its code, and asks.",
            )
        known = (cls.spec.type for cls in own.registry.all_types())
        hint = did_you_mean(name, known, then="`studio nodes` lists them all.")
        raise UsageError(f"There is no node type `{name}`.", hint=hint)
    return found


def _explain(cls: type[Node], out: Output) -> int:
    if out.as_json:
        from studio.export.standalone.gathering import standalone_problem

        out.json({**_describe(cls), "standalone_problem": standalone_problem(cls)})
        return exits.OK
    from studio.cli.markdown import show_markdown

    spec = cls.spec
    out.say(("heading", spec.type), ("dim", f"  version {spec.version} · {spec.category} · {_nature(cls)}"))
    out.say()
    show_markdown(spec.help, out)
    inputs, outputs = _ports(cls)
    for title, fields in (("Params", cls.Params.fields()), ("Inputs", inputs), ("Outputs", outputs)):
        if fields:
            out.say()
            out.say(("bold", title))
            _field_table(fields, out, plain=title == "Outputs")
    if spec.library or spec.limits:
        out.say()
    for what, told in (("Library", spec.library), ("Limits", spec.limits)):
        if told:
            out.wrapped("", ("bold", f"{what:<7}"), "  ", told)
    if spec.stores:
        out.say()
        uses = ", ".join(f"`{name}` ({use})" for name, use in spec.stores.items())
        out.say(f"Uses the store named by its param {uses}.")
    out.say()
    out.wrapped("", _standalone_sentence(cls))
    return exits.OK


def _standalone_sentence(cls: type[Node]) -> str:
    from studio.export.standalone.gathering import standalone_problem

    why = standalone_problem(cls)
    return f"It cannot go into a standalone script, since {why}." if why else "It can go into a standalone script."


def _field_table(fields: dict[str, Field], out: Output, *, plain: bool) -> None:
    rows: list[list[Piece]] = []
    for field in fields.values():
        kind = field.type + {"many": ", gathers", "first": ", first present"}.get(field.join, "")
        default = "needed" if field.required else _shown(field.default)
        row: list[Piece] = [("bold", field.name), kind, default, _bounds(field) + field.help + _choices(field)]
        rows.append([row[0], row[1], row[3]] if plain else row)
    out.table(["name", "type", "help"] if plain else ["name", "type", "default", "help"], rows, indent="  ")


def _choices(field: Field) -> str:
    return f" One of {', '.join(field.choices)}." if field.choices else ""


def _shown(value: Json) -> str:
    return '""' if value == "" else preview(list(value) if isinstance(value, tuple) else value, 24)


def _bounds(field: Field) -> str:
    if field.ge is not None and field.le is not None:
        return f"({field.ge:g} to {field.le:g}) "
    if field.ge is not None:
        return f"(from {field.ge:g}) "
    return f"(up to {field.le:g}) " if field.le is not None else ""


def _nature(cls: type[Node]) -> str:
    words = {"pure": "pure", "reads": "reads the outside", "network": "asks the network", "executes": "executes"}
    return words[cls.spec.effects] + (", fires every tick" if cls.spec.live else "")


def _ports(cls: type[Node]) -> tuple[dict[str, Field], dict[str, Field]]:
    from studio.spec.params import parse_params

    params, _ = parse_params(cls.Params, {})
    return cls.inputs(params).fields(), cls.outputs(params).fields()


def _describe(cls: type[Node]) -> dict[str, Json]:
    spec = cls.spec
    inputs, outputs = _ports(cls)
    return {
        "type": spec.type,
        "version": spec.version,
        "category": spec.category,
        "summary": spec.summary,
        "help": spec.help,
        "effects": spec.effects,
        "live": spec.live,
        "library": spec.library,
        "limits": spec.limits,
        "params": [_field(field) for field in cls.Params.fields().values()],
        "inputs": [_field(field) for field in inputs.values()],
        "outputs": [_field(field, output=True) for field in outputs.values()],
    }


def _field(field: Field, *, output: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {"name": field.name, "type": field.type, "help": field.help}
    if not output:
        made["required"] = field.required
        if not field.required:
            made["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
        if field.join != "plain":
            made["join"] = field.join
    for key in ("ge", "le"):
        if getattr(field, key) is not None:
            made[key] = getattr(field, key)
    if field.choices:
        made["choices"] = list(field.choices)
    if field.schema is not None:
        made["schema"] = dict(field.schema)
    return made
