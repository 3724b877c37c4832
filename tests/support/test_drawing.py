"""What a test is tried with does not hang on what else was imported."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import constants_from_module

from studio.support import paths
from tests.conftest import EXPLORES


def drawn() -> list[str]:
    """What a property is tried with."""
    seen = []

    @hypothesis.settings(max_examples=30, derandomize=True, database=None)
    @hypothesis.given(strategies.text())
    def look(text: str) -> None:
        seen.append(text)

    look()
    return seen


@pytest.mark.skipif(EXPLORES, reason="who explores draws from the sources on purpose")
def test_no_constants_of_the_product_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(constants_from_module(paths)) > 0, "there would be some to draw from"
    assert len(providers._get_local_constants()) == 0
    everywhere = drawn()
    assert everywhere == drawn()
    monkeypatch.setattr(providers, "_get_local_constants", lambda: constants_from_module(paths))
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        assert drawn() != everywhere, "they would have been"
    finally:
        providers.CONSTANTS_CACHE.cache.clear()
