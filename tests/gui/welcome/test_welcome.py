"""The welcome page: what there is to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from studio.gallery import GROUPS, entries
from studio.gui.frame.window import MainWindow
from studio.gui.theme import Theme, current_theme
from studio.gui.welcome import Welcome
from studio.gui.welcome import gallery as gallery_module
from studio.gui.welcome.card import HEIGHT, cut_lines
from studio.gui.welcome.gallery import GAP, Gallery
from studio.gui.welcome.preview import preview_svg
from studio.gui.workbench import Workbench
from studio.settings.folders import cache_folder
from studio.support import resources
from studio.support.resources import bundled_graphs

LEFT = Qt.MouseButton.LeftButton


def page(window: MainWindow) -> Welcome:
    found = window.pages.currentWidget()
    assert isinstance(found, Welcome)
    return found


def test_it_is_there_first_and_says_that_no_key_is_needed(window: MainWindow) -> None:
    assert "No key is needed" in page(window)._hint.text()
    assert window.pages.tabBar().isHidden()
    assert {card.text() for card in page(window).cards} == {path.stem for path in bundled_graphs()}


def test_each_card_tells_purpose_size_and_needs_under_its_heading(window: MainWindow, qtbot: Any) -> None:
    cards = page(window).cards
    qtbot.waitUntil(lambda: all(card.about for card in cards))

    told = entries()
    assert [card.text() for card in cards] == [entry.name for entry in told]
    for card, entry in zip(cards, told, strict=True):
        assert card.about == entry.about[:400]
        assert " · ".join(card.facts) == " · ".join(entry.facts())
        assert entry.about[:40] in card.accessibleDescription()

    headings = [one.text() for one in page(window).gallery.findChildren(QLabel, "welcome.section")]
    assert headings == [GROUPS[group] for group in dict.fromkeys(entry.group for entry in told)]


def test_cards_share_the_width_evenly(window: MainWindow) -> None:
    welcome = page(window)
    gallery = welcome.gallery
    for width, least in ((900, 1), (1200, 2), (1600, 3)):
        window.resize(width, 900)
        for _ in range(5):
            QApplication.processEvents()
        columns = gallery._columns
        assert columns >= least, width

        assert {card.height() for card in welcome.cards} == {HEIGHT}, width
        widths = [card.width() for card in welcome.cards]
        assert max(widths) - min(widths) <= 1, f"at {width}, also where a group has fewer cards than there are columns"
        filled = min(widths) * columns + GAP * (columns - 1)
        assert filled >= gallery.width() - columns, f"at {width} no column is left empty"
        shown = {card.x() for card in welcome.cards}
        assert len(shown) == columns, width
        assert max(card.geometry().right() for card in welcome.cards) <= gallery.width(), width
        seen = [card for card in welcome.cards if card.see is not None and card.isVisible()]
        assert seen, width
        for card in seen:
            assert card.see is not None
            assert card.see.geometry().right() < card.width(), width


def test_the_folder_of_examples_is_listed_once_for_all_cards(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[int] = []
    real = resources.bundled_graphs

    def counted() -> list[Path]:
        listed.append(1)
        return real()

    monkeypatch.setattr(resources, "bundled_graphs", counted)
    monkeypatch.setattr(gallery_module, "bundled_graphs", counted)
    gallery = Gallery(QLabel, workbench.registry)
    at_first = len(listed)
    while gallery._untold:
        gallery._work()

    assert len(gallery.cards) > 2
    assert at_first == 2, "the examples, and their runs"
    assert len(listed) == at_first, "telling of a card lists nothing"
    assert resources.recorded_run(gallery.cards[0].text()) is not None
    assert len(listed) == at_first + 1, "control: a look-up by name is counted"


def test_another_model_is_named_instead(window: MainWindow) -> None:
    window.workbench.change_setting("models.default", "openai/gpt-4o-mini")

    assert "openai/gpt-4o-mini" in page(window)._hint.text()


def test_new_graph_is_one_press(window: MainWindow, qtbot: Any) -> None:
    welcome = page(window)
    assert welcome.tour is not None
    tour = welcome.tour.button
    qtbot.waitUntil(lambda: QApplication.focusWidget() is tour)  # somebody new first sees a run
    qtbot.keyClick(tour, Qt.Key.Key_Backtab)
    qtbot.keyClick(welcome.open_button, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is welcome.new_button

    qtbot.keyClick(welcome.new_button, Qt.Key.Key_Space)

    assert window.pages.tabText(0) == "untitled"
    assert window.pages.count() == 1


def test_a_template_opens_by_mouse_and_by_keyboard(window: MainWindow, qtbot: Any) -> None:
    cards = {card.text(): card for card in page(window).cards}
    cards["critic_loop"].setFocus(Qt.FocusReason.TabFocusReason)

    qtbot.keyClick(cards["critic_loop"], Qt.Key.Key_Space)
    assert window.workbench.document is not None
    assert window.workbench.document.title == "critic_loop"
    assert window.workbench.document.path is None
    window.workbench.trigger("help.welcome")
    cards = {card.text(): card for card in page(window).cards}
    qtbot.mouseClick(cards["order_desk"], LEFT)

    assert [document.title for document in window.workbench.documents] == ["critic_loop", "order_desk"]
    assert [window.pages.tabText(index) for index in range(3)] == ["Welcome", "critic_loop", "order_desk"]


def test_every_card_gets_its_drawing_and_a_theme_draws_anew(window: MainWindow, qtbot: Any) -> None:
    welcome = page(window)
    qtbot.waitUntil(lambda: all(card._svg for card in welcome.cards))
    light = [card._svg for card in welcome.cards]

    window.workbench.change_setting("window.theme", "dark")

    assert current_theme().is_dark
    qtbot.waitUntil(lambda: all(card._svg not in light for card in welcome.cards))


def test_drawings_are_kept(workbench: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.gui.welcome import preview
    from studio.spec.registry import default_registry

    path = bundled_graphs()[0]
    drawn = preview_svg(path, Theme("dark"), default_registry())
    preview._drawn.clear()  # the file is meant, not what this session remembers
    monkeypatch.setattr(preview, "_draw", lambda *_: pytest.fail("drawn again"))

    assert preview_svg(path, Theme("dark"), default_registry()) == drawn
    assert len(list((cache_folder() / "previews").iterdir())) == 1


def test_recent_files_are_one_press_away(window: MainWindow, small: Path, qtbot: Any) -> None:
    window.workbench.open(small)
    window.pages.close_current()

    links = [one for one in page(window).findChildren(QPushButton) if one.text() == "small.yaml"]
    qtbot.mouseClick(links[0], LEFT)

    assert window.workbench.document is not None
    assert window.workbench.document.path == small


@pytest.mark.thorough
def test_a_page_that_was_asked_for_stays_and_can_be_closed(window: MainWindow, small: Path) -> None:
    window.workbench.open(small)
    window.workbench.trigger("help.welcome")
    assert [window.pages.tabText(index) for index in range(2)] == ["Welcome", "small.yaml"]

    window.pages.close_index(0)

    assert [window.pages.tabText(index) for index in range(window.pages.count())] == ["small.yaml"]


def test_texts_are_cut_where_there_is_no_more_room() -> None:
    assert cut_lines("one two three", lambda text: len(text) <= 7, 3) == ["one two", "three"]
    assert cut_lines("one two three four", lambda text: len(text) <= 7, 2) == ["one two", "three…"]
    assert cut_lines("", lambda text: True, 2) == []
