"""What a node may do beyond computing: what a person approves who gets the graph from somebody else."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import MARGINS
from studio.spec.node import Node
from studio.spec.permissions import KIND_WORDS, Permission
from studio.trust.showing import seen_line
from studio.trust.survey import permissions_of

MOST = 30
"""Things that are listed."""

LONGEST = 200
"""Signs of one thing that are shown: the code itself stands in its field above."""


def may_of(subject: Subject, cls: type[Node]) -> tuple[Permission, ...]:
    """Return what the node may do as it is now."""
    feeds = [edge for edge in subject.doc.at(subject.at).edges if edge.target == subject.name]
    return permissions_of(cls, subject.node, feeds, subject.workbench.registry)


def short(found: tuple[Permission, ...]) -> str:
    """Return the kinds of what a node may do, for a folded heading."""
    return ", ".join(dict.fromkeys(KIND_WORDS[one.kind] for one in found))


class MaySection(QWidget):
    """One line for each thing."""

    def __init__(self, subject: Subject, cls: type[Node]) -> None:
        super().__init__()
        self.subject = subject
        self.cls = cls
        self.setObjectName("inspector.may")
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(3)
        self.list = Note("", "text", self)
        column.addWidget(self.list)

    def refresh(self) -> None:
        """Show what the document holds now."""
        found = may_of(self.subject, self.cls)
        lines = [_line(one) for one in found[:MOST]]
        if len(found) > MOST:
            lines.append(f"… and {len(found) - MOST} more")
        self.list.set_text("\n".join(lines))


def _line(one: Permission) -> str:
    if one.kind == "code":
        lines = one.what.rstrip("\n").count("\n") + 1
        note = f" ({seen_line(one.note)})" if one.note else ""
        return f"{KIND_WORDS['code']}: {lines} {'line' if lines == 1 else 'lines'}{note}"
    told = seen_line(one.told)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
