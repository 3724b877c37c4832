"""The automata lab in the panel: rules as they are typed or kept in files, classified beside the window."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from studio.dynamics.automata.lab import classify
from studio.dynamics.automata.rules import Cells, TableRule
from studio.gui.frame.window import MainWindow
from studio.gui.panels.dynamics.lab import Lab
from studio.gui.panels.dynamics.rule_texts import read_rule
from studio.gui.replay.session import Session
from studio.support.errors import UsageError
from tests.gui.panels.dynamics.conftest import Hand


@pytest.fixture
def shell(lone_shell: MainWindow) -> MainWindow:
    """The lab is made when it is first asked for, and what is typed stays in it."""
    return lone_shell


def opened(hand: Hand) -> Lab:
    if hand.panel.views is None:
        hand.panel.show_view("lab")
    else:
        hand.click("dynamics.view.lab")
    assert hand.panel.lab is not None
    return hand.panel.lab


def typed(hand: Hand, kind: str, rule: str) -> Lab:
    lab = opened(hand)
    lab.bar.kind.setCurrentIndex(lab.bar.kind.findData(kind))
    lab.bar.rule.setFocus()
    lab.bar.rule.selectAll()
    QTest.keyClicks(lab.bar.rule, rule)
    QTest.keyClick(lab.bar.rule, Qt.Key.Key_Return)
    return lab


def test_a_typed_rule_is_drawn_and_judged_as_the_command_line_judges_it(hand: Hand) -> None:
    lab = typed(hand, "eca", "110")
    assert lab.is_busy
    assert lab.bar.go.text() == "Cancel"

    hand.until(lambda: not lab.is_busy)

    expected = classify({"kind": "eca", "rule": 110})
    assert lab.verdict is not None
    assert lab.verdict.as_json() == expected.as_json()
    assert lab.told.accessibleName() == f"Class IV, confidence {expected.confidence:.2f} · λ 0.625 (not used)"
    assert [row.text for row in lab.evidence.rows] == list(expected.judgement.evidence)
    assert (lab.diagram.title, lab.diagram.width) == ("rule 110", 101)


@pytest.mark.thorough
def test_another_rule_gets_another_class(hand: Hand) -> None:
    lab = typed(hand, "eca", "0")
    hand.until(lambda: not lab.is_busy)

    assert lab.told.accessibleName().startswith("Class I,")


def test_what_is_no_rule_is_said_in_a_sentence(hand: Hand) -> None:
    lab = typed(hand, "eca", "300")
    assert not lab.is_busy
    assert "300" in lab.why.text()

    typed(hand, "lifelike", "34")
    assert lab.why.text() == "Write the neighbours for birth and for survival. As in `B3/S23`."
    assert lab.evidence.isHidden()


class Held:
    """Holds the steps of a rule from one on until it is let go, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
        self.steps = 0
        self.reached, self.free = threading.Event(), threading.Event()
        step = TableRule.step

        def held(rule: TableRule, cells: Cells) -> Cells:
            self.steps += 1
            if self.steps == at:
                self.reached.set()
                assert self.free.wait(20)
            return step(rule, cells)

        monkeypatch.setattr(TableRule, "step", held)


DRAWN = 399
"""Steps of the picture, which is drawn before a rule is judged."""


def at_work() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "beside"]


def test_a_verdict_that_is_given_up_is_worked_on_no_more(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, DRAWN + 50)
    lab = typed(hand, "eca", "30")
    hand.until(held.reached.is_set)
    assert at_work()

    hand.click("lab.classify")
    held.free.set()
    hand.until(lambda: not at_work())
    hand.settle()

    assert held.steps == DRAWN + 50, "2,686 are a whole judgement"
    assert not lab.is_busy
    assert (lab.verdict, lab.why.text()) == (None, "Given up. Press Classify for the verdict.")
    assert lab.bar.go.text() == "Classify"


@pytest.mark.thorough
def test_the_next_rule_is_judged_though_the_one_before_was_given_up(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, DRAWN + 50)
    lab = typed(hand, "eca", "30")
    hand.until(held.reached.is_set)
    QTest.keyClick(lab.bar.rule, Qt.Key.Key_Return)
    assert not lab.is_busy

    typed(hand, "eca", "0")
    held.free.set()
    hand.until(lambda: not lab.is_busy)

    assert lab.told.accessibleName().startswith("Class I,")
    assert (lab.diagram.title, held.steps) == ("rule 0", DRAWN + 50 + DRAWN + 2047 + 639)


