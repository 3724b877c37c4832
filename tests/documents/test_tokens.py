"""Tokens are counted by the tokenizer that ships, alike on every machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents import tokens
from studio.documents.tokens import count_tokens, token_spans
from studio.support.errors import EnvironmentProblem


@pytest.mark.parametrize(("text", "count"), [("", 0), ("hello world", 2), ("def f(x):\n    return x", 9), ("漢字", 3)])
def test_a_few_texts_have_the_tokens_they_always_had(text: str, count: int) -> None:
    assert count_tokens(text) == count


@given(st.text(max_size=60))
def test_spans_cover_the_text_in_order_without_gaps(text: str) -> None:
    spans = token_spans(text)

    assert len(spans) == count_tokens(text)
    assert "".join(text[start:end] for start, end in dict.fromkeys(spans)) == text
    assert spans == sorted(spans)


def test_a_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_CHARACTERS", 10)

    assert count_tokens("0123456789") > 0
    with pytest.raises(EnvironmentProblem, match="A text of 11 characters is too long"):
        count_tokens("0123456789x")


def test_a_missing_or_broken_tokenizer_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tokens._tokenizer.cache_clear()
    monkeypatch.setattr(tokens, "_home", lambda: tmp_path)
    with pytest.raises(EnvironmentProblem, match=r"The tokenizer cannot be read.*Install the package wordllama again"):
        count_tokens("x")
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentProblem, match="The tokenizer is not installed"):
        count_tokens("x")
    monkeypatch.undo()
    assert count_tokens("x") == 1
