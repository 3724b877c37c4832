"""Makes the pictures under `assets/screenshots/` from the real window: `python -m tests.support.screenshots [NAME …]`.

Each scene is a window of one size, in light and dark, brought there as a person would: by keys, the mouse and actions.
The font is named, so that machines that have it make the same pictures. `--out FOLDER` writes elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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

ROOT: Final = Path(__file__).resolve().parents[2]
OUT: Final = ROOT / "assets" / "screenshots"
SIZE: Final = (1440, 900)
FONT: Final = ("DejaVu Sans", 10)
THEMES: Final = ("light", "dark")
SCREEN: Final = {"width": 1920, "height": 1200, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1.0}

DRAFTS: Final = (
    "Tide pools hold whatever the sea forgot: a crab, a coin, the sky. Twice a day they are given back.",
    "Between two tides each pool keeps a small sea of its own, with anemones that open like",
)
"""What the model of the scenes writes; of the last it only gets so far."""

ANSWERS: Final = (
    "On Saturdays we are open from ten to four, and the reading room until six.",
    "Tea is welcome in the reading room, as long as the cup has",
)

LETTERS: Final = (
    "longer", "Of course: it is yours until the end of the month.",
    "damage", "Thank you for telling us; we will mend the map this week.",
    "search", "Two books on tide pools stand on shelf seven, by the window.",
)  # fmt: skip
"""What it answers the letters of three readers, for each what it is and what to say."""

QUESTION: Final = """\
studio: 1
name: refund
nodes:
  letter: {type: flow.input, kind: text, value: "The kettle came without its lid. I want my money back."}
  sort:
    type: llm.function
    title: What is wanted
    instructions: "What does this customer want? {letter}"
    labels: [refund, repair, other]
  ask:
    type: human.ask
    title: Ask the shop
    question: "The customer asks for a {wish}. Grant it?"
    choices: ["yes", "no"]
  reply: {type: text.template, title: Reply, template: "Your {wish}: {answer}."}
  out: {type: flow.output}
edges:
  - letter.value -> sort.letter
  - sort.label -> ask.wish
  - sort.label -> reply.wish
  - ask.answer -> reply.answer
  - reply.text -> out.value
layout:
  letter: [0, 20]
  sort: [260, 0]
  ask: [560, 90]
  reply: [820, 10]
  out: [1060, 20]
"""

TALK: Final = """\
studio: 1
name: front_desk
about: Answers what visitors of a library ask.
nodes:
  message: {type: flow.input, kind: text}
  topic:
    type: llm.function
    title: What it is about
    instructions: "What is this about? {message}"
    labels: [hours, books, other]
  reply:
    type: llm.function
    title: Answer
    instructions: |
      Answer the visitor in one sentence.
      Topic: {topic}
      Message: {message}
    output: text
  answer: {type: flow.output, kind: text}
edges:
  - message.value -> topic.message
  - message.value -> reply.message
  - topic.label -> reply.topic
  - reply.text -> answer.value
layout:
  message: [0, 80]
  topic: [230, 0]
  reply: [540, 60]
  answer: [860, 80]
"""

NOTICES: Final = """\
studio: 1
name: notices
about: Sorts what readers write and answers each in a line.
nodes:
  letters:
    type: flow.input
    value:
      - "May I keep the book a week longer?"
      - "The map in the atlas is torn."
      - "Do you have anything on tide pools?"
  each: {type: flow.map, graph: answering}
  answers: {type: flow.output}
edges:
  - letters.value -> each.items
  - each.answer -> answers.value
graphs:
  answering:
    nodes:
      item: {type: flow.input, title: A letter}
      kind:
        type: llm.function
        title: What it is
        instructions: "What does the reader want? {letter}"
        labels: [longer, damage, search]
      reply:
        type: llm.function
        title: Answer
        instructions: |
          Answer the reader in one sentence.
          It is about: {kind}
          {letter}
        output: text
      answer: {type: flow.output}
    edges:
      - item.value -> kind.letter
      - item.value -> reply.letter
      - kind.label -> reply.kind
      - reply.text -> answer.value
    layout:
      item: [0, 120]
      kind: [260, 0]
      reply: [620, 60]
      answer: [960, 90]
      /frames: [{rect: [230, -60, 670, 290], title: One letter, colour: blue}]
      /comments: [{rect: [0, 290, 210, 70], text: "Each letter is answered on its own, all at once."}]
      /wires: {item.value -> reply.letter: [[440, 250]]}
