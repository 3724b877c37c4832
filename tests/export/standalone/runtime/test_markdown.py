"""A script finds the headings and blocks that markdown-it-py finds, or says that it does not know a line."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.documents.reading import markdown as library
from studio.export.standalone.runtime import markdown as plain
from studio.support.errors import UsageError
from studio.support.resources import resource_root
from tests.support.thorough import draws

LINES = st.sampled_from(
    ["", "", "", "word", "two words.", "# One", "## Two ##", "####### no", "#none", "===", "---", "- a", "- b c", "* d",
     "1. e", "2. f", "3) g", "```", "```py", "~~~", "***", "> q", "    code", "  indented", "<b>", "[x]: y", "a | b",
     "-", "--", "2024. A year", "\tt", "+ p", "word  ", "- - -", "`` ` ``", "#", "#\tTab"]
)  # fmt: skip


def told(module: object, text: str) -> object:
    headings, blocks = module.structure(text)  # type: ignore[attr-defined]
    return [(one.level, one.title, one.line) for one in headings], [(one.type, one.first) for one in blocks]


@settings(max_examples=draws(80, 250))
@given(st.lists(LINES, max_size=8).map("\n".join))
@example("# A\n\ntext\nmore\n\n- a\n- b\n\nend")
@example("Title\n===\ntext\n---\n```\n# no\n```\nend")
def test_the_same_is_found_or_nothing(text: str) -> None:
    try:
        found = told(plain, text)
    except UsageError:
        return
    assert found == told(library, text)


def test_the_notes_of_the_example_are_known() -> None:
    notes = sorted((resource_root("graphs") / "data/ask_the_notes").rglob("*.md"))
    assert len(notes) > 3
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert told(plain, text) == told(library, text)


@pytest.mark.parametrize("text", ["> q", "    code", "- a\n\n- b", "---\ntitle: x\n---\n", "| a |\n|---|", "<b>"])
def test_what_is_not_known_is_told_with_its_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"Line [12] is Markdown"):
        plain.structure(text)
