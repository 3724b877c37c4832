"""Show what the cache keeps, or clear it.

A run with `--cache llm` is answered from it where a model was asked the very same before: the same model, weights,
server, messages, schema, seed and temperature, and a temperature of 0 (the embedded model: any, as its seed decides).
Scripted and replayed models are always asked, embedding tables on this machine too; errors are never kept.

With `--cache all` slow pure nodes are not run again for the same code, params and inputs: those that took 1 ms, and
20 ms for each MB of inputs and outputs. A type that was quicker twenty times is not looked up any more in that run.
Nodes that draw random numbers, ask who or when they are, or make images or files are always run.
`studio config cache.mode llm` is for all runs that do not say otherwise.

KEY is the beginning of an entry's key. --older-than counts from an entry's last use.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.parsing import age_seconds
from studio.cli.showing import message_lines, messages_of, value_lines
from studio.cli.text import Piece, duration, iso_moment, moment, money, plural, size
from studio.support.errors import UsageError
from studio.trace.log import CALLS

if TYPE_CHECKING:
    from studio.cache.listing import Found, Group
    from studio.settings import Settings

EXAMPLES = (
    "studio cache",
    "studio cache show --last",
    "studio cache clear --older-than 30d",
    "studio cache clear --model openai/gpt-4.1-mini",
)

SHOWN_LINES = 40
SHOWN_SIGNS = 1000
"""Longer values are cut in what a person reads."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("show", "clear"), metavar="ACTION", help="show or clear")
    parser.add_argument("key", nargs="?", metavar="KEY", help="the entry to show")
    parser.add_argument("--last", action="store_true", help="show the entry that was used last")
    parser.add_argument("--older-than", metavar="AGE", help="clear what was not used for so long: 12h, 30d, 4w")
    parser.add_argument("--model", action="append", default=[], metavar="MODEL", help="clear answers of this model")
    parser.add_argument("--node", action="append", default=[], metavar="TYPE", help="clear outputs of this node type")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.settings import Settings

    settings = Settings.load()
    path = settings.cache_path()
    chosen = bool(args.older_than or args.model or args.node)
    if chosen and args.action != "clear":
        raise UsageError("--older-than, --model and --node say what to clear.", hint="Write `studio cache clear …`.")
    if (args.key or args.last) and args.action != "show":
        raise UsageError("A key or --last says which entry to show.", hint="Write `studio cache show …`.")
    if args.action == "show":
        return _show(path, args, out)
    if args.action == "clear":
        return _clear(path, args, out)
    return _overview(path, settings, out)


# -- all of it -------------------------------------------------------------------------------


def _overview(path: Path, settings: Settings, out: Output) -> int:
    from studio.cache.listing import groups

    found = groups(path)
    on_disk = path.stat().st_size if path.exists() else 0
    limit = int(settings["cache.limit_mb"]) * 1_000_000
    mode = str(settings["cache.mode"])
    if out.as_json:
        out.json({
            "file": str(path), "bytes": on_disk, "limit_bytes": limit, "mode": mode,
            "entries": [
                {
                    **one._asdict(), "made": iso_moment(one.made), "used": iso_moment(one.used),
                    "seconds": round(one.seconds, 3),
                }
                for one in found
            ],
        })  # fmt: skip
        return exits.OK
    out.line((("bold", "file   "), str(path)))
    out.line((("bold", "size   "), f"{size(on_disk)} of {size(limit)}"))
    out.line((("bold", "runs   "), f"--cache {mode}, if they do not say otherwise"))
    if not found:
        out.note("Nothing is kept yet; `studio run inbox_triage --cache llm` keeps what the model answers.")
        return exits.OK
    out.line((("bold", "saved  "), _saved(found)))
    out.say()
    rows: list[list[Piece]] = [
        [
            "node" if one.kind == "firing" else one.kind, ("bold", one.name), f"{one.entries:,}", size(one.bytes),
            f"{one.hits:,}", *_spared(one), _age(one.used),
        ]
        for one in found
    ]  # fmt: skip
    headers = ["kind", "model or type", "kept", "size", "used", "tokens", "saved", "last use"]
    out.table(headers, rows, right=(2, 3, 4, 5, 6, 7))
    return exits.OK


