"""Rivet's `{{name}}` as our `{name}`, its JSON paths as ours, its escapes as characters."""

from __future__ import annotations

import re
from typing import NamedTuple

from studio.importers.names import port
from studio.support.templates import literal

_GAP = re.compile(r"\{\{([^{}]+?)\}\}")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\['([^'\]]+)'\]|\[\"([^\"\]]+)\"\]")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


class Template(NamedTuple):
    """A template of ours, and which of its gaps stands for which of Rivet's input ports."""

    text: str
    ports: dict[str, str]
    processed: bool
    """True if a gap was processed on the way (`{{name | trim}}`), which is left out."""


def template_of(text: str) -> Template:
    """Return a text of Rivet as a template of ours."""
    parts: list[str] = []
    ports: dict[str, str] = {}
    processed = False
    at = 0
    for gap in _GAP.finditer(text):
        name, bar, _ = gap[1].partition("|")
        processed = processed or bool(bar)
        ports.setdefault(name.strip(), _distinct(port(name), ports))
        parts += (literal(text[at : gap.start()]), f"{{{ports[name.strip()]}}}")
        at = gap.end()
    return Template("".join((*parts, literal(text[at:]))), ports, processed)


def _distinct(name: str, ports: dict[str, str]) -> str:
    while name in ports.values():
        name += "_"
    return name


def path_of(jsonpath: str) -> str | None:
    """Return a JSON path such as `$.answer.items[0]` as a path of ours; None if it asks for more than one place."""
    if not jsonpath.startswith("$"):
        return None
    path, at = "", 1
    for step in _STEP.finditer(jsonpath, 1):
        if step.start() != at:
            return None
        at = step.end()
        name = step[1] or step[3] or step[4]
        if step[2] is not None:
            path += f"[{step[2]}]"
        elif name.isidentifier():
            path += f".{name}" if path else name
        else:
            path += f'["{name}"]'
    return path if at == len(jsonpath) and path else None


def unescaped(text: str) -> str:
    """Return a separator as Rivet means it: `\\n` is a line break."""
    return re.sub(r"\\([ntr\\])", lambda found: _ESCAPES[found[1]], text)
