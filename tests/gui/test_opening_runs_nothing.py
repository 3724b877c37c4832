"""A graph from elsewhere that would run code, commands, servers and requests is opened, hovered, completed, left idle:
no process is started, no socket connected, nothing of it is executed."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from studio.gui.frame.window import MainWindow

WATCHED: Final = (
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.startfile", "pty.spawn",
    "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request", "http.client.connect",
)  # fmt: skip

IDLE_S: Final = 10.0
"""Seconds that nothing is done at the end: timers of the window ring within a second."""

_watching: list[tuple[str, str]] | None = None
_hears = False


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching is not None and (event in WATCHED or (event == "open" and "canary" in str(arguments[0]))):
        _watching.append((event, str(arguments)[:200]))


@contextmanager
def watching() -> Iterator[list[tuple[str, str]]]:
    """Yield what Python does to the outside within, in any thread.

    A hook stays for as long as the process and is called at each import and each file that is opened: so it is there
    only where somebody has watched.
    """
    global _watching, _hears
    if not _hears:
        sys.addaudithook(_hear)
        _hears = True
    _watching = []
    try:
        yield _watching
    finally:
        _watching = None


def hostile(canary: Path) -> str:
    """A graph that leaves a canary behind wherever something of it is executed."""
    mark = f"open({str(canary)!r}, 'w')"
    return f"""\
studio: 1
name: hostile
nodes:
  code:
    type: code.python
    code: |
      {mark}

      def main(x=({mark}), *, y: ({mark}) = 1):
          return {mark}
  command: {{type: shell.run, argv: [touch, {str(canary)!r}]}}
  script: {{type: shell.run, script: "touch {canary}"}}
  server: {{type: mcp.tool, command: [touch, {str(canary)!r}], tool: steal, description: "<img src='file:///x'>"}}
  remote: {{type: mcp.tool, url: "http://127.0.0.1:9/mcp", tool: steal}}
  request: {{type: http.request, url: "http://127.0.0.1:9/?q={{word}}"}}
  page: {{type: web.page, url: "http://127.0.0.1:9/"}}
  jinja:
    type: text.jinja
    template: "{{{{ cycler.__init__.__globals__.os.system('touch {canary}') }}}}"
  ask: {{type: llm.function, instructions: "Say {{word}}", model: "openai/gpt-4o", api_base: "http://127.0.0.1:9/v1"}}
  agent:
    type: llm.agent
    instructions: Do it.
    tools: [{{use: shell.run, set: {{argv: [touch, {str(canary)!r}]}}}}, {{use: mine.evil}}]
  own: {{type: mine.evil}}
  picture: {{type: flow.input, kind: image, value: "file:///etc/passwd"}}
  out: {{type: flow.output}}
edges:
  - page.text -> ask.word
  - ask.text -> request.word
  - code.value -> out.value
"""


EVIL: Final = '''
open(CANARY, "w")
from studio.spec import Fields, Node, node, port


@node("mine.evil", category="Mine")
class Evil(Node):
    """Evil."""

    class Out(Fields):
        text: str = port()

    @classmethod
    def outputs(cls, params):
        open(CANARY, "w")
        return cls.Out

    def run(self, ctx, params, inputs):
        return self.Out(text="")
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    canary = tmp_path / "canary"
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "evil.py").write_text(EVIL.replace("CANARY", repr(str(canary))))
    (tmp_path / "nodes" / "__init__.py").write_text(f"open({str(canary)!r}, 'w')\n")
    (tmp_path / "conftest.py").write_text(f"open({str(canary)!r}, 'w')\n")
    path = tmp_path / "hostile.yaml"
    path.write_text(hostile(canary))
    return path


def look_at(window: MainWindow, path: Path, settle: Callable[[], None]) -> None:
    """Open it and do all that a careful person does who does not run it."""
    document = window.workbench.open(path)
    assert document is not None
    settle()
    canvas = window.workbench.canvas
    assert canvas is not None
    canvas.zoom_to_fit()
    window.grab()
    for name, card in canvas.projection.cards.items():
        place = canvas.view.mapFromScene(card.body_rect().center())
        QTest.mouseMove(canvas.view.viewport(), place)
        QApplication.processEvents()
        for port in ("url", "text", "value"):
            QTest.mouseMove(canvas.view.viewport(), place + QPoint(len(port), 4))
        canvas.select([name])
        settle()
    for panel in window.docks:
        window.show_panel(panel)
        settle()
    canvas.select(["ask"])
    window.show_panel("inspector")
    settle()
    for editor in window.panel("inspector").findChildren(QPlainTextEdit)[:4]:
        if editor.isVisible() and not editor.isReadOnly():
            editor.setFocus()
            QTest.keyClicks(editor, " {wo")
            settle()
    window.workbench.trigger("edit.undo")
    window.workbench.trigger("file.save")
    settle()


def test_opening_hovering_completing_and_idling_run_nothing(window: MainWindow, qtbot: Any, file: Path) -> None:
    checks = window.workbench.part("checks")

    def settle() -> None:
        qtbot.waitUntil(lambda: checks.is_idle)
        QApplication.processEvents()

    with watching() as done:
        look_at(window, file, settle)
        ends = time.monotonic() + IDLE_S
        while time.monotonic() < ends:
            qtbot.wait(50)

    assert done == []
    assert not (file.parent / "canary").exists()
    assert window.workbench.part("live").active is None


def test_control_what_is_watched_for_would_be_seen(tmp_path: Path) -> None:
    with watching() as done:
        subprocess.run([sys.executable, "-c", ""], check=True)
        with socket.socket() as plug:
            plug.connect_ex(("127.0.0.1", 9))
        (tmp_path / "canary").write_text("")

    seen = {event for event, _ in done}
    assert {"subprocess.Popen", "socket.connect", "open"} <= seen


def test_control_importing_the_folder_of_own_nodes_would_leave_the_canary(file: Path) -> None:
    assert not (file.parent / "canary").exists()
    spec = importlib.util.spec_from_file_location("evil_for_the_control", file.parent / "nodes" / "evil.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

    assert (file.parent / "canary").exists()
