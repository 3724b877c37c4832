"""Which rules and patterns of JSON Schemas a graph needs: those of the schemas that it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from studio.export.formatting import formatted
from studio.export.literals import literal
from studio.export.standalone.formula_parts import raw_literal
from studio.export.standalone.gathering import Gathered, Pruning
from studio.export.standalone.outline import Wiring
from studio.export.standalone.runtime import patterns, schemas
from studio.nodes.llm._spans import FORMATS
from studio.support.errors import UsageError
from studio.support.pattern_translation import has_category, python_pattern

RULES: Final = (schemas.__name__, "_RULES")
PATTERNS: Final = (patterns.__name__, "SCHEMA_PATTERNS")


def pruning_for(wirings: Sequence[Wiring], nodes: Gathered, beside: str) -> Pruning:
    """Return what a script has a use for. `nodes` is all that its modules use, `beside` what it says itself."""
    texts = [*nodes.snippets, *(one.source for one in nodes.definitions if not one.module.startswith("studio."))]
    if any("schema_faults" in text for text in texts):
        return Pruning(beside)  # a type of a person's own checks by schemas that may come up in the run
    written = [*nodes.snippets, *(one.source for one in nodes.definitions if one.module != schemas.__name__)]
    rows = {RULES: frozenset(name for text in written for name in _keys(ast.parse(text)))}
    known = _pattern_table(wirings)
    return Pruning(beside, rows, {} if known is None else {PATTERNS: known})


def _keys(tree: ast.AST) -> Iterator[str]:
    """Yield the keys of all dicts that some code writes: the rules of every schema are among them."""
    for node in ast.walk(tree):
        found: Iterable[Any] = ()
        if isinstance(node, ast.Dict):
            found = node.keys
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            found = (node.slice,)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("dict", "update"):
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)
            elif called == "setdefault":
                found = node.args[:1]
        yield from (key.value for key in found if isinstance(key, ast.Constant) and isinstance(key.value, str))


def _pattern_table(wirings: Iterable[Wiring]) -> str | None:
    """Return the source of the patterns of all schemas; None if one has to be translated when the script runs."""
    found: dict[str, str] = {}
    for wiring in wirings:
        for node in wiring.plan.nodes:
            for pattern in _patterns(list(node.params.as_dict().values())):
                try:
                    text = python_pattern(pattern)
                except UsageError:
                    return None  # no pattern of a schema, which were all looked at before; or it fails when it is met
                if has_category(pattern):
                    return None
                found[pattern] = f"{_literal(pattern)}: Pattern({_literal(text)})"
    table = f"SCHEMA_PATTERNS: Mapping[str, Pattern] = {{{', '.join(found.values())}}}\n"
    return (
        f"from collections.abc import Mapping\nfrom {patterns.__name__} import Pattern\n\n{formatted(table)}"
        '"""The patterns of the JSON Schemas of the graph, as Python has them."""\n'
    )


def _literal(text: str) -> str:
    return raw_literal(text) or literal(text, block=False)


def _patterns(held: Any) -> Iterator[str]:
    """Yield the patterns of all that may be a schema in a param."""
    if isinstance(held, Mapping):
        if isinstance(held.get("pattern"), str):
            yield held["pattern"]
        if isinstance(held.get("format"), str) and held["format"] in FORMATS:
            yield FORMATS[held["format"]]
        if isinstance(held.get("patternProperties"), Mapping):
            yield from held["patternProperties"]
        held = list(held.values())
    if isinstance(held, list | tuple):
        for one in held:
            yield from _patterns(one)
