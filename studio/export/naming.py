"""Names of a graph as names of Python: ports as parameters, nodes as functions."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Collection

from studio.graph.names import numbered


def parameter(port: str) -> str:
    """Return the parameter that stands for a port: its name, with one `_` behind a keyword and behind a last `_`.

    "" if no parameter can have that name: Python would not read it, or would read it as another.
    """
    if not port.isidentifier() or unicodedata.normalize("NFKC", port) != port:
        return ""
    return f"{port}_" if keyword.iskeyword(port) or port.endswith("_") else port


def fresh(wanted: str, taken: Collection[str]) -> str:
    """Return the wanted name, made one that Python takes, with the first number behind it that makes it new."""
    letters = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in wanted) or "_"
    name = f"_{letters}" if letters[0].isdigit() else letters
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        name += "_"
    return numbered(name, taken)[0] if name in taken else name
