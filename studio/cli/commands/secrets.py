"""List which secrets are bound to which servers, bind one, or put its value into the keyring.

A graph names a secret, as in the header `Bearer secret:NAME`; it gets the value only for a server that you bound to
this name. Values are in the environment or the system's keyring and never shown.
"""

from __future__ import annotations

import argparse
import sys

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.support.errors import UsageError

EXAMPLES = (
    "studio secrets",
    "studio secrets set GITHUB_TOKEN",
    "studio secrets bind GITHUB_TOKEN https://api.github.com",
    "studio secrets unbind GITHUB_TOKEN https://api.github.com",
    "studio secrets remove GITHUB_TOKEN",
)
ACTIONS = ("list", "bind", "unbind", "set", "remove")
MAX_VALUE = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=ACTIONS,
        metavar="ACTION",
        help=f"{', '.join(ACTIONS)} (default list)",
    )
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the secret, as in GITHUB_TOKEN")
    parser.add_argument(
        "place", nargs="?", default="", metavar="ORIGIN",
        help="scheme, host and port of a server, or `command: …` as a refusal says it; unbind: none for all",
    )  # fmt: skip


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.tools import secrets

    if args.action == "list":
        if args.name:
            raise UsageError("`list` takes no name.", hint="`studio secrets` lists all.")
        return _list(out)
    if not args.name:
        raise UsageError("Name the secret.", hint=f"As in `studio secrets {args.action} GITHUB_TOKEN`.")
    if args.place and args.action in ("set", "remove"):
        raise UsageError(f"`{args.action}` takes only a name; no value stands on a command line.")
    if args.action == "bind":
        if not args.place:
            raise UsageError("Name the server, too.", hint=f"As in `studio secrets bind {args.name} https://…`.")
        place = secrets.bind(args.name, args.place)
        _tell(out, args.name, f"{args.name} is now sent to {place} where a graph asks for it.", place)
    elif args.action == "unbind":
        gone = secrets.unbind(args.name, args.place)
        _tell(out, args.name, f"{args.name}: {gone} binding{'s' if gone != 1 else ''} taken away.")
    elif args.action == "set":
        _set(args.name, out)
    else:
        _remove(args.name, out)
    return exits.OK


def _list(out: Output) -> int:
    from studio.settings import Settings
    from studio.support import keys
    from studio.tools.secrets import bindings, bindings_file

    uses_keyring = bool(Settings.load()["keys.keyring"])
    known = bindings()
    values = {name: keys.origin(name, keyring=uses_keyring) for name in known}
    if out.as_json:
        out.json({name: {"bound_to": list(places), "value": values[name] or None} for name, places in known.items()})
        return exits.OK
    if not known:
        out.say("No secret is bound to a server. `studio secrets bind NAME ORIGIN` binds one.")
        return exits.OK
    rows: list[list[Piece]] = [
        [("bold", name), place, ("dim", values[name]) if values[name] else ("red", "not set")]
        for name, places in sorted(known.items())
        for place in places
    ]
    out.table(["secret", "bound to", "value from"], rows)
    out.note(f"File: {bindings_file()}")
    return exits.OK


def _set(name: str, out: Output) -> None:
    import getpass
    import os

    from studio.support import keys
    from studio.tools.secrets import check_name, value_problem

    check_name(name)
    if sys.stdin.isatty():
        value = getpass.getpass(f"Value of {name} (it is not shown): ")
    else:
        value = sys.stdin.readline(MAX_VALUE + 1)
    value = value.strip()
    if not value:
        raise UsageError("There is no value.", hint="Type it, or pipe it into standard input.")
    if len(value) > MAX_VALUE:
        raise UsageError(f"The value is longer than {MAX_VALUE} characters.")
    if problem := value_problem(value):
        raise UsageError(f"The value {problem}.", hint="Use a longer one.")
    keys.protect(name, value)
    keys.store(name, value)
    _tell(out, name, f"{name} is in the keyring.")
    if os.environ.get(name):
        out.note(f"The environment variable {name} comes before it.")


def _remove(name: str, out: Output) -> None:
    from studio.support import keys
    from studio.tools.secrets import check_name

    check_name(name)
    keys.remove(name)
    _tell(out, name, f"{name} is no longer in the keyring. What it is bound to stays: see `unbind`.")


def _tell(out: Output, name: str, sentence: str, place: str = "") -> None:
    if out.as_json:
        out.json({"name": name, **({"bound_to": place} if place else {})})
    else:
        out.say(sentence)