layout:
  letters: [0, 0]
  each: [240, 0]
  answers: [480, 0]
"""

FAULTY: Final = """\
studio: 1
name: half_done
nodes:
  topic: {type: flow.input, value: tide pools}
  sort: {type: llm.function, instructions: "Is {text} about water?", labels: [water, land], temperature: 9.5}
  writer: {type: llm.function, instructions: "Write something nice about {topic}"}
  merge: {type: text.template, template: "{kind}: {draft} ({source})"}
  strange: {type: acme.poet, rhyme: true}
  result: {type: flow.output}
  spare: {type: flow.output}
edges:
  - topic.value -> sort.text
  - topic.value -> writer.topic
  - sort.label -> merge.kind
  - writer.text -> merge.draft
  - merge.txt -> result.value
layout:
  topic: [0, 60]
  sort: [240, 0]
  writer: [240, 220]
  merge: [560, 90]
  strange: [560, 320]
  result: [840, 90]
  spare: [840, 320]
"""


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
        _wait_for(what, seconds)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing moves any more: checks are done, timers of a moment have rung."""
        from PySide6.QtTest import QTest

        checks = self.window.workbench.part("checks")
        QTest.qWait(120)
        _wait_for(lambda: checks.is_idle, 20.0)
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


_NEAR: Final = ("reading", "votes", "description_vote", "kind", "certainty")
"""Nodes of the large graph that its picture shows from near."""


def window(stage: Stage) -> None:
    """A large graph in the whole window."""
    stage.open("order_desk")
    names = list(stage.canvas.document.graph.nodes)
    stage.canvas.zoom_to(_NEAR)
    stage.canvas.select([name for name in names if name == _NEAR[0]])


def welcome(stage: Stage) -> None:
    """Nothing open."""


def palette(stage: Stage) -> None:
    """Searching for a node type."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit

    stage.open("critic_loop")
    panel = stage.show("palette")
    field = panel.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "list")


def add_node(stage: Stage) -> None:
    """Adding by typing."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    stage.open("critic_loop")
    stage.canvas.view.setFocus()
    QTest.keyClick(stage.canvas.view, Qt.Key.Key_Tab)
    stage.settle()
    _type("swi")


def wire_drop(stage: Stage) -> None:
    """A wire dragged into empty space: what fits it."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtTest import QTest

    stage.open("critic_loop")
    view = stage.canvas.view
    card = stage.canvas.projection.cards["writer"]
    start = view.mapFromScene(card.port_place("out", "text"))
    end = view.mapFromScene(card.body_rect().bottomRight() + QPointF(40, 90))
    port = view.viewport()
    QTest.mouseMove(port, start)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(port, start + QPoint(round((end - start).x() * part), round((end - start).y() * part)))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def inspector(stage: Stage) -> None:
    """A model function: its prompt, what is missing, its preview."""
    stage.open("critic_loop")
    stage.canvas.select(["writer"])
    stage.canvas.zoom_to(["writer", "critic"])


def run(stage: Stage) -> None:
    """A run whose text streams into its node."""
    stage.answer(DRAFTS[0], "vague", DRAFTS[1])
    stage.open("critic_loop")
    stage.show("run")
    stage.do("run.run")
    stage.until(partial(_shows, stage, "writer", DRAFTS[1][-20:]))


def subgraph(stage: Stage) -> None:
    """The body of a map in its tab, after a run: one of the items is picked."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from studio.gui.live.picker_bar import PickerBar

    stage.answer(*LETTERS, "x")
    document = stage.open(NOTICES)
    live = stage.window.workbench.part("live")
    stage.do("run.run")
    stage.until(lambda: live.active is None)
    stage.window.workbench.show(document, ("answering",))
    stage.settle()
    picker = stage.canvas.findChild(PickerBar)
    assert picker is not None
    stage.until(picker.isVisible)
    QTest.keyClick(picker.items, Qt.Key.Key_Down)
    QTest.keyClick(picker.items, Qt.Key.Key_Down)


def shortcuts(stage: Stage) -> None:
    """Keys, searched and changed."""
    stage.open("critic_loop")
    stage.do("file.shortcuts")


def problems(stage: Stage) -> None:
    """A graph that is not ready."""
    stage.open(FAULTY)
    panel: Any = stage.show("problems")
    panel.select(0)


