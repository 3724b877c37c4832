"""Importing code of others: exactly the bytes that were approved, with a deadline, and any fault kept to itself."""

from __future__ import annotations

import importlib.util
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, Final

from studio.plugins.files import OwnFile
from studio.spec.node import Node
from studio.support.keys import scrub_error
from studio.support.values import hash_bytes

PATIENCE_S: Final = 10.0
"""Seconds that an import may take. What hangs is left to itself, in a thread that keeps no program from ending."""

PREFIX: Final = "studio_own_nodes"
"""Name before those of modules that come from a project's files."""


class PluginFault(Exception):
    """Why code of others gives no node types, as a sentence."""


def load_file(file: OwnFile, taken: Callable[[str], bool]) -> list[type[Node]]:
    """Import a file of a project and return its node types. Raises `PluginFault`.

    `taken` tells which names are those of other types already. The module is made from the bytes that were hashed:
    what the file holds by now does not matter.
    """
    return checked(_declared_in(module_of(file)), taken)


def module_of(file: OwnFile) -> ModuleType:
    """Return the module that is made of a file, imported once for all who ask. Raises `PluginFault`."""
    if file.problem:
        raise PluginFault(file.problem)
    name = module_name(file)
    module = sys.modules.get(name)
    if module is None:
        loader = _Loader(file)
        module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(file.path)))
        module.__file__ = str(file.path)
        sys.modules[name] = module
        try:
            patiently(lambda: loader.exec_module(module), f"importing `{file.name}`", str(file.path))
        except PluginFault:
            del sys.modules[name]
            raise
    return module


def module_name(file: OwnFile) -> str:
    """Return what the module is called that is made of a file: by its place and content, so that each version is
    another one, and no project has the module of another."""
    place = str(file.path).encode("utf-8", "replace")
    return f"{PREFIX}.h{hash_bytes(place + file.hash.encode())}"


def checked(types: Iterable[type[Node]], taken: Callable[[str], bool]) -> list[type[Node]]:
    """Return the types if they can stand beside all others. Raises `PluginFault`."""
    found = list(types)
    if not found:
        raise PluginFault('It declares no node type: a class under `@node("category.name", …)`.')
    for cls in found:
        if taken(cls.spec.type):
            raise PluginFault(f"There is a node type `{cls.spec.type}` already. Choose another name.")
        try:
            cls.Params.fields()
            cls.In.fields()
            cls.Out.fields()
        except Exception as error:  # noqa: BLE001 - annotations of others may raise anything when they are read
            raise PluginFault(f"The ports or params of `{cls.spec.type}` cannot be read: {told(error)}") from None
    return found


def patiently(work: Callable[[], Any], doing: str, file: str = "") -> Any:
    """Do something that may hang or raise anything, in a thread of its own. Raises `PluginFault`, with the line of
    `file` that led to it."""
    outcome: list[tuple[bool, Any]] = []

    def call() -> None:
        try:
            outcome.append((True, work()))
        except BaseException as error:  # noqa: BLE001 - a stranger's import may raise anything, `SystemExit` too
            outcome.append((False, error))

    thread = threading.Thread(target=call, name=doing, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if not outcome:
        raise PluginFault(f"It did not come to an end within {PATIENCE_S:g} s while {doing}.")
    went_well, result = outcome[0]
    if not went_well:
        raise PluginFault(told(result, file))
    return result


def told(error: BaseException, file: str = "") -> str:
    """Return an exception of others as one line, without keys; with the line of `file` that led to it, if any did."""
    line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__) if file else ():
        line = frame.lineno if frame.filename == file else line
    where = f"Line {line}: " if isinstance(line, int) else ""
    return where + scrub_error((f"{type(error).__name__}: {error}".splitlines() or [""])[0][:300])


def _declared_in(module: ModuleType) -> list[type[Node]]:
    """The node types that a module declares itself, in the order of its text."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Node)
        and "spec" in vars(value)
        and value.__module__ == module.__name__
    ]


class _Loader(InspectLoader):
    """Gives a module the code of bytes that were read before."""

    def __init__(self, file: OwnFile) -> None:
        self._file = file

    def get_source(self, fullname: str) -> str:
        return self._file.source.decode("utf-8", "replace")

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._file.source, str(self._file.path))

    def is_package(self, fullname: str) -> bool:
        return False
