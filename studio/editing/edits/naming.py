"""New names: for nodes, stores and subgraphs that are made, pasted or renamed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from studio.graph.names import MAX_NAME, name_problem
from studio.graph.scope import Scope
from studio.support.errors import GraphError

_NUMBERED = re.compile(r"(.*?)_([1-9][0-9]{0,8})")


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return the name, with the next number behind it if it is taken: `judge`, `judge_2`, `judge_3`."""
    return wanted if wanted not in taken else _numbered(wanted, taken, {})


def _numbered(wanted: str, taken: Collection[str], tried: dict[str, tuple[int, int]]) -> str:
    """Return a name with a number behind it. `tried` remembers which numbers of a stem are taken: from one up to (not
    including) another."""
    numbered = _NUMBERED.fullmatch(wanted)
    stem, first = (numbered[1], int(numbered[2]) + 1) if numbered and numbered[1] else (wanted, 2)
    low, high = tried.get(stem, (first, first))
    number = first
    while True:
        if low <= number < high:
            number = high
        behind = f"_{number}"
        name = stem[: MAX_NAME - len(behind)] + behind
        if name not in taken:
            if number >= low and first <= high:
                tried[stem] = (min(low, first), max(high, number))
            return name
        number += 1


def free_names(wanted: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Return a free name for each of several, none given twice; names that are free stay as they are."""
    names = list(wanted)
    used = {*taken}
    found = {name: name for name in names if name not in used}
    used.update(found)
    tried: dict[str, tuple[int, int]] = {}
    for name in names:
        if name not in found:
            found[name] = _numbered(name, used, tried)
            used.add(found[name])
    return {name: found[name] for name in names}


def name_of(text: str, fallback: str = "node") -> str:
    """Return a name that a node, store or subgraph can have, as near to a text as possible."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text[:MAX_NAME]).strip("_").lower()
    if name[:1].isdigit():
        name = f"_{name}"[:MAX_NAME]
    return fallback if name_problem(name) else name


def name_for_type(type_name: str) -> str:
    """Return what a node of a type is called before anybody names it: `llm.function` gives `function`."""
    return name_of(type_name.rpartition(".")[2])


def require_name(name: str, what: str, taken: Collection[str]) -> None:
    """Raise GraphError if a node, store or subgraph cannot have this name."""
    problem = name_problem(name)
    if problem:
        shown = name if len(name) <= 60 else name[:60] + "…"
        raise GraphError(f"`{shown}` cannot name a {what}: {problem}.", hint="Choose another name.")
    if name in taken:
        raise GraphError(f"There is a {what} `{name}` already.", hint="Choose another name.")


def graph_names(scope: Scope) -> set[str]:
    """Return the names of all subgraphs that a node of this graph can run, those of the graphs around it too."""
    names: set[str] = set()
    here: Scope | None = scope
    while here is not None:
        names.update(here.graph.graphs)
        here = here.outer
    return names
