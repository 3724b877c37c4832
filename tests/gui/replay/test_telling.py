"""What is said of where a run stands, of runs whose record is no tree, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from studio.gui.panels.inspector.firing.head import moment
from studio.gui.replay.telling import where_words
from studio.trace.decided import PathRow


def standing(rows: list[PathRow]) -> Any:
    """A session at a firing of the last of some node paths, as much of it as is looked at."""
    paths = {row.path: row for row in rows}
    here = SimpleNamespace(path=rows[-1].path, status="ok", origin="executed", attempt=1, reason="")
    return SimpleNamespace(here=here, cursor=SimpleNamespace(steps=SimpleNamespace(path=paths.get)))


def row(path: int, node: str, parent: int) -> PathRow:
    return PathRow(path, node, "toy", 1, 0, parent)


def test_the_way_names_regions_and_items() -> None:
    rows = [row(1, "town", 0), row(2, "town/a%2Fb/plan", 1), row(3, "town/a%2Fb/plan/think", 2)]

    assert where_words(standing(rows)) == "town [a/b] › plan › think · fired"


@pytest.mark.parametrize("parents", [(1, 1), (2, 1), (0, 2), (2, 2)])
def test_a_record_that_goes_round_and_round_comes_to_an_end(parents: tuple[int, int]) -> None:
    rows = [row(1, "a", parents[0]), row(2, "a/b", parents[1])]

    assert where_words(standing(rows)).endswith("b · fired")


@pytest.mark.parametrize(("seconds", "end"), [(59.9996, ":00.000"), (59.9994, ":59.999"), (61.0, ":01.000")])
def test_a_moment_is_rounded_as_a_whole(seconds: float, end: str) -> None:
    assert moment(seconds).endswith(end)
