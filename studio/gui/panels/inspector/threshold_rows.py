"""The thresholds by which alarms of a graph's runs are raised: a row for each, in groups that fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.dynamics.policy import SETTINGS
from studio.dynamics.settings import Settings
from studio.gui.panels.inspector.folds import Folds
from studio.gui.panels.inspector.param_row import ParamRow
from studio.gui.panels.inspector.subject import Subject
from studio.gui.widgets.labels import Elided, Link, Note, cut
from studio.gui.widgets.section import MARGINS, Section
from studio.spec.fields import MISSING, Field
from studio.support.values import Json, preview, same_value

GROUPS: Final[dict[str, dict[str, str]]] = {
    "Saying the same": {
        "same_rare": "rare words", "same_content": "content", "same_plain": "plain words",
        "same_cosine": "vectors", "leaders": "earlier ones", "kept": "remembered", "mass": "least content",
        "mass_repeats": "in repetition",
    },
    "Stalling": {"stall_ticks": "ticks", "stall_busy_ticks": "ticks at work", "stall_stop": "times to stop"},
    "Putting off": {
        "restate_gain": "new at most", "restate_cover": "old at least", "chain_warn": "levels to warn",
        "chain_stop": "levels to stop", "descents": "descents",
    },
    "Circling": {
        "longest_period": "longest one", "repeats_warn": "times to warn", "repeats_stop": "times to stop",
        "repeats_stop_single": "of one output", "known_window": "firings", "known_least": "least firings",
        "known_warn": "share to warn", "known_stop": "share to stop", "waiting_share": "about waiting",
        "waiting_factor": "waiting factor",
    },
    "Wandering": {
        "wander_window": "firings", "wander_least": "least firings", "wander_settle": "too young",
        "wander_new": "new above", "wander_taken": "taken below", "wander_goal": "near the goal",
        "taken_uses": "uses", "taken_later": "used later",
    },
    "Progress and verdict": {
        "counter_moves": "counter", "least_firings": "least firings", "flow_within": "flows within",
    },
}  # fmt: skip
"""All thresholds by name, each with what it is called in its group."""


Change = Callable[[str, Json, str], str]
"""(label, settings, name of the threshold) Asks for other `settings`, and returns why they are refused, or ""."""


def threshold_fields() -> dict[str, Field]:
    """Return how thresholds are declared, as their editors want to know it."""
    return {one.name: _field(one) for one in fields(Settings)}


def _field(one: Any) -> Field:
    low, high = one.metadata["low"], one.metadata["high"]
    return Field(
        name=one.name,
        type="integer" if isinstance(one.default, int) else "number",
        default=one.default,
        ge=low,
        le=high,
        help=f"{one.metadata['help']} From {low:,g} to {int(high):,}.",
    )


def own_thresholds(said: Mapping[str, Json]) -> dict[str, Json]:
    """Return the thresholds that a graph's `dynamics` sets itself."""
    settings = said.get(SETTINGS)
    return dict(settings) if isinstance(settings, dict) else {}


def changed_thresholds(said: Mapping[str, Json], name: str, value: Json) -> Json:
    """Return the `settings` of `dynamics` in which one threshold is another; MISSING if none is left.

    One that is the default is not written, so that a graph follows where defaults are set better one day.
    """
    default = threshold_fields()[name].default
    settings = {**own_thresholds(said), name: value}
    if value is MISSING or same_value(value, default):
        del settings[name]
    return settings or MISSING


class ThresholdRow(ParamRow):
    """A row whose default is never written. Who types through it (10 on the way to 100) loses nothing of it."""

    def show_value(self, value: Json) -> None:
        """Show what is written; a default that is being typed stays as it is typed."""
        inner = self.editor.focusProxy()
        if value is MISSING and self._is_default_typed and inner is not None and inner.hasFocus():
            self.reset.setVisible(False)
            self.label.set_strong(False)
            return
        super().show_value(value)

    _is_default_typed = False

    def _edited(self, value: Json) -> None:
        self._is_default_typed = same_value(value, self.field.default)
        super()._edited(value)

    def left(self) -> None:
        """What was typed is done: a default is shown as one."""
        self._is_default_typed = False
        super().show_value(self._read())


class ThresholdRows(QWidget):
    """Groups of thresholds, folded at first, and the way back to all defaults."""

    def __init__(self, subject: Subject, folds: Folds, change: Change, read: Callable[[], Mapping[str, Json]]) -> None:
        """`read` gives what `dynamics` says now."""
        super().__init__()
        self.subject = subject
        self._change, self._said = change, read
        self._fields = threshold_fields()
        self.rows: dict[str, ThresholdRow] = {}
        self.sections: dict[str, Section] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title = Elided("Thresholds", role="soft")
        title.setContentsMargins(0, 6, 0, 2)
        column.addWidget(title)
        for name, members in GROUPS.items():
            section = folds.section(f"graph.thresholds.{name}", name, partial(self._group, members), level=1)
            section.toggled.connect(lambda *_: self.refresh())
            self.sections[name] = section
            column.addWidget(section)
        self.unknown = Note("", "bad")
        self.unknown.setObjectName("inspector.graph.thresholds.unknown")
        column.addWidget(self.unknown)
        self.reset = Link("All thresholds back to their defaults", "Delete all thresholds of the graph's own",
                          "inspector.graph.thresholds.reset")  # fmt: skip
        self.reset.clicked.connect(lambda *_: self._reset())
        column.addSpacing(4)
        column.addWidget(self.reset)

    def _group(self, members: Mapping[str, str]) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGINS[0], 2, 0, 6)
        column.setSpacing(6)
        for name, title in members.items():
            row = ThresholdRow(
                self._fields[name],
                self.subject,
                partial(self._set, name),
                partial(self._end, name),
                name=f"inspector.graph.threshold.{name}",
                title=title,
                read=partial(self._read, name),
            )
            self.rows[name] = row
            row.show_value(self._read(name))
            column.addWidget(row)
        return body

    def _read(self, name: str) -> Json:
        return own_thresholds(self._said()).get(name, MISSING)

    def _set(self, name: str, value: Json) -> str:
        return self._change(f"Set {name}", changed_thresholds(self._said(), name, value), name)

    def _end(self, name: str) -> None:
        self.subject.end()
        self.rows[name].left()

    def _reset(self) -> None:
        self.subject.end()
        self._change("Set all thresholds back", MISSING, "")
        self.subject.end()

    def refresh(self) -> None:
        """Show what the document holds now."""
        own = own_thresholds(self._said())
        for name, row in self.rows.items():
            row.show_value(own.get(name, MISSING))
        for title, members in GROUPS.items():
            section = self.sections[title]
            told = _told({name: value for name, value in own.items() if name in members})
            section.header.set_summary("" if section.is_open else told)
        unknown = _told({name: value for name, value in own.items() if name not in self._fields})
        self.unknown.set_text(f"Set here, but no threshold: {unknown}" if unknown else "")
        self.reset.setVisible(bool(own))


def _told(settings: Mapping[str, Json]) -> str:
    return cut(", ".join(f"{name[:60]} {preview(value, 20)}" for name, value in settings.items()), 200)
