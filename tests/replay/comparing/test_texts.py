"""Comparing two texts by lines and, within lines, by words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.replay.diff import texts
from studio.replay.diff.texts import text_diff


def shown(a: str, b: str, **options: Any) -> list[str]:
    return [line.sign + line.text for line in text_diff(a, b, **options)]


def test_texts_are_compared_by_line_and_within_lines_by_word() -> None:
    lines = text_diff("one\nWrite two sentences.\nend", "one\nWrite three sentences.\nend")

    assert [line.sign for line in lines] == [" ", "-", "+", " "]
    assert [text for changed, text in lines[1].parts if changed] == ["two"]
    assert [text for changed, text in lines[2].parts if changed] == ["three"]


def test_lines_far_from_a_change_are_left_out() -> None:
    same = "\n".join(f"line {n}" for n in range(20))

    assert shown(f"{same}\nold", f"{same}\nnew", context=1) == ["…19 lines the same", " line 19", "-old", "+new"]
    assert len(shown(f"{same}\nold", f"{same}\nnew", context=None)) == 22


def test_a_text_without_end_is_compared_by_line_once_words_would_take_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = ("\n".join(f"{n} the {word} of {n} a line" for n in range(3)) for word in ("old", "new"))
    monkeypatch.setattr(texts, "MOST_PAIRS", 2)

    whole = [all(changed for changed, _ in line.parts) for line in text_diff(a, b)]
    assert whole == [False, False, False, False, True, True]


@given(st.lists(st.sampled_from("ab c"), max_size=12), st.lists(st.sampled_from("ab c"), max_size=12))
def test_a_text_diff_holds_both_texts(a: list[str], b: list[str]) -> None:
    one, other = "\n".join(a), "\n".join(b)
    lines = text_diff(one, other, context=None)

    if one != other:
        assert "\n".join(line.text for line in lines if line.sign in " -") == one
        assert "\n".join(line.text for line in lines if line.sign in " +") == other
    else:
        assert lines == []
