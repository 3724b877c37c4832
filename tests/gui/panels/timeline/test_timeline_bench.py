"""The benchmark works; its numbers are for a quiet machine and are looked at, not asserted."""

from __future__ import annotations

from pathlib import Path

from studio.gui.frame.window import MainWindow
from tests.bench import scrub


def test_the_benchmark_measures_each_run(window: MainWindow, tmp_path: Path) -> None:
    results = scrub.numbers(window, tmp_path, scrub.QUICK_RUNS, **scrub.QUICK)

    assert list(results) == ["40 nodes", "maps of loops"]
    for name, found in results.items():
        assert 900 < found["steps"] < 3000, name
        assert {"first_paint", "whole", "seek", "seek_near", "pan", "zoom", "lit"} <= found.keys()
        assert all(told["median_ms"] > 0 for told in found.values() if isinstance(told, dict)), name
    assert window.workbench.documents == []
