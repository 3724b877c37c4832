"""Tables: labels with meanings, cases with their ways, routes with their texts, names with values."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from studio.gui.widgets.context import EditorContext
from studio.gui.widgets.lines import set_line
from studio.gui.widgets.lists import ItemLine, TextListEditor
from studio.gui.widgets.row_editors import NotYet, PairRow, RowsEditor, RowWidget, is_short
from studio.gui.widgets.values import ValueEditor
from studio.spec.fields import MISSING
from studio.support.templates import as_text
from studio.support.values import Json, same_value


class LabelsEditor(RowsEditor):
    """Labels, each with what it means if anything is said: a list, or a mapping once something is."""

    placeholder: ClassVar[str] = "Add a label…"

    def make_row(self) -> RowWidget:
        return PairRow("label", "what it means (optional)")

    def readable(self, value: Json) -> bool:
        if isinstance(value, dict):
            return all(is_short(key) and (is_short(text) or text is None) for key, text in value.items())
        return all(is_short(one) for one in value)

    def spread(self, value: Json) -> list[tuple[str, str]]:
        return (
            [(key, text or "") for key, text in value.items()] if isinstance(value, dict) else [(x, "") for x in value]
        )

    def gather(self, rows: list[tuple[str, str]]) -> Json:
        given = [(label, meaning) for label, meaning in rows if label]
        _distinct([label for label, _ in given], "label")
        return dict(given) if any(meaning for _, meaning in given) else [label for label, _ in given]

    def fresh(self, text: str) -> tuple[str, str]:
        return text, ""


class CasesEditor(RowsEditor):
    """Values with a way of their own; ways of the same name share their values."""

    placeholder: ClassVar[str] = "Add a case…"

    def __init__(self, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(default, parent)
        self._typed: dict[str, Json] = {}
        """How cases are written in the file, by their text: `3` and "3" compare alike."""

    def make_row(self) -> RowWidget:
        return _CaseRow("value", "")

    def readable(self, value: Json) -> bool:
        cases = [case for given in (value.values() if isinstance(value, dict) else value)
                 for case in (given if isinstance(given, list) else [given])]  # fmt: skip
        return all(not isinstance(case, list | dict) and is_short(as_text(case)) and case != "" for case in cases)

    def spread(self, value: Json) -> list[tuple[str, str]]:
        pairs: list[tuple[Json, str]] = []
        if isinstance(value, dict):
            for way, given in value.items():
                pairs += [(case, way) for case in (given if isinstance(given, list) else [given])]
        else:
            pairs = [(case, as_text(case)) for case in value]
        self._typed = {as_text(case): case for case, _ in pairs}
        return [(as_text(case), "" if way == as_text(case) else way) for case, way in pairs]

    def gather(self, rows: list[tuple[str, str]]) -> Json:
        given = [(case, way.strip() or case) for case, way in rows if case]
        _distinct([case for case, _ in given], "value")
        if all(case == way for case, way in given):
            return [self._typed.get(case, case) for case, _ in given]
        ways: dict[str, list[Json]] = {}
        for case, way in given:
            ways.setdefault(way, []).append(self._typed.get(case, case))
        return {way: cases[0] if len(cases) == 1 else cases for way, cases in ways.items()}

    def fresh(self, text: str) -> tuple[str, str]:
        return text, ""


class _CaseRow(PairRow):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first, second, (1, 1))
        self.two.setAccessibleName("name of its output")
        self.one.textChanged.connect(self._hint)
        self._hint("")

    def _hint(self, text: str) -> None:
        self.two.setPlaceholderText(f"→ {text or 'output'}")


class RoutesEditor(RowsEditor):
    """Routes, each with the texts that stand for it."""

    placeholder: ClassVar[str] = "Add a route…"

    def make_row(self) -> RowWidget:
        return _RouteRow()

    def readable(self, value: Json) -> bool:
        return isinstance(value, dict) and all(
            is_short(name)
            and (is_short(texts) or (isinstance(texts, list) and len(texts) <= 100 and all(map(is_short, texts))))
            for name, texts in value.items()
        )

    def spread(self, value: Json) -> list[tuple[str, Json]]:
        return list(value.items())

    def gather(self, rows: list[tuple[str, Json]]) -> Json:
        given = [(name, texts) for name, texts in rows if name]
        _distinct([name for name, _ in given], "route")
        return dict(given)

    def fresh(self, text: str) -> tuple[str, Json]:
        return text, []


class _RouteRow(RowWidget):
    def __init__(self) -> None:
        super().__init__()
        self._listed = True
        card, column = self.make_card()
        self.name = ItemLine(card)
        self.name.setPlaceholderText("route")
        self.name.setAccessibleName("Name of the route")
        self.name.textEdited.connect(lambda *_: self.changed.emit())
        self.name.left.connect(self.left)
        column.addWidget(self.name)
        self.texts = TextListEditor(placeholder="Add a text that stands for it…", least=1)
        self.texts.edited.connect(lambda *_: self.changed.emit())
        self.texts.finished.connect(self.left)
        column.addWidget(self.texts)
        self.name.entered.connect(self.texts.setFocus)
        self.setFocusProxy(self.name)

    def show_data(self, data: tuple[str, Json]) -> None:
        name, texts = data
        set_line(self.name, name)
        self._listed = isinstance(texts, list)
        self.texts.show_value(texts if isinstance(texts, list) else [texts])

    def data(self) -> tuple[str, Json]:
        texts = self.texts.texts()
        # A description written as a text stays one while it is alone.
        return self.name.text(), texts if self._listed or len(texts) != 1 else texts[0]


class ValuesEditor(RowsEditor):
    """Names with a value each."""

    placeholder: ClassVar[str] = "Add a name…"

    def __init__(self, context: EditorContext, default: Json = MISSING, parent: QWidget | None = None) -> None:
        super().__init__(default, parent)
        self._context = context

    def make_row(self) -> RowWidget:
        return _ValueRow()

    def readable(self, value: Json) -> bool:
        return isinstance(value, dict) and all(map(is_short, value))

    def spread(self, value: Json) -> list[tuple[str, Json]]:
        return list(value.items())

    def gather(self, rows: list[tuple[str, Json]]) -> Json:
        given = [(name, value) for name, value in rows if name]
        _distinct([name for name, _ in given], "name")
        return dict(given)

    def fresh(self, text: str) -> tuple[str, Json]:
        return text, ""


class _ValueRow(RowWidget):
    def __init__(self) -> None:
        super().__init__()
        card, column = self.make_card()
        self.name = ItemLine(card)
        self.name.setPlaceholderText("name")
        self.name.setAccessibleName("Name")
        self.name.textEdited.connect(lambda *_: self.changed.emit())
        self.name.left.connect(self.left)
        column.addWidget(self.name)
        self.value = ValueEditor(required=True)
        self.value.edited.connect(lambda *_: self.changed.emit())
        self.value.finished.connect(self.left)
        column.addWidget(self.value)
        self.setFocusProxy(self.name)

    def show_data(self, data: tuple[str, Any]) -> None:
        set_line(self.name, data[0])
        self.value.show_value(data[1])

    def data(self) -> tuple[str, Any]:
        return self.name.text().strip(), self.value._value

    def commit(self) -> None:
        self.value.commit()


def _distinct(names: list[str], what: str) -> None:
    """Raise `NotYet` for a name that stands there twice."""
    for at, name in enumerate(names):
        if any(same_value(name, other) for other in names[:at]):
            raise NotYet(f"The {what} `{name[:60]}` stands there twice.")
