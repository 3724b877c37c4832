"""Jinja templates: what they ask for (read here, without rendering), and how they are rendered (in a worker).

Jinja can fold constants while it compiles, which would compute `{{ 9 ** 9 ** 9 }}` in this process; so here a template
is only parsed, and its names are gathered from the tree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

MOST: Final = 100_000
"""Characters of a template beyond which it is not read."""

RENDERING: Final = """
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


def main(template, values, trim, most):
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=trim, lstrip_blocks=trim, keep_trailing_newline=True, cache_size=0
    )
    parts, size = [], 0
    for part in environment.from_string(template).generate(values):
        size += len(part)
        if size > most:
            raise ValueError(f"the text grows beyond {most} characters")
        parts.append(part)
    return "".join(parts)
"""
"""The code that a worker runs: only plain JSON values come in, and a text of limited length goes out."""

_GIVEN = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace", "loop", "self", "super"})
_GIVEN_IN_MACROS = frozenset({"caller", "varargs", "kwargs"})


class Template(NamedTuple):
    """The names a template asks for, in order of appearance, and what is wrong with it."""

    names: tuple[str, ...] = ()
    problem: str = ""


@lru_cache(maxsize=64)
def read_template(text: str) -> Template:
    """Return what a template asks for. Names that it sets itself are none of them."""
    if len(text) > MOST:
        return Template(problem=f"`template` has more than {MOST:,} characters.")
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=False).parse(text)
        found = list(tree.find_all((nodes.Name, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)))
    except TemplateSyntaxError as error:
        return Template(problem=f"`template` is no Jinja template: line {error.lineno}: {error.message}.")
    except (RecursionError, MemoryError, ValueError):
        return Template(problem="`template` is nested too deeply.")
    if other := next((one for one in found if not isinstance(one, nodes.Name)), None):
        return Template(problem=f"Line {other.lineno}: a template here cannot include or import others.")
    names = [one for one in found if isinstance(one, nodes.Name)]
    own = {one.name for one in names if one.ctx in ("store", "param")}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)} | _GIVEN | _GIVEN_IN_MACROS
    asked = sorted((one for one in names if one.name not in own), key=lambda one: one.lineno)
    return Template(tuple(dict.fromkeys(one.name for one in asked)))
