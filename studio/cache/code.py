"""A hash of a node type's code, so that an edited type is not answered with what the old one gave.

Hashed are the type's file and all files it imports that belong with it: those of the same package, and those that are
neither Python's nor an installed library's. Our own package counts by its version (and a type of ours by its file too).
Other installed libraries do not count: a new version of one does not change a key.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import sysconfig
import time
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import NamedTuple

from studio.support.values import content_hash, hash_bytes

OURS = "studio"
_ITSELF = frozenset({"node", "tick", "run", "attempt"})
"""What a firing can ask of its context about itself: outputs that use it do not follow from params and inputs."""

_started_ns = time.time_ns()
"""About when this process began: a file changed later may not be what was loaded."""


class Code(NamedTuple):
    """What is known of a type's code: its hash, "" if its firings must not be kept, and then why."""

    hash: str
    why_not: str = ""


def code_of(cls: type) -> Code:
    """Return the hash of a type's code. Reads its files once per process, which may take 0.1 s for a large plugin."""
    if asked := _asks_about_itself(cls):
        return Code("", f"its code asks who or when it is (`{asked}`)")
    return _of_module(cls.__module__)


@lru_cache(maxsize=1024)
def _of_module(wanted: str) -> Code:
    module = sys.modules.get(wanted)
    if module is None or _file(module) is None:
        return Code("", "its code stands in no file")
    package = wanted.partition(".")[0]
    hashes: dict[Path, str] = {}
    waiting = [(wanted, module.__package__ or "", _file(module))]
    while waiting:
        name, around, path = waiting.pop()
        if path is None or path in hashes:
            continue
        try:
            about = path.stat()
            source = path.read_bytes()
            imported = [] if package == OURS else _imports(source, around)
        except (OSError, SyntaxError, ValueError):
            return Code("", f"{path.name} cannot be read")
        if max(about.st_mtime_ns, about.st_ctime_ns) > _started_ns:
            return Code("", f"{path.name} has changed since this program started")
        hashes[path] = f"{name} {content_hash(source).hex()}"
        waiting += [found for found in map(_found, imported) if _belongs(found[0], found[2], package)]
    told = [*sorted(hashes.values()), f"python {sys.version_info[0]}.{sys.version_info[1]}", f"{OURS} {_our_version()}"]
    return Code(hash_bytes("\n".join(told).encode()))


def _asks_about_itself(cls: type) -> str:
    for base in cls.__mro__:
        if base.__module__.startswith(f"{OURS}.spec"):
            continue
        for value in vars(base).values():
            function = getattr(value, "__func__", value)
            code = getattr(function, "__code__", None)
            if isinstance(code, CodeType) and (name := _names_itself(code)):
                return name
    return ""


def _names_itself(code: CodeType) -> str:
    asked = next((name for name in code.co_names if name in _ITSELF), "")
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return asked or next(filter(None, map(_names_itself, inner)), "")


def _belongs(name: str, path: Path | None, package: str) -> bool:
    top = name.partition(".")[0]
    if path is None or top in sys.stdlib_module_names:
        return False
    if top == OURS:
        return False
    return top == package or not any(path.is_relative_to(folder) for folder in _libraries())


def _file(module: ModuleType) -> Path | None:
    name = getattr(module, "__file__", None)
    return Path(name) if isinstance(name, str) and name.endswith(".py") else None


def _found(name: str) -> tuple[str, str, Path | None]:
    """A module's name, the package it is in, and its file (None if there is none): also of one not loaded yet."""
    module = sys.modules.get(name)
    if module is not None:
        return name, module.__package__ or "", _file(module)
    if name.partition(".")[0] in sys.stdlib_module_names:
        return name, "", None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, AttributeError, ValueError):  # what is imported from a module need not be a module
        return name, "", None
    origin = None if spec is None else spec.origin
    return name, "" if spec is None else spec.parent or "", Path(origin) if origin and origin.endswith(".py") else None


def _imports(source: bytes, package: str) -> list[str]:
    """What a source imports, at its top or inside of functions: full names, of modules and of what is in them."""
    names: dict[str, None] = {}
    for found in ast.walk(ast.parse(source)):
        if isinstance(found, ast.Import):
            names.update(dict.fromkeys(alias.name for alias in found.names))
        elif isinstance(found, ast.ImportFrom):
            base = found.module or ""
            if found.level:
                base = importlib.util.resolve_name("." * found.level + base, package)
            names[base] = None
            names.update(dict.fromkeys(f"{base}.{alias.name}" for alias in found.names))
    whole = [package, *names]  # to import a module is to run the packages it is in
    return list(dict.fromkeys(name[:end] for name in whole for end in (*_dots(name), len(name)) if name[:end]))


def _dots(name: str) -> list[int]:
    return [place for place, sign in enumerate(name) if sign == "."]


@lru_cache(maxsize=1)
def _libraries() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    return tuple({Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib") if name in paths})


@lru_cache(maxsize=1)
def _our_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("ganglia-studio")
    except PackageNotFoundError:
        return ""
