"""`Stage`: one window for one picture, with what scenes need of it; `Scene`: what is seen and how it comes about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, ChatReply

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QWidget

    from studio.editing import Document
    from studio.gui.canvas import Canvas
    from studio.gui.frame.window import MainWindow

ROOT: Final = Path(__file__).resolve().parents[3]
OUT: Final = ROOT / "assets" / "screenshots"
SIZE: Final = (1440, 900)
FONT: Final = ("DejaVu Sans", 10)
THEMES: Final = ("light", "dark")
SCREEN: Final = {"width": 1920, "height": 1200, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1.0}


class Halting(Scripted):
    """A script that writes its last line only in part, until it is stopped."""

    async def chat(self, call: ChatCall, on_text: Callable[[str], None] | None = None) -> ChatReply:
        """Answer, or hold in the middle of the last line."""
        if self.left() == 1 and on_text is not None:
            line = await self._take(call)
            on_text(line.reply or "")
            await asyncio.Event().wait()
        return await super().chat(call, on_text)


class Stage:
    """One window, and what scenes need of it."""

    def __init__(self, folder: Path, theme: str) -> None:
        from studio.gui.frame.window import MainWindow
        from studio.gui.frame.window_state import WindowState
        from studio.gui.theme import apply_theme
        from studio.gui.workbench import Workbench
        from studio.settings.settings import Settings

        self.folder = folder
        apply_theme(theme)
        self.window: MainWindow = MainWindow(Workbench(Settings()), WindowState(folder / "window.toml"))
        self.window.resize(*SIZE)
        self.window.show()
        self.window.activateWindow()
        self.settle()

    @property
    def canvas(self) -> Canvas:
        """The canvas that is shown."""
        canvas = self.window.workbench.canvas
        assert canvas is not None
        return canvas

    def open(self, source: str) -> Document:
        """Open a copy of a bundled graph (its name), or a graph given as text."""
        if "\n" in source:
            name = source.split("name: ")[1].split("\n")[0]
            text = source
        else:
            name, text = source, (ROOT / "graphs" / f"{source}.yaml").read_text(encoding="utf-8")
            data = ROOT / "graphs" / "data"
            if data.is_dir() and not (self.folder / "data").exists():
                (self.folder / "data").symlink_to(data)
        path = Path(f"{name}.yaml")  # where the working folder is: its path is shown and shall be the same each time
        path.write_text(text, encoding="utf-8")
        document = self.window.workbench.open(path)
        assert document is not None
        self.settle()
        return document

    def answer(self, *replies: Any) -> None:
        """Have runs answered by a script that holds in its last line."""
        from studio.gui.live.playing.orders import Options

        model = Halting(list(replies))
        self.window.workbench.part("live").options = lambda mine: Options(model=model)

    def do(self, action: str) -> None:
        """Do what an action does."""
        self.window.workbench.trigger(action)
        self.settle()

    def show(self, panel: str) -> QWidget:
        """Bring a panel to the front."""
        self.window.show_panel(panel)
        self.settle()
        return self.window.panel(panel)

    def until(self, what: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        wait_for(what, seconds)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing moves any more: checks are done, timers of a moment have rung."""
        from PySide6.QtTest import QTest

        checks = self.window.workbench.part("checks")
        QTest.qWait(120)
        wait_for(lambda: checks.is_idle, 20.0)
        QTest.qWait(120)

    def picture(self) -> QPixmap:
        """Return the window with what floats over it."""
        from PySide6.QtCore import QPoint, QRect
        from PySide6.QtGui import QPainter
        from PySide6.QtWidgets import QApplication

        from studio.gui.theme import current_theme

        self.settle()
        shot = self.window.grab()
        corner = self.window.mapToGlobal(QPoint(0, 0))
        painter = QPainter(shot)
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible() and widget.width() > 40:
                place = widget.mapToGlobal(QPoint(0, 0)) - corner
                painter.drawPixmap(place, widget.grab())
                # A window manager would frame it.
                painter.setPen(current_theme().colour("soft"))
                painter.drawRect(QRect(place, widget.size()).adjusted(-1, -1, 0, 0))
        painter.end()
        return shot

    def close(self) -> None:
        """Close the window and all that is open."""
        from PySide6.QtCore import QCoreApplication, QEvent
        from PySide6.QtWidgets import QApplication

        workbench = self.window.workbench
        workbench.part("live").close()
        for document in list(workbench.documents):
            workbench.remove(document)
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window:
                widget.close()
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: its file's name, the panel that it is there to show ("": none), and how it comes about."""

    name: str
    play: Callable[[Stage], None]
    panel: str = ""


def file_of(scene: Scene, theme: str, folder: Path = OUT) -> Path:
    """Return the file of a scene's picture."""
    return folder / f"{scene.name}-{theme}.png"


def wait_for(what: Callable[[], object], seconds: float) -> None:
    from PySide6.QtTest import QTest

    ends = time.monotonic() + seconds
    while not what():
        if time.monotonic() > ends:
            raise TimeoutError("a scene did not come about")
        QTest.qWait(10)


def type_text(text: str) -> None:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, text)


def shows(stage: Stage, name: str, text: str) -> bool:
    return text in stage.canvas.projection.cards[name].state.text
