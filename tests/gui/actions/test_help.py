"""The page about the window names keys and menus that are really there."""

from __future__ import annotations

import re

import pytest

from studio.gui.base.action import all_actions
from studio.help import page_text

PAGE = page_text("window")


def rows() -> list[tuple[str, str]]:
    """Each key of the tables with what it does; several in one row stand in the same order."""
    found = re.findall(r"^\| (?!key|---)([^|]+?) \| ([^|]+?) \|$", PAGE, re.MULTILINE)
    return [
        pair for keys, titles in found for pair in zip(keys.split(", "), titles.split(", "), strict=True)
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "title"), rows())
def test_a_key_of_the_tables_does_what_the_page_says(key: str, title: str) -> None:
    titles = {action.title.rstrip("…") for action in all_actions().values() if key in action.keys}

    assert title in titles


def test_every_key_that_the_page_names_is_bound_to_something() -> None:
    bound = {key for action in all_actions().values() for key in action.keys}
    named = set(re.findall(r"(?:Ctrl\+|Shift\+|Alt\+)+[A-Z0-9.][A-Za-z0-9]*|\bF\d+\b", PAGE))

    assert len(named) > 20
    assert named <= bound


def test_menus_that_the_page_names_are_there() -> None:
    titles = {f"{action.menu} > {action.title}" for action in all_actions().values()}
    named = re.findall(r"`([A-Z]\w+ > [^`]+)`", PAGE)

    assert named
    assert set(named) <= titles
