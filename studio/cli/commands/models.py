"""Say which models are ready here, what is missing, and how to get it.

Without arguments: the embedded and configured models. With a word: every model known by a name that contains it, with
prices. Nothing is asked of any model and no key is shown. --fetch downloads the embedded model's weights once.
"""

from __future__ import annotations

import argparse
import os
import re
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import Piece

if TYPE_CHECKING:
    from studio.models.listing import ModelRow

EXAMPLES = ("studio models", "studio models gpt-4.1", "studio models --fetch")

_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("search", nargs="?", default="", metavar="WORD", help="list all models whose names contain it")
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="at most so many finds (default 40)")
    parser.add_argument("--fetch", action="store_true", help="download the embedded model's weights (98 MB)")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.models.listing import fetch_default_weights, list_models

    if args.fetch:
        out.note("Fetching the weights of the embedded model …")
        out.note(fetch_default_weights())
    rows = list_models(search=args.search, limit=args.limit)
    if out.as_json:
        out.json({"models": [row.to_json() for row in rows], "keys": key_names()})
    else:
        _print(rows, args.search, out)
    usable = args.search or any(row.ready and "default" in row.roles and row.kind == "chat" for row in rows)
    return exits.OK if usable else exits.ENVIRONMENT


def key_names() -> list[str]:
    """Names of variables that hold a key of some provider; never their values."""
    return sorted(name for name, value in os.environ.items() if value and _KEY_NAME.fullmatch(name))


def _print(rows: list[ModelRow], search: str, out: Output) -> None:
    if not rows:
        out.note(f"No model is known by a name with `{search}` in it; a litellm name may work all the same.")
        return
    lines: list[list[Piece]] = []
    for row in rows:
        state: Piece = ("green", "ready") if row.ready else ("red", "missing")
        context = "" if row.context is None else f"{row.context:,}"
        use = ", ".join(row.roles)
        lines.append([("bold", row.name), row.kind, state, context, _price(row), use, "" if row.ready else row.missing])
    headers = ["model", "kind", "", "context", "$/M tokens", "roles", "what is missing"]
    out.table(headers, lines, right=(3,))
    if search:
        return
    out.say()
    keys = key_names()
    if keys:
        out.say(f"Keys in the environment: {', '.join(keys)}.")
    else:
        out.say("No provider's key is in the environment; set one such as OPENAI_API_KEY to use its models.")
    tail = (
        "Any litellm name works with --model: openai/…, anthropic/…, gemini/…, ollama/… (your own server). "
        "`studio config models.default NAME` makes one the default."
    )
    out.wrapped("", tail)


def _price(row: ModelRow) -> str:
    if row.usd_in is None and row.usd_out is None:
        return ""
    if not row.usd_in and not row.usd_out:
        return "free"
    return f"{row.usd_in or 0:g} / {row.usd_out or 0:g}"
