"""Say which models are ready here, what is missing, and how to get it.

Nothing is asked of any model and no key is shown. --fetch downloads the weights of the embedded model once.
"""

from __future__ import annotations

import argparse
import os
import re
from typing import TYPE_CHECKING

from studio.cli import exits
from studio.cli.output import Output
from studio.cli.text import Piece
from studio.support.errors import StudioError

if TYPE_CHECKING:
    from studio.models.catalog import Catalog
    from studio.settings import Settings

EXAMPLES = ("studio models", "studio models openai/gpt-4.1-mini", "studio models --fetch")

_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="MODEL", help="check these models instead of the configured ones")
    parser.add_argument("--fetch", action="store_true", help="download the embedded model's weights (98 MB)")


def run(args: argparse.Namespace, out: Output) -> int:
    from studio.models.catalog import ROLES, Catalog
    from studio.settings import Settings

    if args.fetch:
        _fetch(out)
    settings = Settings.load()
    catalog = Catalog(settings)
    found = []
    if args.names:
        found = [_model(catalog, "", name) for name in args.names]
    else:
        found = [_model(catalog, role, catalog.resolve(role)) for role in ROLES]
        found += [_model(catalog, "endpoint", name) for name in settings.endpoints()]
        found.append(_embedder(catalog, settings))
    if out.as_json:
        out.json({"models": found, "keys": _key_names()})
    else:
        _print(found, out, brief=bool(args.names))
    missing = any(not entry["ready"] for entry in found) if args.names else not found[0]["ready"]
    return exits.ENVIRONMENT if missing else exits.OK


def _fetch(out: Output) -> None:
    from studio.models import weights
    from studio.settings import data_folder

    already = weights.installed()
    if already is not None:
        out.note(f"The weights are here already: {already}")
        return
    out.note(f"Downloading {weights.SMOLLM2.megabytes} MB …")
    out.note(f"Fetched: {weights.fetch(data_folder())}")


def _model(catalog: Catalog, role: str, name: str) -> dict[str, object]:
    """Whether a model could be called now: weights, script or key are there. Reaches no network."""
    import asyncio

    entry: dict[str, object] = {"role": role, "name": name, "ready": True, "problem": "", "hint": ""}
    try:
        if name.startswith("embedded/"):  # its host would load the weights: finding them is enough
            catalog.provider(name)
        else:
            asyncio.run(catalog.prepare([name]))
    except StudioError as error:
        entry |= {"ready": False, "problem": error.message, "hint": error.hint}
    return entry


def _embedder(catalog: Catalog, settings: Settings) -> dict[str, object]:
    name = str(settings["models.embedder"])
    entry: dict[str, object] = {"role": "embedder", "name": name, "ready": True, "problem": "", "hint": ""}
    try:
        made = catalog.embedder()
        if not made.billable:
            from studio.models.embedders import StaticEmbedder, table_home

            if isinstance(made, StaticEmbedder):
                table_home()
    except StudioError as error:
        entry |= {"ready": False, "problem": error.message, "hint": error.hint}
    return entry


def _key_names() -> list[str]:
    """Names of variables that hold a key of some provider; never their values."""
    return sorted(name for name, value in os.environ.items() if value and _KEY_NAME.fullmatch(name))


def _print(found: list[dict[str, object]], out: Output, *, brief: bool) -> None:
    rows: list[list[Piece]] = []
    for entry in found:
        state: Piece = ("green", "ready") if entry["ready"] else ("red", "missing")
        rows.append([str(entry["role"]), ("bold", str(entry["name"])), state])
    out.table(["role", "model", ""], rows)
    told = set()
    for entry in found:
        if not entry["ready"] and entry["name"] not in told:
            told.add(entry["name"])
            out.say()
            out.wrapped(("bold", str(entry["name"])), "  ", f"{entry['problem']} {entry['hint']}".strip())
    if brief:
        return
    out.say()
    keys = _key_names()
    if keys:
        out.say(f"Keys in the environment: {', '.join(keys)}.")
    else:
        out.say("No provider's key is in the environment; set one such as OPENAI_API_KEY to use its models.")
    out.wrapped(
        "", "Any litellm name works with --model: openai/…, anthropic/…, gemini/…, ollama/… (your own server). "
        "scripted:FILE answers from a file, embedded/PATH.gguf from weights of your own.",
    )  # fmt: skip
