"""`studio models` shows what is ready and what the rest is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.models import weights
from studio.models.listing import fetch_default_weights, list_models
from studio.settings import Settings


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_without_weights_the_row_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "installed", lambda: None)

    rows = {row.name: row for row in list_models(Settings())}

    assert not rows["embedded/smollm2-135m"].ready
    assert "studio models --fetch" in rows["embedded/smollm2-135m"].missing
    assert rows["embedded/smollm2-135m"].roles == ("default", "fast", "strong")
    assert rows["scripted:FILE"].ready
    assert rows["toy"].kind == "embedding"
    assert rows["embedded"].ready


def test_configured_models_are_listed_with_prices_and_missing_keys() -> None:
    settings = Settings({"models": {"strong": "openai/gpt-4o"}, "keys": {"keyring": False}})

    rows = {row.name: row for row in list_models(settings)}

    row = rows["openai/gpt-4o"]
    assert (row.ready, row.roles, row.context) == (False, ("strong",), 128000)
    assert "OPENAI_API_KEY" in row.missing
    assert (row.usd_in, row.usd_out) == (2.5, 10.0)
    assert row.to_json()["roles"] == ["strong"]


def test_searching_finds_models_by_a_part_of_their_name() -> None:
    rows = list_models(Settings(), search="text-embedding-3-small")

    assert any(row.name == "text-embedding-3-small" and row.kind == "embedding" for row in rows)
    assert all("text-embedding-3-small" in row.name for row in rows)


def test_fetching_what_is_installed_fetches_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "installed", lambda: tmp_path / "w.gguf")

    assert fetch_default_weights().startswith("The weights are installed already")
