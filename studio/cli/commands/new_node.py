"""Write a node type of your own, ready to be changed: one Python file in the project's `nodes/` folder.

The file declares params, ports, help and behaviour in one class, and works as it is. It is remembered as yours: it is
imported whenever it changes, by runs and by the window, without asking. It runs with all your rights, outside of any
sandbox, as any program of yours does. Other files of the folder, which a pull may bring, are asked for as ever.

`studio help own_nodes` explains the declaration.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli import exits
from studio.cli.output import Output

EXAMPLES = ("studio new-node my.shout", "studio new-node my.fetch --effects network", "studio new-node my.count --in .")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", help="the node type's name: a group, a dot, and its own, as in my.shout"
    )
    parser.add_argument(
        "--in", dest="folder", default=".", metavar="FOLDER", help="a folder of the project (default: .)"
    )
    parser.add_argument(
        "--effects", choices=("pure", "reads", "network", "executes"), default="pure",
        help="what it does beyond computing (default: pure)",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.graph.scope import project_folder
    from studio.plugins.writing import write_node

    project = project_folder(Path(args.folder))
    made = write_node(project, args.name, args.effects)
    if out.as_json:
        out.json({"file": str(made), "type": args.name, "project": str(project)})
        return exits.OK
    out.say("written  ", ("bold", str(made)))
    out.note(
        ("dim", f"Use it as `type: {args.name}` in graphs of {project}; `studio nodes {args.name}` shows its ports.")
    )
    return exits.OK
