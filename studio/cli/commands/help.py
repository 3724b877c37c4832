"""Show the overview, the help of a command, or a page of the manual.

Without a topic the commands and pages are listed.
"""

from __future__ import annotations

import argparse

from studio.cli import exits
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean

EXAMPLES = ("studio help", "studio help run", "studio help getting_started")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a command or a page (none: the overview)")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.cli.discovery import command_names, load
    from studio.cli.parsing import command_parser, overview
    from studio.help import contents, page_names, page_text, without_links

    if args.topic is None:
        if out.as_json:
            out.json({"commands": command_names(), "pages": page_names()})
        else:
            out.say(overview().rstrip("\n"))
            out.say("Pages of the manual (`studio help PAGE`; `index` says what each tells):")
            wide = max(map(len, contents()))
            for heading, names in contents().items():
                out.say(f"  {heading:<{wide}}  {', '.join(names)}")
        return exits.OK
    is_page = args.topic in page_names()
    if is_page:
        text = page_text(args.topic)
        if args.topic in command_names():
            text = f"{text.rstrip()}\n\nThere is a command of this name, too: `studio {args.topic} --help`.\n"
    elif args.topic in command_names():
        text = command_parser(args.topic, load(args.topic)).format_help()
    else:
        pages = f"Pages: {', '.join(page_names())}. `studio --help` lists the commands."
        hint = did_you_mean(args.topic, [*command_names(), *page_names()], then=pages)
        raise UsageError(f"There is no command and no page called `{args.topic}`.", hint=hint)
    if out.as_json:
        out.json({"topic": args.topic, "text": text})
    elif is_page:
        from studio.cli.markdown import show_markdown

        show_markdown(without_links(text) if out.interactive else text, out)
    else:
        out.say(text.rstrip("\n"))
    return exits.OK
