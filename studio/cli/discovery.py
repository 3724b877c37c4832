"""Which commands there are: the modules of `studio.cli.commands`, found by name, imported one at a time."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from studio.cli import commands
from studio.cli.output import Output
from studio.support.errors import UsageError
from studio.support.nearest import did_you_mean


class Command(Protocol):
    """What a command module holds (see `studio.cli.commands`)."""

    EXAMPLES: Sequence[str]
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Output], int]
    __doc__: str | None


def command_names() -> list[str]:
    """Return the names of all commands, in alphabetical order."""
    return sorted(_name(info.name) for info in pkgutil.iter_modules(commands.__path__) if info.name[0] != "_")


def summary(name: str) -> str:
    """Return the first line of a command's docstring, read from its source without running it."""
    source = pkgutil.get_data(commands.__name__, _module(name) + ".py") or b""
    first = source.decode("utf-8").split("\n", 1)[0]
    return first.strip().strip('"').strip()


def load(name: str) -> Command:
    """Import a command. Raises UsageError if there is none of this name."""
    known = command_names()
    if name not in known:
        raise UsageError(
            f"There is no command `{name}`.", hint=did_you_mean(name, known, then="`studio --help` lists them all.")
        )
    return cast(Command, importlib.import_module(f"{commands.__name__}.{_module(name)}"))


def _module(name: str) -> str:
    return name.replace("-", "_")


def _name(module: str) -> str:
    return module.rstrip("_").replace("_", "-")
