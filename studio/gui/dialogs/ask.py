"""A question with a few answers, shown as a sheet over the window; nothing waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

LONGEST = 1500
"""Characters of a question that are shown."""


def ask(
    parent: QWidget | None,
    title: str,
    text: str,
    answers: Sequence[tuple[str, QMessageBox.ButtonRole]],
    then: Callable[[str], object],
    *,
    detail: str = "",
    name: str = "ask",
) -> QMessageBox:
    """Ask, and call `then` with the label of the answer, or "" if the question was closed without one.

    Enter gives the first answer that destroys nothing; Escape the one with the role of rejecting, if there is one.
    """
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowModality(Qt.WindowModality.WindowModal)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(title)
    box.setText(text[:LONGEST])
    box.setInformativeText(detail[:LONGEST])
    labels = {}
    safe = next((label for label, role in answers if role != QMessageBox.ButtonRole.DestructiveRole), "")
    for label, role in answers:
        button = box.addButton(label, role)
        button.setObjectName(f"{name}.{label.replace('&', '').lower().replace(' ', '_').rstrip('….')}")
        labels[button] = label
        if label == safe:
            box.setDefaultButton(button)
        if role == QMessageBox.ButtonRole.RejectRole:
            box.setEscapeButton(button)
    chosen: list[str] = []
    box.buttonClicked.connect(lambda button: chosen.append(labels.get(button, "")))
    box.finished.connect(lambda *_: then(chosen[0] if chosen else ""))
    box.open()
    return box
