"""A script that was damaged, cut or mixed up opens as some graph, or is refused in a sentence; nothing else happens."""

from __future__ import annotations

import contextlib
import random

import pytest

from studio.export.script import write_script
from studio.graph import Graph
from studio.importers.script import read_script_text
from studio.spec.registry import default_registry
from studio.support.errors import GraphError
from studio.support.resources import bundled_graphs
from tests.support.thorough import thorough_but

PIECES = (
    "(", ")", "[", "]", "{", "}", ",", ":", ".", "=", "*", "**", "+", "-", '"', "'", '"""', "\\", "\n", "    ", "#",
    "f", "lambda", "graph", "Graph", "def ", "return ", "for x in ", "if 1:", "yield", "await ", "@", "\0", "\u202e",
    "1e999", "None", "__import__", "...", ":=", "~", "\r", "\x0c", "9" * 5000, "é", "\ud800", "import os\n",
    "global graph\n",
)  # fmt: skip


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed in (1, 5, 6), range(8)))
def test_damage_is_refused_or_read(seed: int) -> None:
    chance = random.Random(seed)
    path = bundled_graphs()[seed % len(bundled_graphs())]
    text = write_script(Graph.load(path), default_registry())
    refused = 0
    for _ in range(12):
        damaged = text
        for _ in range(chance.randint(1, 3)):
            begin = chance.randrange(len(damaged))
            end = begin + chance.choice((0, 0, 1, 5, 80))
            damaged = damaged[:begin] + chance.choice(PIECES) + damaged[end:]
        with contextlib.suppress(GraphError):
            read = read_script_text(damaged).graph
            assert Graph.from_text(read.to_text()) == read
            continue
        refused += 1

    assert refused  # else the damage was none
