"""What a graph does when its run goes in circles or stalls: for all kinds of alarms, and for single ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.dynamics.policy import ACTIONS, KINDS, ON_ALARM, SETTINGS
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.subject import Subject
from studio.gui.panels.inspector.threshold_rows import ThresholdRows, own_thresholds
from studio.gui.widgets.choices import ChoiceEditor
from studio.gui.widgets.labels import Note
from studio.gui.widgets.section import MARGINS
from studio.spec.fields import MISSING, Field
from studio.support.pieces import plural
from studio.support.values import Json

TITLE: Final = "When it goes in circles or stalls"

WORDS: Final[dict[str, Json]] = {
    "say so and go on": "warn", "pause the run": "pause", "stop the run": "stop", "do not look": "off",
}  # fmt: skip
OF_KIND: Final[dict[str, Json]] = {"as above": MISSING, **WORDS}
ONLY_TOLD: Final[dict[str, Json]] = {"as above": MISSING, "say so and go on": "warn", "do not look": "off"}
"""For wandering, which is never sure enough to pause or stop a run for."""

TITLES: Final = {"stall": "stalls", "procrastination": "puts off", "circle": "circles", "wander": "wanders"}
HELP: Final = {
    "stall": "For many ticks nothing is said that has content.",
    "procrastination": "Goals are put into other words and split, and nothing is done.",
    "circle": "The same things are said again and again, also in other words.",
    "wander": "Always something new, of which nothing is taken up. It is never more than said.",
}


def changed_dynamics(said: Mapping[str, Json], name: str, value: Json) -> dict[str, Json]:
    """Return `dynamics` in which one key is another, or (MISSING) gone: actions first, then all else as it stood."""
    changed = {**said, name: value}
    order = dict.fromkeys((*(key for key in (ON_ALARM, *KINDS) if key in changed), *changed))
    return {key: changed[key] for key in order if changed[key] is not MISSING}


class AlarmRows(QWidget):
    """A drop-down for all alarms and one for each kind, and the thresholds by which they are raised."""

    def __init__(self, subject: Subject, folds: Folds) -> None:
        super().__init__()
        self.subject = subject
        self.rows: dict[str, ParamRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(8)
        self.told = Note("", "soft")
        self.told.setObjectName("inspector.graph.dynamics.told")
        column.addWidget(self.told)
        help = "What is done about an alarm. A paused run can be gone on with; a stopped one has failed."
        main = Field(name=ON_ALARM, type="any", default="warn", choices=ACTIONS, help=help)
        column.addWidget(self._row(main, "then", WORDS))
        for kind in KINDS:
            words = ONLY_TOLD if kind == "wander" else OF_KIND
            field = Field(name=kind, type="any", default=None, choices=("", *ACTIONS), help=HELP[kind])
            column.addWidget(self._row(field, f"if it {TITLES[kind]}", words))
        self.thresholds = ThresholdRows(subject, folds, self._change_settings, self._said)
        column.addWidget(self.thresholds)

    def _row(self, field: Field, title: str, words: dict[str, Json]) -> ParamRow:
        row = ParamRow(
            field,
            self.subject,
            partial(self._set, field.name),
            self.subject.end,
            name=f"inspector.graph.dynamics.{field.name}",
            title=title,
            read=partial(self._read, field.name),
        )
        assert isinstance(row.editor, ChoiceEditor)
        row.editor.words = words
        row.editor.default = MISSING if field.default is None else field.default
        row.editor.box.clear()
        row.editor.box.addItems(list(words))
        self.rows[field.name] = row
        return row

    def _said(self) -> dict[str, Json]:
        return self.subject.doc.at(self.subject.at).dynamics

    def _read(self, name: str) -> Json:
        return self._said().get(name, MISSING)

    def _set(self, name: str, value: Json) -> str:
        return self._change(f"Set {name.replace('_', ' ')} of the graph", name, value, name)

    def _change_settings(self, label: str, settings: Json, threshold: str) -> str:
        return self._change(label, SETTINGS, settings, f"{SETTINGS}/{threshold}")

    def _change(self, label: str, name: str, value: Json, what: str) -> str:
        """Set one key of `dynamics`; return why not, or "". Edits of the same `what` in a row are one."""
        from studio.editing.edits.nodes import set_graph_key

        subject = self.subject
        return subject.do(
            label,
            lambda: set_graph_key(subject.doc, subject.at, "dynamics", changed_dynamics(self._said(), name, value)),
            merge=f"graph/dynamics/{what}",
        )

    def refresh(self) -> None:
        """Show what the document holds now."""
        self.told.set_text(
            "In a subgraph this has no effect: the graph of the file says it for the whole run."
            if self.subject.at
            else "A run that says nothing new raises an alarm. Only this graph's own answer counts, not its subgraphs'."
        )
        for name, row in self.rows.items():
            row.show_value(self._read(name))
        self.thresholds.refresh()


def summary(said: Mapping[str, Json]) -> str:
    """Return what is said in a few words, for a folded section."""
    words = {value: word for word, value in WORDS.items()}
    parts = [words.get(str(said[ON_ALARM]), "")] if ON_ALARM in said else []
    parts += [f"{TITLES[kind]}: {words.get(str(said[kind]), '')}" for kind in KINDS if kind in said]
    own = len(own_thresholds(said))
    parts += [f"{plural(own, 'threshold')} of its own"] if own else []
    return " · ".join(parts)