def _spared(one: Group) -> tuple[str, str]:
    """Tokens and money, or time (calls wait for one another, so that nobody knows how long they would have taken)."""
    if one.kind == "firing":
        return "", duration(one.seconds)
    return f"{one.tokens:,}", money(one.cost_usd)


def _saved(found: list[Group]) -> str:
    calls = sum(one.hits for one in found if one.kind in CALLS)
    firings = sum(one.hits for one in found if one.kind == "firing")
    costs = [one.cost_usd for one in found]
    known = None if None in costs else sum(cost or 0.0 for cost in costs)
    parts = [plural(calls, "model call"), f"{sum(one.tokens for one in found):,} tokens", money(known)]
    if firings:
        seconds = sum(one.seconds for one in found if one.kind == "firing")
        parts.append(f"{plural(firings, 'firing')} of {duration(seconds)}")
    return " · ".join(parts)


# -- one entry -------------------------------------------------------------------------------


def _show(path: Path, args: argparse.Namespace, out: Output) -> int:
    from studio.cache.listing import find

    if bool(args.key) == args.last:
        raise UsageError("Name one entry.", hint="Give the beginning of its key, or --last for the one used last.")
    found = find(path, args.key or "")
    if out.as_json:
        out.json({**found._asdict(), "made": iso_moment(found.made), "used": iso_moment(found.used)})
        return exits.OK
    kind = "node" if found.kind == "firing" else found.kind
    used = f"used {plural(found.hits, 'time')}, last {moment(found.used)}" if found.hits else "not used yet"
    out.line((("bold", "key       "), found.key))
    out.line((("bold", f"{kind:<10}"), ("magenta", found.name)))
    out.line((("bold", "kept      "), f"{moment(found.made)}, {size(found.bytes)}, {used}"))
    out.line((("bold", "took      "), _took(found)))
    _print_asked(found, out)
    return exits.OK


def _took(found: Found) -> str:
    parts = [duration(found.seconds)]
    if found.kind != "firing":
        parts[0] += " with waiting for its turn"
        parts += [f"{found.tokens:,} tokens", money(found.cost_usd)]
    return " · ".join(parts)


def _print_asked(found: Found, out: Output) -> None:
    asked, answer = found.request, found.response
    if found.kind in CALLS and isinstance(asked, dict) and isinstance(answer, dict):
        for message in messages_of(asked):
            for line in message_lines(str(message.get("role", "")), message.get("content"), indent="  "):
                out.line(line)
        for line in message_lines("reply", answer.get("text", ""), indent="  "):
            out.line(line)
        return
    if found.kind == "firing" and isinstance(asked, list):
        asked = {"params": asked[-2], "inputs": {port: value for port, _, value in asked[-1]}}
    if found.kind == "firing" and isinstance(answer, dict):
        answer = answer.get("outputs")
    for label, value in (("asked", asked), ("gave", answer)):
        out.line((("bold", f"  {label}"),))
        lines = value_lines(value, width=(out.columns or 100) - 4)
        for text in lines[:SHOWN_LINES]:
            out.line(("    ", text if len(text) <= SHOWN_SIGNS else text[:SHOWN_SIGNS] + " …"))
        if len(lines) > SHOWN_LINES:
            out.line(("    ", ("dim", f"… {plural(len(lines) - SHOWN_LINES, 'more line')}; --json gives all")))


# -- clearing --------------------------------------------------------------------------------


def _clear(path: Path, args: argparse.Namespace, out: Output) -> int:
    from studio.cache.listing import clear
    from studio.settings import Settings

    age = None if args.older_than is None else age_seconds(args.older_than)
    before = path.stat().st_size if path.exists() else 0
    usual = Settings().cache_path()
    count = clear(path, usual, unused_s=age, models=args.model, nodes=args.node)
    after = path.stat().st_size if path.exists() else 0
    if out.as_json:
        out.json({"cleared": count, "bytes": max(0, before - after)})
    else:
        word = "entry" if count == 1 else "entries"
        out.say(("green", "cleared"), f"  {count:,} {word}, {size(max(0, before - after))} freed")
    return exits.OK


def _age(seconds: float) -> str:
    """How long ago that was, in the largest unit that fits."""
    passed = max(0.0, time.time() - seconds)
    for word, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if passed >= length:
            return f"{passed // length:.0f} {word} ago"
    return f"{passed:.0f} s ago"
