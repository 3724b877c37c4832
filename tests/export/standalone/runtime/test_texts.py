"""Templates are filled, and keys kept out of texts, by scripts as by the studio."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.export.standalone.runtime import keys as lean_keys
from studio.export.standalone.runtime import templates as lean
from studio.support import keys, templates
from studio.support.errors import UsageError

PARTS = st.sampled_from(
    ["{", "}", "{{", "}}", "{name}", "{other}", "{é_1}", "{0}", "{name.x}", ' "a": ', "\n", "{}", "x"]
)
TEMPLATES = st.lists(PARTS, max_size=12).map("".join) | st.text(max_size=20)
VALUES: dict[str, Any] = {"name": "Ada {name}", "other": {"a": [1, 2.5, None]}, "é_1": ""}
SECRET = 'canary/+k3y"with spaces&ü'


def told(fill: Callable[[str, dict[str, Any]], str], text: str, values: dict[str, Any]) -> str:
    try:
        return fill(text, values)
    except UsageError as error:
        return f"refused: {error}"


@given(text=TEMPLATES, values=st.sampled_from([VALUES, {"name": 3}, {}]))
def test_templates_are_filled_alike(text: str, values: dict[str, Any]) -> None:
    assert told(lean.render, text, values) == told(templates.render, text, values)
    assert lean.placeholders(text) == templates.placeholders(text)


def test_the_comparison_sees_templates_that_differ() -> None:
    text = '{"a": {"b": {name}}}'

    def of_pairs(text: str, values: dict[str, Any]) -> str:
        return text.replace("{name}", values["name"]).replace("}}", "}")

    assert told(templates.render, text, VALUES) != told(of_pairs, text, VALUES)


FORMS = {
    "itself": SECRET,
    "in a URL": quote(SECRET, safe=""),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in hexadecimal": SECRET.encode().hex(),
    "in base64": base64.b64encode(b"user:" + SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_keys_are_found_in_the_forms_that_the_studio_finds(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("CANARY_API_KEY", SECRET)
    monkeypatch.setenv("LONGER_API_KEY", f"{SECRET}-and-more")
    monkeypatch.setenv("NO_SECRETS_HERE", "ordinary words")
    text = f"before {form} after, {SECRET}-and-more and ordinary words"

    assert lean_keys.scrubber()(text) == keys.scrubber()(text)
    assert "[secret:CANARY_API_KEY]" in lean_keys.scrubber()(text)


def test_without_the_name_of_a_secret_nothing_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", SECRET)

    assert lean_keys.scrubber()(f"say {SECRET}") == f"say {SECRET}"
