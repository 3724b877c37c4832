"""The page about the graph file says what the program does."""

from __future__ import annotations

import re

from studio.dynamics.policy import ACTIONS, KINDS, ON_ALARM
from studio.graph.check import check
from studio.graph.model import LIMITS, NODE_KEYS, Graph
from studio.graph.reading import _Reader
from studio.help import page_text

PAGE = page_text("graph_file")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_its_examples_are_read_and_nothing_is_found_in_them() -> None:
    whole, policy = BLOCKS
    graph = Graph.from_text(whole)
    assert [str(one) for one in check(graph) if one.severity == "error"] == []
    assert graph.dynamics == {"on_alarm": "pause"}
    assert Graph.from_text(f"{whole.partition('dynamics:')[0]}{policy}").dynamics["wander"] == "off"


def test_every_key_of_the_format_is_told_in_the_order_of_files() -> None:
    rows = re.findall(r"^\| (`.+?) \|", PAGE.partition("## When")[0], re.MULTILINE)
    told = [key for row in rows for key in re.findall(r"`(\w+)`", row)]
    assert told == [*_Reader._sections]
    assert all(f"`{key}`" in PAGE for key in (*NODE_KEYS[1:], *LIMITS, *KINDS, *ACTIONS, ON_ALARM))
