"""Places in code: outlines, what a reply means, excerpts, normal forms."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.code.excerpt import Excerpt
from studio.nodes.code.normalise import Normalise
from studio.nodes.code.outline import Outline
from studio.nodes.code.places import Places
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

SHOP = "import os\n\n\nclass Cart:\n    def total(self):\n        return 1\n\n\ndef add(a, b):\n    return a - b\n"
FILES = {"shop.py": SHOP, "calc.py": "def add(a, b):\n    return a - b\n", "notes.txt": "one\ntwo\n"}


async def outline(**inputs: Any) -> Any:
    return await run_node(Outline, {}, {"files": FILES, **inputs})


async def test_an_outline_shows_what_is_defined_in_the_order_asked() -> None:
    out = await outline(only=["shop.py", "notes.txt", "none.py"])

    assert out.skeleton == "shop.py\n⋮\n│class Cart:\n│    def total(self):\n⋮\n│def add(a, b):\n⋮\n\nnotes.txt"
    assert out.names == ["Cart", "Cart.total", "add"]
    assert out.elements[1] == {"name": "Cart.total", "kind": "method", "source": "shop.py", "first": 5, "last": 6}


@pytest.mark.parametrize(
    ("reply", "places"),
    [
        ("2", [("calc.py", 2, 2)]),
        ("line: 2", [("calc.py", 2, 2)]),
        ("shop.py\n4-6\nline 10", [("shop.py", 4, 6), ("shop.py", 10, 10)]),
        ("shop.py: 9 to 10", [("shop.py", 9, 10)]),
        ("calc.py:2", [("calc.py", 2, 2)]),
        ("- shop.py\nfunction: Cart.total", [("shop.py", 5, 6)]),
        ("add", [("calc.py", 1, 2)]),
        ("shop.py\nadd", [("shop.py", 9, 10)]),
        ("900\n2-900", [("calc.py", 2, 2)]),
        ("nothing here", [("calc.py", 1, 2), ("shop.py", 9, 10), ("shop.py", 4, 6), ("shop.py", 5, 6)]),
    ],
)
async def test_a_reply_means_lines_that_are_there(reply: str, places: list[tuple[str, int, int]]) -> None:
    elements = (await outline(only=["calc.py", "shop.py"])).elements
    ordered = [elements[0], elements[3], elements[1], elements[2]]

    out = await run_node(Places, {}, {"text": reply, "files": FILES, "elements": ordered})

    assert [(one["source"], one["first"], one["last"]) for one in out.places] == places
    assert out.found == (reply != "nothing here")


async def test_an_excerpt_has_ten_lines_around_and_joins_what_is_close() -> None:
    text = "".join(f"line {n}\n" for n in range(1, 101))
    places = [
        {"source": "a", "first": 50, "last": 50},
        {"source": "a", "first": 65, "last": 66},
        {"source": "a", "first": 1},
    ]

    out = await run_node(Excerpt, {}, {"files": {"a": text}, "places": places})
    numbered = await run_node(Excerpt, {"around": 0, "numbered": True}, {"files": {"a": text}, "places": places[:1]})

    lines = out.text.split("\n")
    assert lines[:3] == ["a", "```", "line 1"]
    assert lines[lines.index("⋮") - 1 : lines.index("⋮") + 2] == ["line 11", "⋮", "line 40"]
    assert lines[-2:] == ["line 76", "```"]
    assert out.text.count("⋮") == 1
    assert numbered.text == "a\n```\n50: line 50\n```"


async def test_normal_forms_forget_layout_and_comments() -> None:
    one = await run_node(
        Normalise, {}, {"files": {"a.py": 'def f( x ):\n  "Doc."\n  return x+1 # why\n', "b.txt": "a  b\n\n"}}
    )
    two = await run_node(Normalise, {}, {"files": {"a.py": "def f(x):\n    return x + 1\n", "b.txt": "a b"}})
    other = await run_node(
        Normalise, {}, {"files": {"a.py": "def f(x):\n    return x + 2\n", "c": None, "d.py": "f(:"}}
    )

    assert one.files == two.files
    assert other.files["a.py"] != two.files["a.py"]
    assert (other.files["c"], other.files["d.py"]) == (None, "f(:")


async def test_wrong_values_are_refused() -> None:
    with pytest.raises(NodeError, match="no object of texts"):
        await run_node(Outline, {}, {"files": {"a": 1}})
    with pytest.raises(NodeError, match="a place is an object"):
        await run_node(Excerpt, {}, {"files": {}, "places": [1]})
    with pytest.raises(NodeError, match="whole numbers"):
        await run_node(Excerpt, {}, {"files": {}, "places": [{"source": "a", "first": "x"}]})
