"""A script opens as the graph it makes; it is neither run nor written over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.export.script import write_script
from studio.graph import Graph
from studio.gui.frame.window import MainWindow
from studio.spec.registry import default_registry
from studio.support.resources import bundled_graphs
from studio.trust.gate import is_foreign


def test_a_script_opens_as_a_graph_without_a_file_and_is_not_run(window: MainWindow, tmp_path: Path) -> None:
    graph = Graph.load(next(path for path in bundled_graphs() if path.stem == "critic_loop"))
    script, mark = tmp_path / "critic_loop.py", tmp_path / "mark"
    text = write_script(graph, default_registry(), folder=tmp_path)
    script.write_text(text + f"\n\ndef unused() -> None:\n    open({str(mark)!r}, 'w')\n")

    document = window.workbench.part("files").open(script)

    assert document is not None
    assert document.path is None
    assert document.graph.to_text() == graph.to_text()
    assert is_foreign(document.graph)
    assert not mark.exists()
    assert script.read_text().startswith(text)


def test_a_script_that_is_not_understood_is_told_with_its_line(window: MainWindow, tmp_path: Path, qtbot: Any) -> None:
    said: list[str] = []
    window.workbench.said.connect(lambda text, kind: said.append(text))
    (tmp_path / "x.py").write_text("from studio import Graph\n\nimport os\nos.remove('x')\n")

    assert window.workbench.part("files").open(tmp_path / "x.py") is None
    assert any("x.py:4" in text and "--save graph.yaml" in text for text in said)
