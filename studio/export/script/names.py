"""The names a script gives to what the graph does not name itself: functions of graphs, constants of values."""

from __future__ import annotations

import builtins
import keyword
import re
from pathlib import PurePosixPath
from typing import Final

from studio.export.naming import fresh

_LONGEST: Final = 40

_OURS: Final = (
    "Any", "Graph", "HERE", "LAYOUT", "Path", "REMARKS", "annotations", "args", "argparse", "graph", "json", "main",
    "parser", "play", "read_any", "read_file", "read_json", "read_number", "read_text", "run_parser", "sys",
)  # fmt: skip


class Names:
    """Gives each thing of one script a name that no other has."""

    def __init__(self) -> None:
        self._taken = {*_OURS, *dir(builtins)}

    def function(self, name: str) -> str:
        """Return the name of the function that makes the graph of this name."""
        return self._new(_words(PurePosixPath(name).name.removesuffix(".yaml").removesuffix(".yml")) or "make_graph")

    def constant(self, *parts: str) -> str:
        """Return the name of a constant, of the last of these parts if that is free, else of more of them."""
        words = [word.upper() for part in parts if (word := _words(part))] or ["VALUE"]
        for begin in reversed(range(len(words))):
            name = "_".join(words[begin:])
            if name not in self._taken and name.isidentifier():
                return self._new(name)
        return self._new("_".join(words))

    def _new(self, wanted: str) -> str:
        name = fresh(wanted, self._taken)
        self._taken.add(name)
        return name


def _words(text: str) -> str:
    """Return the letters and digits of a text in snake case, "" if it has none that Python takes everywhere."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()[:_LONGEST].strip("_")


def is_keyword_name(key: str) -> bool:
    """True if a param can be given as `key=…`: Python reads other letters than ASCII as others, some of them."""
    return key.isascii() and key.isidentifier() and not keyword.iskeyword(key) and key != "__debug__"
