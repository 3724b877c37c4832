"""Names from elsewhere as names of ours: letters, digits and `_`, unique, and none that is reserved."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container

from studio.graph.names import RESERVED_PORTS, numbered

LONGEST = 60
"""Characters of a name; what is longer is cut, as titles of nodes elsewhere can be whole sentences."""


def snake(text: str, otherwise: str = "node") -> str:
    """Return a text as a name: `Ask the Critic` becomes `ask_the_critic`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    name = re.sub(r"[^A-Za-z0-9]+", "_", spaced).strip("_").lower()[:LONGEST].rstrip("_")
    if not name:
        return otherwise
    return f"_{name}" if name[0].isdigit() else name


def unique(name: str, taken: Container[str]) -> str:
    """Return the name, with a number behind it if it is taken."""
    return numbered(name, taken)[0] if name in taken else name


def port(text: str) -> str:
    """Return a text as the name of a port: one that no node has anyway, and that an expression may use."""
    name = snake(text, "value")
    return f"{name}_" if name in RESERVED_PORTS or keyword.iskeyword(name) else name
