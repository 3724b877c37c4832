"""The inputs of a graph as arguments of its script: a line of `add_argument` each, typed, with help and default."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from studio.export.literals import literal, text_literal
from studio.spec.choices import told_choices
from studio.spec.fields import MISSING, Field
from studio.spec.types import BLOB_TYPES
from studio.support.values import Json

RUN_OPTIONS: Final = frozenset((
    "answers", "approve", "cache", "clock", "db", "embedder", "help", "json", "limit", "limits", "model", "save",
    "seed",
))  # fmt: skip
"""The options that `studio.script.run_parser` gives to every script, and the names under which it keeps them."""

_KINDS: Final[Mapping[str, str]] = {
    "text": "read_text", "integer": "int", "number": "read_number", "any": "read_any",
}  # fmt: skip
_HELP: Final[Mapping[str, str]] = {
    "any": "JSON, or else text",
    "boolean": "yes or no",
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
}


class Arguments:
    """The lines that declare the inputs of a graph, and what they need."""

    def __init__(self, inputs: Mapping[str, Field], constants: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self.given: dict[str, str] = {}
        """Name of the input → the expression of what was given."""
        self.readers: set[str] = set()
        self.needs_json = False
        self.needs_argparse = False
        taken: set[str] = set(RUN_OPTIONS)
        for name, field in inputs.items():
            self._declare(name, field, constants.get(name), taken)

    def _declare(self, name: str, field: Field, constant: str | None, taken: set[str]) -> None:
        option = _free(name.strip("_").replace("_", "-") or name, taken)
        # The name of the attribute is the input's, unless that is taken or no name of an attribute.
        place = name if not keyword.iskeyword(name) and not name.startswith("__") else f"input{name}"
        while place in taken:
            place = f"input_{place}"
        taken |= {option, place}
        words = [text_literal(f"--{option}")]
        kind = "text" if field.type == "any" and isinstance(field.default, str) else field.type
        if place != option.replace("-", "_"):
            words.append(f"dest={text_literal(place)}")
            if kind != "boolean":
                words.append(f"metavar={text_literal(option.upper())}")
        words.extend(self._kind(kind, field.default, constant))
        words.append(f"help={literal(_help(kind, field.help, field.choices), block=False)}")
        self.lines.append(f"parser.add_argument({', '.join(words)})")
        self.given[name] = f"args.{place}"

    def _kind(self, kind: str, default: Json, constant: str | None) -> Iterator[str]:
        if kind == "boolean":
            self.needs_argparse = True
            yield "action=argparse.BooleanOptionalAction"
        elif kind in BLOB_TYPES:
            self.readers.add("read_file")
            yield "type=read_file"
        else:
            reader = _KINDS.get(kind, "read_json")
            if reader != "int":
                self.readers.add(reader)
            yield f"type={reader}"
        if default is MISSING or kind in BLOB_TYPES or constant is None:
            yield "required=True"
        elif isinstance(default, str) and (kind != "text" or default.startswith("@")):
            # argparse reads a default that is a text as if it had been typed.
            self.needs_json = self.needs_json or kind != "text"
            yield f'default="@" + {constant}' if kind == "text" else f"default=json.dumps({constant})"
        else:
            yield f"default={constant}"


def _free(option: str, taken: Collection[str]) -> str:
    name = option if option not in taken else f"input-{option}"
    number = 2
    while name in taken:
        name, number = f"input-{option}-{number}", number + 1
    return name


def _help(kind: str, said: str, choices: Sequence[Json] = ()) -> str:
    """Return what to give, for argparse, in which `%` is no plain sign."""
    text = " ".join(said.split()) or (f"a file: {kind}" if kind in BLOB_TYPES else _HELP.get(kind, f"JSON: {kind}"))
    if choices:
        told = f"One of {told_choices(choices)}."
        text = f"{text} {told}" if said.strip() else told
    return text.replace("%", "%%")


def example(inputs: Mapping[str, Field]) -> str:
    """Return the arguments of the docstring's command: the first input with its default, if that is short."""
    for name, field in inputs.items():
        value = field.default
        if isinstance(value, str) and 0 < len(value) <= 40 and value.replace(" ", "").replace("_", "").isalnum():
            shown = f'"{value}"' if " " in value else value
            return f" --{name.strip('_').replace('_', '-')} {shown}"
    return ""
