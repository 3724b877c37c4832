"""Texts on Markdown pages are shown as they are written."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from studio.export.markdown_text import markdown_text
from studio.trust.showing import seen_line

PAGE = MarkdownIt("commonmark", {"html": True})
LIVELY = ("# x", "*x*", "[a](http://b)", "<b>x</b>", "`x`", "- x", "1. x", "&lt;", "![x](y)", "x\n---", "> x", "\\*")


def rendered(text: str) -> str:
    """The text of a page that holds nothing else, which must be one plain paragraph."""
    made = PAGE.render(f"So: {text} .\n")
    found = re.fullmatch(r"<p>So: (.*) \.</p>\n", made, re.DOTALL)
    assert found is not None, made
    assert "<" not in found[1], made
    return html.unescape(found[1])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    expected = " ".join(seen_line(" ".join(text.split())).split())

    assert rendered(markdown_text(text)).strip() == expected


@pytest.mark.parametrize("text", LIVELY)
def test_a_text_alone_on_its_line_is_a_paragraph(text: str) -> None:
    """The control: as it stands, most of these are something else."""
    made = PAGE.render(markdown_text(text))

    assert made.startswith("<p>")
    assert made.count("<") == 2


def test_the_check_would_see_what_is_not_escaped() -> None:
    assert [text for text in LIVELY if PAGE.render(text).count("<") != 2 or "</p>" not in PAGE.render(text)]
    with pytest.raises(AssertionError):
        rendered("*x*")
