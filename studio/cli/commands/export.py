"""Make a file of a graph or a run: a Python script, a notebook, a drawing, records for other tools.

What is made follows from the ending of the file, or from --to; --list tells what there is. A graph is named as
elsewhere, or by one of its runs; a run by its id, its beginning, `last`, or the name of an example that has one.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.values import Json

if TYPE_CHECKING:
    from studio.export.targets import Option, Target

EXAMPLES = (
    "studio export --list",
    "studio export critic_loop -o critic_loop.py",
    "studio export critic_loop --standalone -o critic_loop.py",
    "studio export last -o run.jsonl",
    "studio export last --to otlp --endpoint http://127.0.0.1:4318",
    "studio export my_graph.yaml --to svg -o - > my_graph.svg",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    from studio.export.targets import all_targets

    parser.add_argument(
        "sources", nargs="*", metavar="GRAPH|RUN", help="what to export; several runs where the target takes them"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where it goes; `-` is standard output")
    parser.add_argument("--to", metavar="NAME", help="what to make, as --list names it (default: by the file's ending)")
    parser.add_argument("--list", action="store_true", help="tell what can be made, and how it is chosen")
    parser.add_argument("--force", action="store_true", help="replace a file that is there already")
    parser.add_argument("--runs", action="store_true", help="all recorded runs of the named graphs, or all there are")
    for target in all_targets():
        if target.switch:
            parser.add_argument(
                f"--{target.switch}", action="store_const", const=target.name, dest="switched",
                help=f"short for `--to {target.name}`: {target.title}",
            )  # fmt: skip
    for option, names in options_of_all(all_targets()):
        _add_option(parser, option, names)


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.exporting import check_place, make_of_graph, make_of_runs
    from studio.export.targets import settled

    if args.list:
        return _list(out)
    target = _target(args)
    options = settled(target, _chosen(args), args.output or "")
    if not args.sources and not args.runs:
        raise UsageError("Say what to export.", hint=f"Name a {target.of}.")
    address = target.send_option if target.of == "run" else ""
    sends = bool(options.get(address))
    if not sends:
        check_place(args, out)
    elif args.output:
        raise UsageError(f"`--{address}` sends it away, so there is no file to write.", hint="Leave `-o` out, or that.")
    notes: list[Json] = []

    def tell(sentence: str) -> None:
        notes.append(sentence)
        out.note(sentence)

    if target.of == "graph":
        size = make_of_graph(target, options, args, tell)
    else:
        size = make_of_runs(target, options, args, tell, sends=sends)
    if out.as_json:
        file = None if sends else args.output
        out.json({"file": file, "target": target.name, "of": target.of, "bytes": size, "notes": notes})
    elif not sends and args.output != "-":
        out.note(f"Written: {args.output} ({target.title})")
    return exits.OK


def options_of_all(targets: tuple[Target, ...]) -> list[tuple[Option, list[str]]]:
    """Return the options of all targets, each once, with the names of the targets that have it."""
    found: dict[str, tuple[Option, list[str]]] = {}
    for target in targets:
        for option in target.options:
            found.setdefault(option.name, (option, []))[1].append(target.name)
    return list(found.values())


def _add_option(parser: argparse.ArgumentParser, option: Option, names: list[str]) -> None:
    # Without a default, so that what was not chosen is told from what was.
    keys: dict[str, Any] = {
        "dest": _dest(option.name), "default": None, "help": f"{option.help} ({', '.join(names)})",
    }  # fmt: skip
    if option.kind == "flag":
        keys["action"] = "store_true"
    else:
        keys["metavar"] = option.metavar or ("|".join(option.choices) if option.choices else option.name.upper())
        if option.choices:
            keys["choices"] = option.choices
        if option.kind == "number":
            keys["type"] = int if option.whole else float
        if option.kind == "list":
            keys["action"] = "append"
    parser.add_argument(f"--{option.name}", **keys)


def _dest(name: str) -> str:
    return "option_" + name.replace("-", "_")


def _chosen(args: argparse.Namespace) -> dict[str, Json]:
    from studio.export.targets import all_targets

    values = vars(args)
    names = [option.name for option, _ in options_of_all(all_targets())]
    return {name: values[_dest(name)] for name in names if values[_dest(name)] is not None}


def _target(args: argparse.Namespace) -> Target:
    """Return what is to be made: as `--to` or a switch names it, else by the ending of the file."""
    from studio.export.targets import find_target, guess_target

    switched = getattr(args, "switched", None)
    if switched and args.to and find_target(args.to).suffixes != find_target(switched).suffixes:
        raise UsageError(f"`--to {args.to}` and `--to {switched}` are both asked for.", hint="Leave one out.")
    if switched or args.to:
        return find_target(switched or args.to)
    if not args.output:
        raise UsageError("Say where the export should go.", hint="Write `-o FILE`; `studio export --list` tells more.")
    if args.output == "-":
        raise UsageError("Say what to write to standard output.", hint="Name it with --to, as --list names it.")
    return guess_target(args.output)


def _list(out: Output) -> int:
    from studio.export.targets import all_targets

    targets = all_targets()
    if out.as_json:
        out.json([
            {
                "name": one.name, "title": one.title, "summary": one.summary, "of": one.of,
                "suffixes": list(one.suffixes), "guessed": one.guessed, "media_type": one.media_type,
                "options": [
                    {
                        "name": option.name, "help": option.help, "kind": option.kind, "default": option.initial(),
                        "choices": list(option.choices),
                    }
                    for option in one.options
                ],
            }
            for one in targets
        ])  # fmt: skip
        return exits.OK
    rows = [
        [("bold", one.name), one.of, ", ".join(one.suffixes) if one.guessed else f"--to {one.name}", one.summary]
        for one in targets
    ]
    out.table(["name", "of a", "chosen by", "what it is"], rows)
    return exits.OK
