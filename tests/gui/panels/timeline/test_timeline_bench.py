"""The benchmark works; its numbers are for a quiet machine and are looked at, not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.gui.frame.window import MainWindow
from tests.bench import scrub
from tests.support.thorough import thorough_but


@pytest.mark.parametrize("name", thorough_but(lambda name: name == "40 nodes", scrub.QUICK_RUNS))
def test_the_benchmark_measures_each_run(window: MainWindow, tmp_path: Path, name: str) -> None:
    results = scrub.numbers(window, tmp_path, [name], **scrub.QUICK)

    assert list(results) == [name]
    found = results[name]
    assert 900 < found["steps"] < 3000
    assert {"first_paint", "whole", "seek", "seek_near", "pan", "zoom", "lit"} <= found.keys()
    assert all(told["median_ms"] > 0 for told in found.values() if isinstance(told, dict))
    assert window.workbench.documents == []
