"""From params to a command: each placeholder fills one argument and never becomes words of a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studio.support.errors import NodeError
from studio.support.templates import as_text, placeholders, render
from studio.support.values import Json

_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")


def input_names(argv: Any, variables: Any) -> tuple[str, ...]:
    """Return the names of inputs: placeholders of the command in order, or the variables of a script."""
    found: dict[str, None] = {}
    for part in argv if isinstance(argv, list) else ():
        if isinstance(part, str):
            found |= dict.fromkeys(placeholders(part))
    for name in variables if isinstance(variables, list) else ():
        if isinstance(name, str):
            found[name] = None
    return tuple(found)


def filled(argv: Sequence[str], values: Mapping[str, Json]) -> list[str]:
    """Return the arguments with their placeholders filled in.

    Raises `NodeError` if a value would be read as an option (it begins with `-`, and no `--` stands before it): what
    a stranger wrote must not switch on what the command can do besides.
    """
    made: list[str] = []
    options_over = False
    for part in argv:
        text = render(part, values)
        if text.startswith("-") and not part.startswith("-") and not options_over:
            raise NodeError(
                f"the argument `{part}` became `{text[:60]}`, which the command would take for an option.",
                hint="Write an argument `--` before it, if the command knows that, or put something in front.",
                code="input",
            )
        options_over = options_over or part == "--"
        made.append(text)
    return made


def variables(names: Sequence[str], values: Mapping[str, Json]) -> dict[str, str]:
    """Return the inputs of a script as environment variables: texts as they are, anything else as compact JSON."""
    return {name: as_text(values[name]) for name in names}


def command_problems(argv: list[Any], script: str, names: list[Any]) -> Iterator[str]:
    """Yield what is wrong with a command or script as it is written."""
    if bool(argv) == bool(script):
        yield "Give either `argv`, a command and its arguments, or `script`, for a shell."
    if any(not isinstance(part, str) for part in argv):
        yield "`argv` is a list of texts: the program, then one text per argument."
    elif argv and (not argv[0] or placeholders(argv[0])):
        yield "The first of `argv` is the program; it has no placeholder, so that what runs can be approved."
    if names and not script:
        yield "`variables` are for a `script`; in `argv` write `{name}`."
    for name in names:
        if not isinstance(name, str) or _VARIABLE.fullmatch(name) is None:
            yield f"The variable {name!r} must have small letters, digits and `_` only, as in `file_name`."