def chat(stage: Stage) -> None:
    """Talking to a graph."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    stage.answer("hours", ANSWERS[0], "books", ANSWERS[1])
    stage.open(TALK)
    panel: Any = stage.show("chat")
    for number, words in enumerate(("When are you open on Saturdays?", "And may I bring tea?")):
        QTest.keyClicks(panel.field, words)
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
        stage.until(partial(_shows, stage, "reply", ANSWERS[number][:12]))


def questions(stage: Stage) -> None:
    """A run that asks."""
    stage.answer("refund", "x")
    stage.open(QUESTION)
    stage.do("run.run")
    panel: Any = stage.window.panel("questions")
    stage.until(lambda: panel.cards)


def settings(stage: Stage) -> None:
    """The settings, made from what is declared."""
    stage.open("critic_loop")
    stage.do("file.settings")


def commands(stage: Stage) -> None:
    """The command palette."""
    stage.open("critic_loop")
    stage.window.workbench.part("popups").commands.open_commands()
    stage.settle()
    _type("node")


def find(stage: Stage) -> None:
    """Finding text in a graph."""
    stage.open("critic_loop")
    stage.window.workbench.part("popups").finding.open("draft")


def picture(stage: Stage) -> None:
    """Exporting a picture."""
    stage.open("critic_loop")
    stage.do("picture.export")


SCENES: Final = (
    Scene("window", window),
    Scene("welcome", welcome),
    Scene("palette", palette, "palette"),
    Scene("add_node", add_node),
    Scene("wire_drop", wire_drop),
    Scene("inspector", inspector, "inspector"),
    Scene("run", run, "run"),
    Scene("subgraph", subgraph),
    Scene("problems", problems, "problems"),
    Scene("chat", chat, "chat"),
    Scene("questions", questions, "questions"),
    Scene("settings", settings),
    Scene("shortcuts", shortcuts),
    Scene("commands", commands),
    Scene("find", find),
    Scene("picture", picture),
)


def file_of(scene: Scene, theme: str, folder: Path = OUT) -> Path:
    """Return the file of a scene's picture."""
    return folder / f"{scene.name}-{theme}.png"


def _wait_for(what: Callable[[], object], seconds: float) -> None:
    from PySide6.QtTest import QTest

    ends = time.monotonic() + seconds
    while not what():
        if time.monotonic() > ends:
            raise TimeoutError("a scene did not come about")
        QTest.qWait(10)


def _type(text: str) -> None:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, text)


def _shows(stage: Stage, name: str, text: str) -> bool:
    return text in stage.canvas.projection.cards[name].state.text


def main() -> int:
    """Make the pictures that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="scenes; all by default")
    parser.add_argument("--out", type=Path, default=OUT, help="another folder")
    parser.add_argument("--theme", choices=THEMES, action="append")
    asked = parser.parse_args()
    unknown = set(asked.names) - {scene.name for scene in SCENES}
    if unknown:
        parser.error(f"there is no scene {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="studio_screenshots_") as name:
        folder = Path(name)
        screen = folder / "screen.json"
        screen.write_text(json.dumps({"screens": [{"name": "one", "x": 0, "y": 0, **SCREEN}]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
        os.environ["STUDIO_DB"] = str(folder / "trace.db")
        os.environ.pop("STUDIO_MODEL", None)
        back, out = Path.cwd(), asked.out.absolute()
        total = sum(
            shoot(scene, theme, folder, out)
            for scene in SCENES
            if not asked.names or scene.name in asked.names
            for theme in asked.theme or THEMES
        )
        os.chdir(back)
    print(f"{total / 1e6:.2f} MB")
    return 0


def shoot(scene: Scene, theme: str, folder: Path, out: Path) -> int:
    """Make one picture; return its size in bytes."""
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QApplication

    from tests.support.small_png import save_small

    application = QApplication.instance() or QApplication(["studio"])
    assert isinstance(application, QApplication)
    application.setFont(QFont(*FONT))
    application.setCursorFlashTime(0)
    place = folder / f"{scene.name}-{theme}"
    place.mkdir(parents=True, exist_ok=True)
    os.environ["STUDIO_HOME"] = "home"  # shown in the settings
    os.chdir(place)
    stage = Stage(place, theme)
    try:
        scene.play(stage)
        file = file_of(scene, theme, out)
        size = save_small(stage.picture().toImage(), file)
    finally:
        stage.close()
    print(f"{file.name}: {size / 1000:.0f} KB")
    return size


if __name__ == "__main__":
    sys.exit(main())
