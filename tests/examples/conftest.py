"""The examples that ship with the studio, and their recorded runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import Trace
from studio.support.resources import bundled_graphs


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `example` runs once for each graph in `graphs/`, unless it says itself for which."""
    said = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    if "example" in metafunc.fixturenames and "example" not in said:
        metafunc.parametrize("example", bundled_graphs(), ids=lambda path: path.stem)


@pytest.fixture
def recorded(example: Path) -> Iterator[Trace]:
    """The recorded run of the example."""
    path = example.with_suffix(".run.db")
    assert path.is_file(), f"no recorded run: `python -m tests.support.record_examples {example.stem}` makes it"
    with Trace(path) as trace:
        yield trace
