"""Secrets of graphs: a name in the graph, the value in the environment or the keyring, bound to where it may go.

A graph names a secret and never holds one.  It gets the value only for an origin (scheme, host and port) or a command
that the person bound to this name in this profile, so a graph that names another server gets nothing.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from studio.settings.folders import config_folder
from studio.settings.toml_text import dumps
from studio.support import keys
from studio.support.errors import EnvironmentProblem, NodeError, UsageError
from studio.support.nearest import did_you_mean
from studio.tools.addresses import origin_of

FILE_NAME = "secrets.toml"
COMMAND = "command:"
"""How a place begins that is a command and no server."""

MAX_BINDINGS = 1_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def secret_for(name: str, origin: str, *, keyring: bool = True) -> str:
    """Return a secret for a place it is bound to, and make it known to the scrubber.

    `origin` is an origin such as `https://api.example.org`, or a command as `command_place` writes it.
    Raises `NodeError`: not bound to it, not set, or too short to be kept out of what is recorded. May block while the
    keyring is unlocked.
    """
    if not _NAME.fullmatch(name):
        raise NodeError("The name of a secret has letters, digits and `_` only.", code="secret")
    if origin not in bindings().get(name, ()):
        raise NodeError(
            f"The secret {name} is not bound to {origin}, so it is not sent there.",
            hint=f"If you trust it: studio secrets bind {name} {shlex.quote(origin)}",
            code="secret",
        )
    value = keys.lookup(name, keyring=keyring)
    if not value:
        raise NodeError(
            f"The secret {name} is not set.",
            hint=f"Set it with `studio secrets set {name}`, or as a variable of the environment.",
            code="secret",
        )
    if problem := value_problem(value):
        raise NodeError(f"The secret {name} {problem}.", hint="Use a longer one.", code="secret")
    keys.protect(name, value)
    return value


def value_problem(value: str) -> str:
    """Return why a value will not do as a secret, as the end of a sentence, or ""."""
    if len(value) < keys.SHORTEST:
        return f"is shorter than {keys.SHORTEST} characters, so it could not be kept out of what is recorded"
    return ""


def command_place(argv: Sequence[str], folder: Path) -> str:
    """Return the place that stands for a command: all of it, and the folder it is started in, which decides what a
    relative name in it means."""
    return f"{COMMAND} {shlex.join(argv)} in {folder.resolve()}"


def bindings(path: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Return which places each secret is bound to. Raises `UsageError` if the file is not what it should be."""
    path = path or bindings_file()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The list of what secrets are bound to is not TOML: {error}.", where=str(path), hint="Mend or move it."
        ) from None
    except OSError as error:
        raise EnvironmentProblem(
            f"The list of what secrets are bound to cannot be read: {error.strerror or error}.", where=str(path)
        ) from None
    found = table.get("bindings", {})
    if not isinstance(found, dict) or not all(
        isinstance(places, list) and all(isinstance(place, str) for place in places) for places in found.values()
    ):
        raise UsageError(
            "The list of what secrets are bound to is not well formed.",
            where=str(path),
            hint='Write [bindings] and below it NAME = ["https://…"].',
        )
    return {name: tuple(places) for name, places in found.items()}


def bind(name: str, place: str) -> str:
    """Bind a secret to a place and return the place in its one spelling. Raises `UsageError`."""
    check_name(name)
    place = _place(place)
    known = bindings()
    if place not in known.get(name, ()):
        if sum(map(len, known.values())) >= MAX_BINDINGS:
            raise UsageError(f"There are {MAX_BINDINGS} bindings already.", hint="Take some away with `unbind`.")
        _save({**known, name: (*known.get(name, ()), place)})
    return place


def unbind(name: str, place: str = "") -> int:
    """Take away one binding of a secret, or all of them. Returns how many there were. Raises `UsageError` if none."""
    known = bindings()
    if name not in known:
        hint = did_you_mean(name, known, then="`studio secrets` lists what is bound.")
        raise UsageError(f"{name} is not bound to anything.", hint=hint)
    wanted = _place(place) if place and place not in known[name] else place
    left = tuple(one for one in known[name] if place and one != wanted)
    gone = len(known[name]) - len(left)
    if not gone:
        raise UsageError(f"{name} is not bound to {place}.", hint=f"It is bound to {', '.join(known[name])}.")
    others = {one: places for one, places in known.items() if one != name}
    _save({**others, name: left} if left else others)
    return gone


def check_name(name: str) -> None:
    """Raise `UsageError` if a secret cannot have this name."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"A secret cannot be named {name!r}.", hint="Use letters, digits and `_`, as in GITHUB_TOKEN, up to 100."
        )


def bindings_file() -> Path:
    """Return the file of the bindings, in this person's folder of settings (it need not exist)."""
    return config_folder() / FILE_NAME


def _place(text: str) -> str:
    if text.startswith(COMMAND):
        return text
    try:
        return origin_of(text)
    except NodeError as error:
        raise UsageError(error.message, hint="Name an origin such as https://api.example.org.") from None


def _save(known: dict[str, tuple[str, ...]]) -> None:
    """Write the file whole; the old one stays until the new one is."""
    path = bindings_file()
    text = "# Which secret may be sent where. No values are kept here.\n" + dumps(
        {"bindings": {name: list(places) for name, places in sorted(known.items())}}
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secrets-")  # readable by this person only
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise EnvironmentProblem(
            f"The list of what secrets are bound to cannot be written: {error.strerror or error}.", where=str(path)
        ) from None
