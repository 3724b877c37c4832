"""The editor of checks: what an answer must satisfy, each as an expression that is tried at once, or a judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.widgets.choices import QuietCombo
from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.expressions import ExpressionEditor
from studio.gui.widgets.labels import Note
from studio.gui.widgets.lines import LineEditor
from studio.gui.widgets.lists import TextListEditor
from studio.gui.widgets.prompts import PromptEditor
from studio.gui.widgets.row_editors import RowsEditor, RowWidget, is_short
from studio.spec.fields import MISSING
from studio.support.values import Json

_SAMPLES = {"number": 0.5, "integer": 3, "boolean": True, "list": ["one", "two"], "json": {}, "text": "an answer"}


def sample_answer(context: EditorContext) -> dict[str, Json]:
    """Return values that stand for the outputs of a node in trying checks."""
    made: dict[str, Json] = {}
    for name, spec in context.outputs().items():
        enum = (spec.schema or {}).get("enum")
        made[name] = enum[0] if isinstance(enum, list) and enum else _SAMPLES.get(spec.type, "an answer")
    labels = context.params().get("labels")
    if "label" in made and labels:
        made["label"] = next(iter(labels)) if isinstance(labels, list | dict) else "label"
    return made


class ChecksEditor(RowsEditor):
    """Checks of an answer, in the order in which they are told to the model."""

    placeholder: ClassVar[str] = "Add a check: an expression such as len(text) < 200…"

    def __init__(self, context: EditorContext, default: Json = MISSING, parent: QWidget | None = None) -> None:
        self._context = context
        super().__init__(default, parent)

    def make_row(self) -> RowWidget:
        return CheckRow(self._context)

    def readable(self, value: Json) -> bool:
        return isinstance(value, list | tuple) and all(map(_is_check, value))

    def spread(self, value: Json) -> list[Json]:
        return list(value)

    def gather(self, rows: list[Json]) -> Json:
        return [row for row in rows if row not in ("", {})]

    def fresh(self, text: str) -> Json:
        return {"name": f"check_{len(self.rows) + 1}", "expression": text}

    def context_changed(self) -> None:
        for row in self.rows.contents():
            row.expression.context_changed()


def _is_check(value: Json) -> bool:
    if isinstance(value, str):
        return True
    if not isinstance(value, dict) or ("expression" in value) == ("judge" in value):
        return False
    texts = all(isinstance(value.get(key, ""), str) for key in ("name", "expression", "judge", "message"))
    labels, passing = value.get("labels", []), value.get("pass", "")
    return (
        texts
        and is_short(value.get("name", ""))
        and (isinstance(labels, list) and all(map(is_short, labels)))
        and (is_short(passing) or (isinstance(passing, list) and all(map(is_short, passing))))
    )


class CheckRow(RowWidget):
    """One check: name and kind; the expression or the judge's question; what the model is told when it is violated."""

    def __init__(self, context: EditorContext) -> None:
        super().__init__()
        self._given: Json = {}
        self._context = context
        card, column = self.make_card()
        line = QHBoxLayout()
        line.setSpacing(3)
        column.addLayout(line)
        self.name = LineEditor("", hint="name of the check", parent=card)
        self.name.field.setAccessibleName("Name of the check")
        line.addWidget(self.name, 1)
        self.kind = QuietCombo(card)
        self.kind.addItems(["expression", "judge"])
        self.kind.setAccessibleName("Kind of check")
        line.addWidget(self.kind, 1)
        self.expression = ExpressionEditor(context, values=self._samples, parent=card)
        self.expression.field.setAccessibleName("Expression that must be true")
        column.addWidget(self.expression)
        self.judge: PromptEditor | None = None
        self._judge_part = QWidget(card)
        self._judge_column = QVBoxLayout(self._judge_part)
        self._judge_column.setContentsMargins(0, 0, 0, 0)
        self._judge_column.setSpacing(3)
        column.addWidget(self._judge_part)
        self.message = LineEditor("", hint="what the model is told then (optional)", parent=card)
        self.message.field.setAccessibleName("Message when violated")
        column.addWidget(self.message)
        self.kept = Note("", "soft", card)
        column.addWidget(self.kept)
        for editor in (self.name, self.expression, self.message):
            editor.edited.connect(lambda *_: self.changed.emit())
            editor.finished.connect(self.left)
        self.kind.activated.connect(self._picked)
        self.setFocusProxy(self.expression)

    def show_data(self, data: Json) -> None:
        self._given = data
        check = {"expression": data} if isinstance(data, str) else data
        is_judge = "judge" in check
        self.kind.setCurrentIndex(int(is_judge))
        self.name.show_value(check.get("name", ""))
        self.message.setVisible(self.message.fits(check.get("message", "")))
        self.message.show_value(check.get("message", "") if self.message.fits(check.get("message", "")) else "")
        self.expression.setVisible(not is_judge)
        self._judge_part.setVisible(is_judge)
        if is_judge:
            self._make_judge()
            assert self.judge is not None
            self.judge.show_value(check["judge"])
            self.labels.show_value(check.get("labels", []))
            passing = check.get("pass", "")
            self.passing.show_value([passing] if isinstance(passing, str) and passing else passing or [])
        else:
            self.expression.show_value(check.get("expression", ""))
        others = [key for key in check if key in ("model", "examples")]
        self.kept.set_text(f"Also given in the file: {', '.join(others)}" if others else "")

    def data(self) -> Json:
        given: Mapping[str, Json] = self._given if isinstance(self._given, dict) else {}
        name, message = self.name.field.text().strip(), self.message.field.text()
        if not self.message.isVisibleTo(self):
            message = str(given.get("message", ""))
        if self.kind.currentIndex() == 0:
            text = self.expression.current()
            if isinstance(self._given, str) and not name and not message:
                return text
            body: dict[str, Json] = {"expression": text}
        else:
            assert self.judge is not None
            body = {"judge": self.judge.current()}
            if self.labels.texts():
                body["labels"] = self.labels.texts()
            if passing := self.passing.texts():
                listed = isinstance(given.get("pass"), list)
                body["pass"] = passing[0] if len(passing) == 1 and not listed else passing
            body |= {key: given[key] for key in ("model", "examples") if key in given}
        made: dict[str, Json] = {"name": name} if name else {}
        made |= body
        if message:
            made["message"] = message
        return made

    def commit(self) -> None:
        self.expression.commit()
        if self.judge is not None:
            self.judge.commit()

    def _samples(self) -> Mapping[str, Json]:
        inputs = {name: self._context.sample(name) for name in self._context.inputs()}
        outputs = sample_answer(self._context)
        return {**inputs, **outputs, "inputs": inputs, "outputs": outputs}

    def _make_judge(self) -> None:
        if self.judge is not None:
            return
        self.judge = PromptEditor(self._context, rows=2, most=8, bare=True, parent=self._judge_part)
        self.judge.field.setAccessibleName("Question to the judge")
        self.labels = TextListEditor(placeholder="Labels of the judge (yes, no)…", least=0)
        self.passing = TextListEditor(placeholder="Labels that pass (the first)…", least=0)
        parts: tuple[Any, ...] = (self.judge, self.labels, self.passing)
        for editor in parts:
            self._judge_column.addWidget(editor)
            editor.edited.connect(lambda *_: self.changed.emit())
            editor.finished.connect(self.left)

    def _picked(self, index: int) -> None:
        name, message = self.name.field.text().strip(), self.message.field.text()
        made: dict[str, Json] = {"name": name} if name else {}
        if index == 1:
            first = next(iter(self._context.outputs()), "text")
            made |= {"judge": f"Is this right? {{{first}}}", "labels": ["yes", "no"], "pass": "yes"}
        else:
            made |= {"expression": "true"}
        if message:
            made["message"] = message
        self.show_data(made)
        self.changed.emit()
        self.left.emit()
