"""Functions that follow the one with the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.documents.code.siblings import sibling_functions
from studio.nodes.code.siblings import Siblings
from tests.support.fake_context import run_node

TEXT = """import os


# Adds.
def add(a, b):
    return |


def unlike():
    pass


class Cart:
    def __init__(self):
        self.rows = []

    @property
    def total(self):
        return 1

    def count(self):
        return 2


async def last():
    pass
"""


async def parted(text: str, language: str = "python") -> tuple[str, str, list[str]]:
    offset = text.index("|")
    out = await run_node(
        Siblings, {}, {"text": text.replace("|", ""), "offset": offset, "language": language}
    )  # fmt: skip
    assert out.before + out.within == text[:offset]
    return out.before, out.within, [one.split("\n")[0] for one in out.siblings]


async def test_at_the_top_the_later_functions_follow_and_the_text_is_parted_at_the_statement() -> None:
    before, within, found = await parted(TEXT)

    assert before == "import os\n\n\n"
    assert within == "# Adds.\ndef add(a, b):\n    return "
    assert found == ["def unlike():", "async def last():"]


async def test_in_a_class_the_later_methods_follow_with_their_decorators() -> None:
    before, within, found = await parted(TEXT.replace("|", "").replace("rows = []", "rows = |"))

    assert before.endswith("class Cart:\n")
    assert within == "    def __init__(self):\n        self.rows = "
    assert found == ["    @property", "    def count(self):"]


@pytest.mark.parametrize("text", ["x = |", "def f():\n    |", "|", "\n\n|"])
async def test_where_nothing_follows_there_is_nothing(text: str) -> None:
    assert (await parted(text))[2] == []


async def test_other_languages_are_not_parted() -> None:
    assert await parted("function f() {\n  |\n}\nfunction g() {}", "javascript") == ("", "function f() {\n  ", [])


@given(st.text("ab \n:#@", max_size=40), st.integers(0, 40), st.sampled_from(["", "def f():\n", "class A:\n  "]))
def test_the_parts_are_always_the_text_before_the_cursor(text: str, offset: int, head: str) -> None:
    text = head + text
    offset = min(offset, len(text))
    found = sibling_functions(text, offset, "python")

    assert found.before + found.within == text[:offset]
    assert all(one.rstrip() in text for one in found.siblings)
