"""Formats: the present one passes, older ones are brought up step by step, newer ones are refused."""

from __future__ import annotations

import pytest

from studio.graph.migrations import migrate
from studio.graph.tree import Tree, parse
from studio.support.errors import GraphError


def rename_nodes(root: Tree) -> None:
    """Format 1 called the nodes `modules`."""
    root.value["nodes"] = root.value.pop("modules")


def add_about(root: Tree) -> None:
    """Format 2 had no `about`."""
    root.value["about"] = Tree("migrated", root.start, root.end)


def test_steps_are_applied_in_order_up_to_the_current_format() -> None:
    root = parse("studio: 1\nmodules: {a: {type: x}}\n", "old.yaml").root

    migrate(root, "old.yaml:1", steps={1: rename_nodes, 2: add_about}, current=3)

    assert root.plain()["nodes"] == {"a": {"type": "x"}}
    assert root.plain()["about"] == "migrated"


def test_a_file_of_the_current_format_is_left_alone() -> None:
    root = parse("studio: 3\nmodules: {}\n", "new.yaml").root

    migrate(root, "new.yaml:1", steps={1: rename_nodes, 2: add_about}, current=3)

    assert root.plain() == {"studio": 3, "modules": {}}


def test_a_newer_format_asks_for_an_update() -> None:
    root = parse("studio: 4\n", "next.yaml").root

    with pytest.raises(GraphError, match=r"next.yaml:1: This file has format 4.*Update"):
        migrate(root, "next.yaml:1", current=3)


def test_a_missing_step_is_named() -> None:
    root = parse("studio: 1\n", "old.yaml").root

    with pytest.raises(GraphError, match="format 1 cannot be read any more"):
        migrate(root, "old.yaml:1", steps={2: add_about}, current=3)
