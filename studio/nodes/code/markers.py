"""`code.markers`: lines that tell file and language."""

from __future__ import annotations

from typing import Any

from studio.documents.code.comments import language_marker, path_marker
from studio.spec import Fields, Node, RunContext, node, port
from studio.spec.plain import Plain


@node("code.markers", title="File and language", category="Code", icon="note", limits="none")
class Markers(Node):
    """Write a comment line that names the file, and a line that tells the language.

    The language is told by a first line that it is known for (`#!/usr/bin/env python3`), else by a comment; by nothing
    for plain text, PHP, and texts that have such a line. Source: copilot-explorer, extension 1.57; the wording is ours.
    """

    class In(Fields):
        file: str = port(help="The name of the file.")
        language: str = port(help="Its language, as in `python`.")
        text: str = port("", help="Its text.")

    class Out(Fields):
        path: str = port(help="The line that names the file.")
        language: str = port(help="The line that tells the language, or an empty text.")

    def run(self, ctx: RunContext, params: Fields, inputs: In) -> Out:
        return self.Out(**markers(**vars(inputs)))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        return Plain(markers, takes_firing=False)


def markers(file: str, language: str, text: str = "") -> dict[str, Any]:
    """Return both lines."""
    return {"path": path_marker(file, language), "language": language_marker(text, language)}
