"""What every node has, whatever its type: when it fires, what happens on errors, its limits, whether it is on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.editing import Op
from studio.graph.model import LIMITS
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.editor import MIXED
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import MARGINS, Section
from studio.spec.fields import MISSING, Field
from studio.support.values import Json

LIMIT_HELP = {
    "firings": "Most firings.", "ticks": "Most ticks, summed over regions.", "calls": "Most model calls.",
    "tokens": "Most tokens, in and out.", "cost_usd": "Most that may be spent, in USD.", "seconds": "Longest time.",
}  # fmt: skip

FIRES = {"as the graph asks": MISSING, "once": "once", "every tick": "every_tick"}
KNOCKOUT: dict[str, Json] = {"on": MISSING, "off (gives nothing)": True, "lets its input pass": "pass"}
ON_ERROR = {
    "fail the graph": MISSING, "skip what follows": "skip", "give default values": "default",
    "send it to `error`": "route",
}  # fmt: skip


def limit_field(name: str) -> Field:
    """Return how a limit is declared."""
    kind = "number" if name in ("cost_usd", "seconds") else "integer"
    return Field(name=name, type=kind, default=None, ge=0, help=LIMIT_HELP[name])


class KeyRows(QWidget):
    """Rows for node keys."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.subject = subject
        self.rows: dict[str, ParamRow] = {}
        self._read: dict[str, Callable[[], Json]] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*MARGINS)
        self.column.setSpacing(8)

    def add(
        self,
        field: Field,
        read: Callable[[], Json],
        write: Callable[[Json], str],
        *,
        title: str = "",
        words: dict[str, Json] | None = None,
    ) -> ParamRow:
        """Add a row. `words` names the choices for people."""
        row = ParamRow(field, self.subject, write, self.subject.end, name=f"inspector.key.{field.name}", title=title,
                       read=read)  # fmt: skip
        if words is not None:
            assert isinstance(row.editor, ChoiceEditor)
            row.editor.words = words
            row.editor.box.clear()
            row.editor.box.addItems(list(words))
        self.rows[field.name] = row
        self._read[field.name] = read
        self.column.addWidget(row)
        return row

    def key(self, field: Field, *, title: str = "", words: dict[str, Json] | None = None) -> ParamRow:
        """Add a row for a node key; the value that stands for its default is shown as none."""

        def read() -> Json:
            value: Any = self.subject.key(field.name)
            return MISSING if value is not MIXED and value == _default(field.name) else value

        return self.add(field, read, lambda value: self.subject.set_key(field.name, value), title=title, words=words)

    def refresh(self) -> None:
        """Show what the document holds now."""
        for name, row in self.rows.items():
            row.show_value(self._read[name]())


def _default(key: str) -> Any:
    from studio.graph.model import NodeInstance

    return getattr(NodeInstance("", ""), key)


def _words(name: str, words: dict[str, Json], help: str) -> Field:
    texts = tuple(str(one) for one in words.values() if one is not MISSING)
    return Field(name=name, type="any", default=MISSING, help=help, choices=("", *texts))


class TimeRows(KeyRows):
    """When the node fires, and whether it does at all."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        told = "Once, every tick, or as it follows from its inputs: once if they are steady, else every tick."
        self.key(_words("fires", FIRES, told), words=FIRES)
        told = "Switched off, a node gives nothing and what needs it is skipped."
        self.key(_words("knockout", KNOCKOUT, told), title="switched", words=KNOCKOUT)


class ErrorRows(KeyRows):
    """What happens when the node fails."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.key(_words("on_error", ON_ERROR, "What happens when it has failed."), title="on error", words=ON_ERROR)
        self.key(
            Field(
                name="default", type="json", default={}, editor={"kind": "values"},
                help="The value that each output gives then.",
            ),
            title="values given then",
        )  # fmt: skip
        self.key(Field(name="retries", type="integer", default=0, ge=0, le=100, help="Tries after the first."))
        self.key(
            Field(name="timeout_s", type="number", default=None, ge=0, help="Longest time of one try, in seconds."),
            title="timeout (s)",
        )

    def refresh(self) -> None:
        super().refresh()
        given = self.subject.key("default")
        self.rows["default"].setVisible(self.subject.key("on_error") == "default" or bool(given))


class LimitRows(KeyRows):
    """What the node may use up; reaching a limit pauses the run."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.column.addWidget(Note("Reaching a limit pauses the run; it can be resumed."))
        for name in LIMITS:
            self.add(limit_field(name), partial(self._limit, name), partial(self._set, name))

    def _limit(self, name: str) -> Json:
        values = [node.limits.get(name, MISSING) for node in self.subject.nodes]
        return values[0] if all(one == values[0] for one in values) else MIXED

    def _set(self, name: str, value: Json) -> str:
        from studio.editing.edits.nodes import set_key

        subject = self.subject

        def make() -> list[Op]:
            changed = {node.name: changed_limits(node.limits, name, value) for node in subject.nodes}
            return [
                op for one, limits in changed.items() for op in set_key(subject.doc, subject.at, one, "limits", limits)
            ]

        return subject.do(f"Set limit {name}", make, merge=f"limit/{name}")


def changed_limits(limits: dict[str, float], name: str, value: Json) -> dict[str, float]:
    """Return limits in which one is another, or (MISSING) gone, in the order of the format."""
    changed = {**limits, name: value}
    return {one: changed[one] for one in LIMITS if one in changed and changed[one] is not MISSING}


class EngineSections:
    """The sections Time, Errors and Limits."""

    def __init__(self, subject: Subject, folds: Folds) -> None:
        self.subject = subject
        kinds: dict[str, type[KeyRows]] = {"Time": TimeRows, "Errors": ErrorRows, "Limits": LimitRows}
        self.sections: dict[str, Section] = {}
        for title, kind in kinds.items():
            section = folds.section(f"engine.{title}", title, partial(kind, subject))
            section.toggled.connect(lambda *_: self.refresh())
            self.sections[title] = section

    def refresh(self) -> None:
        """Show what the document holds now."""
        for title, section in self.sections.items():
            section.header.set_summary("" if section.is_open else self._summary(title))
            if section.is_open and isinstance(section.body, KeyRows):
                section.body.refresh()

    def _summary(self, title: str) -> str:
        node = self.subject.node if len(self.subject.names) == 1 else None
        if node is None:
            return ""
        if title == "Time":
            words = [str(node.fires).replace("_", " ") if node.fires else "", "off" if node.knockout is True else ""]
            return " · ".join(word for word in (*words, "passes" if node.knockout == "pass" else "") if word)
        if title == "Errors":
            words = [
                node.on_error if node.on_error != "fail" else "",
                f"{node.retries} retries" if node.retries else "",
            ]
            return " · ".join(word for word in (*words, f"{node.timeout_s:g} s" if node.timeout_s else "") if word)
        return " · ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in node.limits.items())
