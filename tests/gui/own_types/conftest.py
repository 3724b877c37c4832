"""A project with an own node type, and a window in which its graph is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.editing import TOP, Document
from studio.gui.canvas import Canvas
from studio.gui.frame.window import MainWindow
from studio.gui.own_types.bars import FAULTS, WAITING
from studio.gui.own_types.service import OwnNodeTypes
from studio.plugins.registries import trust_folder
from studio.trust.approvals import Approvals
from tests.gui.standing import Standing, few

SHOUT = '''
from pathlib import Path

from studio.spec import Fields, Node, RunContext, node, param, port

(Path(__file__).parent.parent / "canary").touch()


@node("my.shout", category="Mine")
class Shout(Node):
    """Say it loud."""

    class Params(Fields):
        mark: str = param("!", help="What stands at the end.")

    class In(Fields):
        text: str = port()

    class Out(Fields):
        loud: str = port()

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        return self.Out(loud=inputs.text.upper() + params.mark)
'''

GRAPH = """
studio: 1
name: loud
nodes:
  word: {type: flow.input, value: tide}
  shout: {type: my.shout}
  result: {type: flow.output}
edges:
  - word.value -> shout.text
  - shout.loud -> result.value
"""


class Project:
    """A project's folder, and its graph in a window. `canary` is there once code of it has run."""

    def __init__(self, folder: Path, window: MainWindow, qtbot: Any) -> None:
        self.folder = folder
        self.window = window
        self.workbench = window.workbench
        self.qtbot = qtbot
        self.own: OwnNodeTypes = window.workbench.part("own_types")
        self.canary = folder / "canary"
        (folder / "nodes").mkdir(parents=True)
        (folder / "studio.toml").write_text("", "utf-8")
        (folder / "loud.yaml").write_text(GRAPH, "utf-8")
        self.write(SHOUT)

    def write(self, source: str, name: str = "shout.py") -> Path:
        """Write a file as editors do: beside the old one, and then in its place."""
        path = self.folder / "nodes" / name
        beside = path.with_suffix(".new")
        beside.write_text(source, "utf-8")
        beside.replace(path)
        return path

    def trust(self) -> None:
        trust_folder(self.folder)

    def open(self, name: str = "loud.yaml") -> Document:
        document = self.workbench.open(self.folder / name)
        assert document is not None
        self.settled()
        return document

    def settled(self) -> None:
        """Wait until all that is to be loaded was."""
        self.qtbot.waitUntil(lambda: self.own.is_idle)

    def until(self, happened: Any) -> None:
        self.qtbot.waitUntil(happened)

    @property
    def canvas(self) -> Canvas:
        assert self.workbench.canvas is not None
        return self.workbench.canvas

    def panel(self, name: str) -> Any:
        return self.window.panel(name)

    def ports(self, document: Document, name: str = "shout") -> tuple[list[str], list[str]]:
        ports = document.ports(TOP, name)
        return list(ports.inputs), list(ports.outputs)

    def bar(self, document: Document, key: str = WAITING) -> Any:
        [page] = self.window.pages.pages(document)
        return page.bars.bar(key)

    def faults(self, document: Document) -> str:
        bar = self.bar(document, FAULTS)
        return "" if bar is None else bar.said.text

    @property
    def approvals(self) -> int:
        return len(Approvals().all())


lasting = few("inspector", "palette")


@pytest.fixture
def window(lasting: Standing) -> Iterator[MainWindow]:
    """The window, in front, with nothing open."""
    yield from lasting.lend()


@pytest.fixture
def project(window: MainWindow, qtbot: Any, tmp_path: Path) -> Project:
    return Project(tmp_path / "project", window, qtbot)
