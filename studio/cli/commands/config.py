"""Show the settings, or change one.

Settings live in one TOML file in your configuration folder. Keys of providers are no settings: they stay in the
environment or the system's keyring.
"""

from __future__ import annotations

import argparse
from typing import Any

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.settings.declared import Value
from studio.support.errors import UsageError
from studio.support.tables import cell_text

EXAMPLES = (
    "studio config",
    "studio config models.default openai/gpt-4.1-mini",
    "studio config models.default --reset",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="the setting (none: list all)")
    parser.add_argument("value", nargs="?", metavar="VALUE", help="its new value (none: show it)")
    parser.add_argument("--reset", action="store_true", help="go back to the default")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.settings import Settings
    from studio.settings.settings import find

    settings = Settings.load()
    if args.name is None:
        if args.reset:
            raise UsageError("Name the setting to reset.", hint="`studio config` lists them.")
        return _list(settings, out)
    setting = find(args.name)
    if args.reset and args.value is not None:
        raise UsageError("Give a value or --reset, not both.")
    if args.reset or args.value is not None:
        if args.reset:
            settings.reset(args.name)
        else:
            settings.set_text(args.name, args.value)
        settings.save()
    value, origin = settings[args.name], settings.origin(args.name)
    if out.as_json:
        out.json({"name": args.name, "value": value, "origin": origin, "help": setting.help})
        return exits.OK
    out.say(("bold", args.name), " = ", _shown(value), ("dim", f"  ({origin})"))
    if args.value is None and not args.reset:
        out.wrapped("  ", setting.help)
        if setting.choices:
            out.say(f"  One of {', '.join(setting.choices)}.")
    if origin == "environment" and (args.reset or args.value is not None):
        out.note(f"The environment variable {setting.env} overrides what was saved.")
    return exits.OK


def _list(settings: Any, out: Output) -> int:
    from studio.settings import SETTINGS

    if out.as_json:
        out.json({one.name: {"value": settings[one.name], "origin": settings.origin(one.name)} for one in SETTINGS})
        return exits.OK
    rows: list[list[Piece]] = [
        [("bold", one.name), _shown(settings[one.name]), ("dim", settings.origin(one.name)), one.help]
        for one in SETTINGS
    ]
    out.table(["setting", "value", "from", "meaning"], rows)
    out.note()
    out.note(f"File: {settings.path}")
    return exits.OK


def _shown(value: Value) -> str:
    return cell_text(value) or '""'
