"""The head of a node's page: its name, title and type, what it is marked with, and how tightly it is held."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.export.drawing.style import hue_of
from studio.graph.names import name_problem
from studio.gui.base.guard import guarded
from studio.gui.panels.inspector.subject import Subject
from studio.gui.theme import current_theme
from studio.gui.widgets.areas import LONG
from studio.gui.widgets.labels import Elided, Note, small_button
from studio.gui.widgets.lines import mark_wrong, set_line
from studio.gui.widgets.undo_keys import line


class HuePip(QWidget):
    """A bar in the colour of a category; dashed for a type that nobody knows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.category: str | None = ""
        self.setFixedWidth(5)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.category is None:
            painter.setBrush(theme.colour("bad"))
        else:
            painter.setBrush(theme.hue(hue_of(self.category)) if self.category else theme.colour("soft"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0, 1, -1, -1), 2, 2)


class NameLine(QWidget):
    """A name that can be edited in place. `renamed(new)` when a person is done and it is another, possible one."""

    renamed = Signal(str)

    def __init__(self, name: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.taken: frozenset[str] = frozenset()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.field = line(self)
        self.field.setObjectName(name)
        self.field.setAccessibleName(about)
        self.field.setProperty("bare", True)
        font = QFont(self.field.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setWeight(QFont.Weight.DemiBold)
        self.field.setFont(font)
        self.field.setMinimumWidth(40)
        column.addWidget(self.field)
        self.told = Note("", "bad")
        column.addWidget(self.told)
        self.field.textEdited.connect(lambda *_: self._judge())
        self.field.editingFinished.connect(self._done)

    def show_name(self, name: str, taken: frozenset[str]) -> None:
        """Show a name; `taken` are those it cannot be."""
        self.taken = taken
        if name != self._name or not self.field.hasFocus():
            self._name = name
            set_line(self.field, name)
            self._judge()

    def refuse(self, why: str) -> None:
        """Say why the name was refused."""
        self.told.set_text(why)
        mark_wrong(self.field, bool(why))

    def finish(self) -> None:
        """What was typed counts as done, though the field was not left."""
        if not self.isHidden():
            self._done()

    def _judge(self) -> bool:
        new = self.field.text().strip()
        why = "" if new == self._name else name_problem(new) if new else "a node needs a name"
        if not why and new != self._name and new in self.taken:
            why = f"there is a node `{new}` already"
        self.refuse(f"{why[0].upper()}{why[1:]}." if why else "")
        return not why

    def _done(self) -> None:
        new = self.field.text().strip()
        if new == self._name:
            return
        if self._judge():
            self.renamed.emit(new)
        else:
            # A name that cannot be is not kept in the field once the person has gone on.
            set_line(self.field, self._name)
            self.refuse("")


class ScoreBar(QWidget):
    """How tightly a model function is held, from 0 to 1, as a bar with a number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_score(self, score: float) -> None:
        """Show another score."""
        if score != self.score:
            self.score = score
            self.setAccessibleName(f"Constraint score {score:.2f} of 1")
            self.update()

    @guarded(QSize(60, 8))
    def sizeHint(self) -> QSize:
        return QSize(60, 8)

    @guarded()
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        painter.setBrush(theme.colour("line"))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(theme.colour(score_role(self.score)))
        bar.setWidth(max(6.0, bar.width() * self.score))
        painter.drawRoundedRect(bar, 3, 3)


def score_role(score: float) -> str:
    """Return the colour role of a constraint score."""
    return "bad" if score < 0.5 else "warn" if score < 0.75 else "ok"


class ScoreCard(QWidget):
    """The score with its reasons, weightiest first."""

    SHOWN = 3

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector.score")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(8)
        told = Elided("Constraint", role="soft")
        told.setMinimumWidth(64)
        told.setToolTip("How tightly the model is held: what it may answer, what is checked, what it was shown.")
        top.addWidget(told, 1)
        self.bar = ScoreBar(self)
        top.addWidget(self.bar, 3)
        self.number = QLabel("", self)
        self.number.setTextFormat(Qt.TextFormat.PlainText)
        top.addWidget(self.number)
        column.addLayout(top)
        self.reasons = Note("", "soft", self)
        self.reasons.setObjectName("inspector.score.reasons")
        column.addWidget(self.reasons)
        self.more = small_button("", "Show all reasons", "inspector.score.more", self)
        self.more.clicked.connect(self._unfold)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._missing: tuple[str, ...] = ()
        self._all = False

    def show_constraint(self, score: float, missing: tuple[str, ...]) -> None:
        """Show a score and what would raise it."""
        self.bar.show_score(score)
        self.number.setText(f"{score:.2f}")
        if missing != self._missing:
            self._missing, self._all = missing, False
        self._tell()

    def _unfold(self) -> None:
        self._all = True
        self._tell()

    def _tell(self) -> None:
        shown = self._missing if self._all else self._missing[: self.SHOWN]
        self.reasons.set_text("\n".join(f"• {reason[:1].upper()}{reason[1:]}" for reason in shown))
        left = len(self._missing) - len(shown)
        self.more.setVisible(left > 0)
        self.more.setText(f"{left} more")


class NodeHeader(QWidget):
    """The head of a page about one node, or about several."""

    help_asked = Signal()

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 8, 8)
        row.setSpacing(8)
        self.pip = HuePip(self)
        row.addWidget(self.pip)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        row.addLayout(column, 1)
        first = QHBoxLayout()
        first.setSpacing(4)
        self.name = NameLine("inspector.name", "Name of the node")
        self.name.renamed.connect(self._rename)
        first.addWidget(self.name, 1)
        self.several = QLabel("")
        self.several.setTextFormat(Qt.TextFormat.PlainText)
        self.several.setFont(self.name.field.font())
        self.several.setContentsMargins(6, 0, 0, 0)
        first.addWidget(self.several, 1)
        self.help = small_button("?", "Help about this type", "inspector.help")
        self.help.clicked.connect(lambda *_: self.help_asked.emit())
        first.addWidget(self.help, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(first)
        self.title = line(self)
        self.title.setObjectName("inspector.title")
        self.title.setProperty("bare", True)
        self.title.setPlaceholderText("Title on the canvas (optional)")
        self.title.setAccessibleName("Title of the node")
        self.title.setMinimumWidth(40)
        self.title.textEdited.connect(self._retitle)
        self.title.editingFinished.connect(subject.end)
        column.addWidget(self.title)
        self.type = Elided("", role="soft")
        self.type.setObjectName("inspector.type")
        self.type.setContentsMargins(6, 0, 0, 0)
        column.addWidget(self.type)
        self.score = ScoreCard()
        self.score.setContentsMargins(6, 0, 0, 0)
        column.addWidget(self.score)
        self.score.hide()
        self.problems = Note("", "bad")
        self.problems.setObjectName("inspector.problems")
        column.addWidget(self.problems)

    def refresh(self) -> None:
        """Show what the document holds now."""
        subject = self.subject
        nodes = subject.nodes
        one = len(nodes) == 1
        self.name.setVisible(one)
        self.several.setVisible(not one)
        self.title.setVisible(one)
        cls = subject.ports.cls
        self.pip.category = cls.spec.category if cls is not None else None
        self.pip.update()
        types = list(dict.fromkeys(node.type for node in nodes))
        if one:
            others = frozenset(name for name in subject.doc.at(subject.at).nodes if name != subject.name)
            self.name.show_name(subject.name, others)
            set_line(self.title, nodes[0].title)
            self.type.set_text(" · ".join(part for part in (types[0], self._badges()) if part))
            self.help.setVisible(cls is not None)
        else:
            self.several.setText(f"{len(nodes)} nodes")
            self.type.set_text(", ".join(types))
            self.help.setVisible(len(types) == 1 and cls is not None)
        self._show_score(one)
        self._show_problems(one)

    def _badges(self) -> str:
        cls = self.subject.ports.cls
        words = [] if cls is None else [cls.spec.category]
        checks = self.subject.workbench.parts.get("checks")
        known = checks.of(self.subject.doc) if checks is not None else None
        if known is not None:
            words.append(known.badges.get("/".join((".".join(self.subject.at), self.subject.name)).lstrip("/"), ""))
        knockout = self.subject.node.knockout
        if knockout:
            words.append("switched off" if knockout is True else "passed through")
        return " · ".join(word for word in words if word)

    def _show_score(self, one: bool) -> None:
        held = None
        instructions = self.subject.node.params.get("instructions") if one else None
        # A prompt of megabytes is judged by lint beside the window, not at each turn here.
        short = not isinstance(instructions, str) or len(instructions) <= LONG
        if one and short and self.subject.node.type == "llm.function":
            from studio.lint.functions import constraint_of

            held = constraint_of(self.subject.ports)
        self.score.setVisible(held is not None)
        if held is not None:
            self.score.show_constraint(held.score, held.missing)

    def _show_problems(self, one: bool) -> None:
        found = self.subject.ports.findings if one else []
        told = [str(one) for one in found if not one.param]
        more = f"\n… and {len(told) - 4} more." if len(told) > 4 else ""
        self.problems.set_text("\n".join(told[:4]) + more)

    def _rename(self, new: str) -> None:
        from studio.editing.edits.renaming import rename_node

        subject = self.subject
        subject.end()
        old = subject.name
        why = subject.do(f"Rename {old} to {new}", lambda: rename_node(subject.doc, subject.at, old, new))
        if why:
            self.name.refuse(why)

    def _retitle(self, text: str) -> None:
        self.subject.set_key("title", text)
