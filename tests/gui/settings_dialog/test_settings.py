"""The settings dialog: every declared setting has a row that writes it, and keys go to the keyring only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit

from studio.gui.frame.window import MainWindow
from studio.gui.settings_dialog import show_settings
from studio.gui.settings_dialog.dialog import SettingsDialog
from studio.gui.settings_dialog.keys_page import KeysPanel
from studio.gui.settings_dialog.pages import all_pages
from studio.gui.theme import current_theme
from studio.settings import SETTINGS, Settings
from studio.support import keys

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(window: MainWindow, qtbot: Any) -> SettingsDialog:
    qtbot.keyClick(window, Qt.Key.Key_Comma, CONTROL)
    found = window.findChild(SettingsDialog)
    assert found is not None
    qtbot.waitUntil(found.isVisible)
    return found


def test_every_declared_setting_has_a_row_with_its_help(dialog: SettingsDialog) -> None:
    for setting in SETTINGS:
        row = dialog.row(setting.name)
        assert row.field.accessibleName()
        assert row.field.accessibleDescription() == setting.help


def test_pages_are_found_and_have_titles() -> None:
    ids = [page.id for page in all_pages()]

    assert len(set(ids)) == len(ids)
    assert {"models", "keys", "limits"} <= set(ids)


def test_a_number_is_written_when_the_field_is_left(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.go("limits")
    field = dialog.row("limits.calls").field
    assert isinstance(field, QLineEdit)

    field.selectAll()
    qtbot.keyClicks(field, "12")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert Settings.load()["limits.calls"] == 12
    assert dialog.workbench.settings["limits.calls"] == 12
    assert dialog.isVisible()
    assert dialog.row("limits.calls").reset.isVisible()


def test_numbers_are_typed_as_they_are_shown(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.go("limits")
    field = dialog.row("limits.calls").field
    assert isinstance(field, QLineEdit)

    field.selectAll()
    qtbot.keyClicks(field, "12,500")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert Settings.load()["limits.calls"] == 12_500
    assert field.text() == "12,500"


def test_what_will_not_do_is_a_sentence_and_is_not_written(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.go("limits")
    row = dialog.row("limits.calls")
    assert isinstance(row.field, QLineEdit)

    row.field.selectAll()
    qtbot.keyClicks(row.field, "many")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)

    assert row.note.text() == "Calls must be a whole number, not 'many'."
    assert Settings.load().origin("limits.calls") == "default"
    row.field.selectAll()
    qtbot.keyClicks(row.field, "7")
    assert row.note.isHidden()


def test_reset_goes_back_to_the_default(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.workbench.change_setting("limits.calls", 3)
    dialog.go("limits")
    row = dialog.row("limits.calls")

    qtbot.mouseClick(row.reset, LEFT)

    assert Settings.load().origin("limits.calls") == "default"
    assert isinstance(row.field, QLineEdit)
    assert row.field.text() == "2,000"
    assert row.reset.isHidden()


def test_switches_and_choices_are_written_at_once(dialog: SettingsDialog, qtbot: Any) -> None:
    dialog.go("canvas")
    box = dialog.row("canvas.snap").field
    assert isinstance(box, QCheckBox)
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    dialog.go("window")
    choice = dialog.row("window.theme").field
    assert isinstance(choice, QComboBox)
    choice.setFocus()
    qtbot.keyClicks(choice, "dark")

    assert Settings.load()["canvas.snap"] is False
    assert Settings.load()["window.theme"] == "dark"
    assert current_theme().is_dark


def test_the_search_goes_over_all_pages(dialog: SettingsDialog, qtbot: Any) -> None:
    qtbot.keyClicks(dialog.search, "us dollars")

    shown = [name for setting in SETTINGS if dialog.row(name := setting.name).isVisible()]
    assert shown == ["limits.cost_usd"]
    dialog.search.setText("no such thing")
    assert dialog._nothing.isVisible()


def test_what_the_environment_sets_is_said_and_cannot_be_changed(
    lone_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_MODEL", "scripted:x")
    dialog = show_settings(lone_window.workbench, "models")
    row = dialog.row("models.default")

    assert not row.field.isEnabled()
    assert "STUDIO_MODEL" in row.note.text()
    assert isinstance(row.field, QLineEdit)
    assert row.field.text() == "scripted:x"


def test_what_another_program_wrote_meanwhile_stays(dialog: SettingsDialog) -> None:
    elsewhere = Settings.load()
    elsewhere.set("models.slots", 2)
    elsewhere.save()

    dialog.workbench.change_setting("limits.calls", 9)

    assert Settings.load()["models.slots"] == 2
    assert Settings.load()["limits.calls"] == 9


class Ring(keyring.backend.KeyringBackend):  # type: ignore[misc]
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    made = Ring()
    before = keyring.get_keyring()
    keyring.set_keyring(made)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(keys, "_remembered", {})
    yield made
    keyring.set_keyring(before)


def test_the_shortcuts_are_a_page_too(dialog: SettingsDialog) -> None:
    from studio.gui.shortcuts.editor import ShortcutPage

    dialog.go("shortcuts")

    page = dialog.findChild(ShortcutPage)
    assert page is not None
    assert page.isVisible()


def keys_panel(dialog: SettingsDialog, qtbot: Any) -> KeysPanel:
    dialog.go("keys")
    panel = dialog.findChild(KeysPanel)
    assert panel is not None
    qtbot.waitUntil(lambda: panel.rows["OPENAI_API_KEY"].state.text() != "…")
    return panel


def test_a_key_goes_to_the_keyring_and_is_never_shown(
    window: MainWindow, ring: Ring, qtbot: Any, own_home: Path
) -> None:
    dialog = show_settings(window.workbench)
    row = keys_panel(dialog, qtbot).rows["OPENAI_API_KEY"]
    secret = "sk-test-0123456789"

    qtbot.keyClicks(row.field, secret)
    assert row.field.displayText() != secret
    qtbot.mouseClick(row.keep, LEFT)
    qtbot.waitUntil(lambda: row.state.text() == "kept in the keyring")

    assert ring.kept == {(keys.SERVICE, "OPENAI_API_KEY"): secret}
    assert row.field.text() == ""
    assert all(secret.encode() not in path.read_bytes() for path in own_home.rglob("*") if path.is_file())
    assert secret not in window.status.text
    qtbot.mouseClick(row.take, LEFT)
    qtbot.waitUntil(lambda: row.state.text() == "no key yet")
    assert ring.kept == {}


def test_a_key_of_the_environment_is_told_from_one_of_the_keyring(
    lone_window: MainWindow, ring: Ring, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env-0123456789")
    ring.kept[keys.SERVICE, "ANTHROPIC_API_KEY"] = "sk-ring-0123456789"
    panel = keys_panel(show_settings(lone_window.workbench), qtbot)

    assert panel.rows["OPENAI_API_KEY"].state.text() == "from the environment (OPENAI_API_KEY)"
    assert panel.rows["OPENAI_API_KEY"].take.isHidden()
    assert panel.rows["ANTHROPIC_API_KEY"].state.text() == "kept in the keyring"


def test_without_a_keyring_a_sentence_says_what_to_do(lone_window: MainWindow, ring: Ring, qtbot: Any) -> None:
    from keyring.backends import fail

    keyring.set_keyring(fail.Keyring())
    panel = keys_panel(show_settings(lone_window.workbench), qtbot)

    qtbot.waitUntil(lambda: "There is no keyring on this computer" in panel.problem.text())
    assert not panel.rows["OPENAI_API_KEY"].field.isEnabled()


def test_a_key_of_another_provider_can_be_added(window: MainWindow, ring: Ring, qtbot: Any) -> None:
    panel = keys_panel(show_settings(window.workbench), qtbot)

    qtbot.keyClicks(panel.other, "not a name")
    qtbot.keyClick(panel.other, Qt.Key.Key_Return)
    assert "capital letters" in panel.problem.text()
    panel.other.clear()
    qtbot.keyClicks(panel.other, "HUGGINGFACE_API_KEY")
    qtbot.keyClick(panel.other, Qt.Key.Key_Return)

    assert "HUGGINGFACE_API_KEY" in panel.rows
    QApplication.processEvents()


def test_a_fault_of_the_keyring_tells_no_key(
    window: MainWindow, ring: Ring, qtbot: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "plain-words-0123456789"

    def refuse(self: Ring, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password}")

    monkeypatch.setattr(Ring, "set_password", refuse)
    panel = keys_panel(show_settings(window.workbench), qtbot)
    row = panel.rows["OPENAI_API_KEY"]
    qtbot.keyClicks(row.field, secret)
    qtbot.mouseClick(row.keep, LEFT)
    qtbot.waitUntil(lambda: "cannot store OPENAI_API_KEY (RuntimeError)" in panel.problem.text())
    assert secret not in panel.problem.text() + window.status.text + caplog.text
    assert secret not in keys.scrub(f"cannot keep {secret}")


def test_what_is_typed_into_a_setting_counts_when_the_window_closes(window: MainWindow, qtbot: Any) -> None:
    dialog = show_settings(window.workbench)
    dialog.go("limits")
    field = dialog.row("limits.calls").field
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "77")
    assert Settings.load()["limits.calls"] != 77  # the control: it is not written while it is typed
    window.close()
    assert Settings.load()["limits.calls"] == 77