def test_closing_the_window_ends_the_work(shell: MainWindow, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, DRAWN + 50)
    typed(hand, "eca", "30")
    hand.until(held.reached.is_set)

    shell.close()
    held.free.set()
    hand.until(lambda: not at_work())

    assert held.steps == DRAWN + 50


@pytest.mark.thorough
def test_rules_of_a_file_are_offered_by_name(hand: Hand, tmp_path: Path) -> None:
    file = tmp_path / "rules.jsonl"
    file.write_text(
        '{"id": "quiet", "kind": "eca", "rule": 0}\n{"id": "life", "kind": "lifelike", "B": "3", "S": "23"}\n'
    )
    lab = opened(hand)
    lab.bar.kind.setCurrentIndex(lab.bar.kind.findData("file"))

    lab.open(file)
    hand.until(lambda: lab.bar.specs.count() == 2)
    assert lab.why.text() == "2 rules. Choose one and press Classify."
    hand.click("lab.classify")
    hand.until(lambda: not lab.is_busy)
    assert lab.diagram.title == "quiet"

    file.write_text("no rule")
    lab.open(file)
    hand.until(lambda: "not JSON" in lab.why.text())


def test_a_rule_stands_beside_a_run_and_both_are_saved(hand: Hand, circling: Session, tmp_path: Path) -> None:
    lab = typed(hand, "eca", "110")
    hand.until(lambda: not lab.is_busy)
    assert not hand.views.isVisible()

    hand.click("lab.beside")
    assert hand.views.isVisible()
    assert lab.isVisible()

    hand.click("dynamics.save")
    from PySide6.QtWidgets import QFileDialog

    dialog = hand.panel.findChild(QFileDialog, "dynamics.save_dialog")
    assert isinstance(dialog, QFileDialog)
    png = tmp_path / "both.png"
    dialog.fileSelected.emit(str(png))
    dialog.close()
    hand.until(lambda: "Saved both.png." in hand.said)
    both = QImage(str(png))
    assert both.width() > both.height() / 4
    assert not both.isNull()

    hand.click("lab.beside")
    assert not hand.views.isVisible()


def test_in_a_narrow_lab_seed_and_buttons_stand_below_the_rule_and_nothing_is_cut(hand: Hand) -> None:
    lab = opened(hand)
    bar = lab.bar
    parts = (bar.kind, bar.rule, bar.seed, bar.go, lab.beside)

    def lefts_and_tops(wide: int) -> list[int]:
        bar.setMinimumWidth(0)
        bar.resize(wide, bar.minimumSizeHint().height())
        bar.resize(wide, bar.minimumSizeHint().height())
        assert all(part.geometry().right() <= wide for part in parts), wide
        assert all(part.width() >= part.minimumSizeHint().width() for part in parts), wide
        return [part.geometry().center().y() for part in parts]

    one, two = lefts_and_tops(700), lefts_and_tops(290)
    assert max(one) - min(one) <= 2
    assert max(two[:2]) < min(two[2:]) - 10


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        ("eca", " 30 ", "rule 30"),
        ("totalistic", "2 2 20", None),
        ("totalistic", "2, 2, 20", None),
        ("lifelike", "b3 / s23", None),
        ("lifelike", "3/23", None),
        ("generations", "B2/S/C3", None),
    ],
)
def test_rules_are_read_as_people_write_them(kind: str, text: str, name: str | None) -> None:
    spec = read_rule(kind, text)

    assert spec.rule.states in (2, 3)
    assert name in (None, spec.id)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("eca", ""), ("eca", "-1"), ("eca", "1e2"), ("eca", "٣"), ("eca", "9" * 5000), ("totalistic", "2 2"),
        ("totalistic", "2 x 20"), ("totalistic", "2 2 twenty"), ("lifelike", "B3S23"), ("lifelike", "B9/S23"),
        ("lifelike", "B3/S23/C3"), ("generations", "B2/S"), ("generations", "B2/S/C1"), ("generations", "B2/S/C9999"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(kind: str, text: str) -> None:
    with pytest.raises(UsageError):
        read_rule(kind, text)
