"""The editor of expressions: coloured, completed, checked while typed, and tried on sample values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QWidget

from studio.gui.base.guard import guarded
from studio.gui.theme import current_theme, themes
from studio.gui.widgets.areas import AreaEditor, fixed_font
from studio.gui.widgets.completing import Completion, replace_before
from studio.gui.widgets.context import Choice, EditorContext
from studio.gui.widgets.editor import Later
from studio.gui.widgets.labels import Note, colour_text
from studio.gui.widgets.lines import mark_wrong
from studio.spec.fields import MISSING
from studio.support.expressions import Expression, ExpressionError
from studio.support.values import Json, NotJson, encode, preview

_PART = re.compile(
    r"(?P<text>\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?)|(?P<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)|(?P<name>\.?[^\W\d]\w*)"
)
_WORDS = frozenset(
    ["and", "or", "not", "in", "is", "if", "else", "for", "true", "false", "null", "True", "False", "None"]
)

Try = Callable[[], Mapping[str, Json]]


class ExpressionHighlighter(QSyntaxHighlighter):
    """Colours texts, numbers, functions and the words of the language."""

    @guarded()
    def highlightBlock(self, line: str) -> None:
        from studio.support.expression_functions import FUNCTIONS

        theme = current_theme()
        for found in _PART.finditer(line):
            made = QTextCharFormat()
            name = found["name"] or ""
            if found["text"]:
                made.setForeground(theme.colour("type_text"))
            elif found["number"]:
                made.setForeground(theme.colour("type_number"))
            elif name in _WORDS:
                made.setForeground(theme.colour("type_messages"))
                made.setFontWeight(QFont.Weight.DemiBold)
            elif name in FUNCTIONS and line[found.end() : found.end() + 1] == "(":
                made.setForeground(theme.colour("type_list"))
            else:
                continue
            self.setFormat(found.start(), found.end() - found.start(), made)


class ExpressionEditor(AreaEditor):
    """An expression. `values` gives sample values to try it on; names come from there and from the context."""

    compact: ClassVar[bool] = False

    def __init__(
        self,
        context: EditorContext,
        default: Json = MISSING,
        *,
        values: Try | None = None,
        rows: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        self._context = context
        self._values = values
        super().__init__(default, rows, 10, parent=parent)
        fixed_font(self.field)
        self.field.setObjectName("expression")
        self._highlighter = ExpressionHighlighter(self.field.document())
        self.result = Note("", "soft", self)
        self.result.setObjectName("result")
        self.column.addWidget(self.result)
        self.column.setSpacing(2)
        self._later_try = Later(self, 200, self._try)
        self.completion = Completion(self.field, _prefix, self._words, self._insert)
        themes().changed.connect(self._highlighter.rehighlight)

    def text_changed(self) -> None:
        self._later_try.ask()

    def display(self, value: Json) -> None:
        super().display(value)
        self._later_try.now()

    def context_changed(self) -> None:
        self._later_try.ask()

    def samples(self) -> Mapping[str, Json]:
        """Return the values it is tried on."""
        if self._values is not None:
            return self._values()
        return {name: self._context.sample(name) for name in self._context.inputs()}

    def _try(self) -> None:
        told, role = judged(self.current(), self.samples())
        mark_wrong(self.field, role == "bad")
        colour_text(self.result, role)
        self.result.set_text(told)

    def _words(self) -> list[Choice]:
        from studio.support.expression_functions import FUNCTIONS

        names = [Choice(name, "value") for name in self.samples()]
        return names + [Choice(f"{name}(", made.help) for name, made in FUNCTIONS.items()]

    def _insert(self, prefix: str, word: str) -> None:
        replace_before(self.field, prefix, word)


def judged(text: str, values: Mapping[str, Json]) -> tuple[str, str]:
    """Return what is said of an expression over sample values, and the role of its colour."""
    if not text.strip():
        return "", "soft"
    try:
        made = Expression.parse(text)
    except ExpressionError as error:
        return f"{error.message} {error.hint}".strip(), "bad"
    try:
        result = made.evaluate(values)
        return f"= {preview(encode(result).decode(), 160)}", "soft"
    except ExpressionError as error:
        return f"On the sample values: {error.message}", "warn"
    except NotJson as error:
        return f"On the sample values: the result is {error}.", "warn"


def _prefix(before: str) -> str | None:
    """Return the name that is being typed at the end of a line; none behind a dot or within a text."""
    if before.count('"') % 2 or before.count("'") % 2:
        return None
    found = re.search(r"[^\W\d]\w*$", before)
    if found is None:
        return ""
    return None if before[: found.start()].endswith(".") else found[0]
