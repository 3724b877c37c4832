"""How a node type says what it is outside of the studio: one call of a plain function with what it is set to.

A standalone script holds each node as a function. Of most types it is their `run`, with the params written in. A type
whose `run` leans on what only the studio has names a plain function instead (`Node.plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of the graph (`support.expressions`), which the script holds as a Python function of its names."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of the graph (`support.patterns`), which the script compiles as one of Python's."""

    text: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """A node as one call: `function(firing, …)` returns the outputs that are present, by port, or promises to.

    Its source goes into the script with all that it uses, so it may use the standard library, what stands for our own
    modules there, and nothing else. `constants` are written as literals, by keyword: JSON values, `Formula`, `Pattern`,
    `Made`. `inputs` says how it takes the inputs: each as a keyword, or all as one mapping, the first argument after
    `firing`.
    """

    function: Callable[..., Any]
    constants: Mapping[str, Any] = field(default_factory=dict)
    inputs: Literal["each", "mapping"] = "each"
    takes_firing: bool = True
    """False for a function that asks nothing of the outside."""


@dataclass(frozen=True, slots=True)
class Made:
    """A constant that a class of ours makes of keywords: `Job(instructions="…", labels=["good", "vague"])`.

    The script gives it a name of its own, after the node, so that long prompts stand by themselves.
    """

    maker: Callable[..., Any]
    keywords: Mapping[str, Any]


def changed(params: Any, *leave_out: str, **names: str) -> dict[str, Any]:
    """Return the params that differ from their defaults, by name: what plain functions of the same defaults need.

    `names` says how some are called there: `folder="where"`.
    """
    declared = type(params).fields()
    return {
        names.get(name, name): value
        for name, value in params.as_dict().items()
        if name not in leave_out and (declared[name].required or value != declared[name].default)
    }
