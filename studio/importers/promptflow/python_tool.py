"""promptflow's Python tools as `code.python`: read, never run; what such a process cannot do is told."""

from __future__ import annotations

import ast
import json
import keyword
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.graph.names import RESERVED_PORTS
from studio.support.errors import UsageError
from studio.support.values import Json

_OWN = "promptflow"


@dataclass
class Tool:
    """A tool as a piece of code of ours: `code` with a function `main`, and the packages that it asks for."""

    code: str
    packages: list[str] = field(default_factory=list)
    ports: dict[str, str] = field(default_factory=dict)
    """The ports of the wired inputs: their own names, but for those that every node has anyway."""


def as_code(
    source: str, wired: Iterable[str], fixed: Mapping[str, Json], optional: Iterable[str], *folders: Path
) -> Tool:
    """Return the tool in `source` as code whose `main` takes the wired inputs and knows the fixed ones.

    `optional` inputs may be absent and are None then, as promptflow gives them; fixed ones become what the function
    says it takes, as they do there. Modules are looked for in `folders`. Raises `UsageError` with a phrase that says
    why it cannot be taken over.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError("its code cannot be read") from None
    tool = _tool(tree)
    needs = _packages(tree, folders)
    dropped: list[ast.stmt | ast.expr] = [*_own_imports(tree), *tool.decorator_list]
    kept = _without(source, dropped)
    wired, optional = list(wired), set(optional)
    takes = [*tool.args.args, *tool.args.kwonlyargs]
    known = [argument.arg for argument in takes]
    if tool.args.kwarg is None and (stray := next((name for name in (*wired, *fixed) if name not in known), None)):
        raise UsageError(f"its function `{tool.name}` takes no `{stray}`")
    if odd := next((name for name in (*wired, *fixed) if not _is_name(name)), None):
        raise UsageError(f"its input `{odd[:40]}` is no name in Python")
    if any(_is_connection(argument.annotation) for argument in takes):
        raise UsageError("it asks for a connection, which holds keys")
    ports = {name: f"{name}_" if name in RESERVED_PORTS else name for name in wired}
    kinds = _kinds(tool)
    given = ", ".join(
        [
            *(f"{name}={ports[name]}" for name in wired),
            *(f"{name}={_literal(value, kinds.get(name, ''))!r}" for name, value in fixed.items()),
        ]
    )
    head = [ports[name] for name in wired if name not in optional]
    tail = [f"{ports[name]}=None" for name in wired if name in optional]
    inner = "_tool" if tool.name == "main" else tool.name
    rename = "\n\n_tool = main\n" if tool.name == "main" else ""
    call = f"asyncio.run({inner}({given}))" if isinstance(tool, ast.AsyncFunctionDef) else f"{inner}({given})"
    start = "import asyncio\n" if isinstance(tool, ast.AsyncFunctionDef) else ""
    body = f"{kept.strip()}\n{rename}\n\n{start}def main({', '.join([*head, *tail])}):\n    return {call}\n"
    return Tool(body, needs, ports)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _kinds(tool: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """What each parameter takes, by its annotation, else by its default: `int`, `bool`, "" where neither says."""
    places = [*tool.args.args, *tool.args.kwonlyargs]
    values = [*[None] * (len(tool.args.args) - len(tool.args.defaults)), *tool.args.defaults, *tool.args.kw_defaults]
    kinds = {}
    for place, value in zip(places, values, strict=True):
        noted = place.annotation
        if isinstance(noted, ast.Name):
            kinds[place.arg] = noted.id
        elif noted is None and isinstance(value, ast.Constant) and value.value is not None:
            kinds[place.arg] = type(value.value).__name__
    return kinds


_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def _literal(value: Json, kind: str) -> Json:
    """Return a text that stands in a flow as what the function takes; as it is where it cannot be made one."""
    make = _MADE.get(kind)
    if not isinstance(value, str) or make is None:
        return value
    try:
        made: Json = make(value)
    except (ValueError, RecursionError):
        return value
    return made if type(made).__name__ == kind else value


_MADE: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "bool": lambda text: _TRUTHS.get(text.lower(), text),
    "list": json.loads,
    "dict": json.loads,
}


def _tool(tree: ast.Module) -> ast.FunctionDef | ast.AsyncFunctionDef:
    found = [one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    marked = [one for one in found if any(_named(mark) == "tool" for mark in one.decorator_list)]
    if not marked:
        raise UsageError("no function in it is marked as a tool")
    return marked[0]


def _named(mark: ast.expr) -> str:
    mark = mark.func if isinstance(mark, ast.Call) else mark
    return mark.id if isinstance(mark, ast.Name) else mark.attr if isinstance(mark, ast.Attribute) else ""


def _is_connection(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(
        isinstance(part, ast.Name) and part.id.endswith("Connection") for part in ast.walk(annotation)
    )


def _own_imports(tree: ast.Module) -> list[ast.stmt]:
    """The lines that import promptflow's own names: what marks a tool is not needed here, anything else is told."""
    found: list[ast.stmt] = []
    for one in tree.body:
        if isinstance(one, ast.ImportFrom) and (one.module or "").split(".")[0] == _OWN:
            strange = [name.name for name in one.names if name.name not in ("tool", "log_metric")]
            if strange and not all(name.endswith("Connection") for name in strange):
                raise UsageError(f"it uses promptflow's own `{strange[0]}`")
            found.append(one)
        elif isinstance(one, ast.Import) and any(name.name.split(".")[0] == _OWN for name in one.names):
            raise UsageError("it uses promptflow's own modules")
    return found


def _packages(tree: ast.Module, folders: Iterable[Path]) -> list[str]:
    names: dict[str, None] = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom):
            if one.level:
                raise UsageError("it imports files beside it")
            names[(one.module or "").split(".")[0]] = None
        elif isinstance(one, ast.Import):
            names.update(dict.fromkeys(name.name.split(".")[0] for name in one.names))
    names.pop(_OWN, None)
    for name in names:
        beside = next((found for folder in folders for found in _files(folder, name) if found.exists()), None)
        if beside is not None:
            raise UsageError(f"it imports `{beside.name}` beside it")
    return [name for name in names if name not in sys.stdlib_module_names]


def _files(folder: Path, module: str) -> tuple[Path, Path]:
    """The file or the folder that a module would be."""
    return folder / f"{module}.py", folder / module


def _without(source: str, parts: Iterable[ast.stmt | ast.expr]) -> str:
    """Return the code without the lines of these parts (imports and decorators stand on lines of their own)."""
    gone = {line for part in parts for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)}
    lines = source.splitlines()
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in gone)
