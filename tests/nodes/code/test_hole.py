"""The place at which code is to be completed."""

from __future__ import annotations

from typing import Any

import pytest

from studio.nodes.code.hole import Hole
from studio.support.errors import NodeError
from tests.support.fake_context import run_node

FILES = [{"source": "a.py", "text": "x = 1\n"}, {"source": "pkg/b.py", "text": "a = 1\nb = 2\n\nc = 3\n"}]


async def find(**given: Any) -> tuple[str, str, int]:
    out = await run_node(Hole, {}, {"files": FILES, "file": "pkg/b.py", "line": 3, **given})
    return out.text, out.before, out.line


async def test_it_gives_the_lines_before_the_hole_that_may_be_shown() -> None:
    text = FILES[1]["text"]
    assert await find() == (text, "a = 1\nb = 2\n", 3)
    assert await find(start=1) == (text, "b = 2\n", 3)
    assert await find(start=3) == (text, "", 3)
    assert await find(line=0) == (text, "", 0)
    assert await find(line=4) == (text, "a = 1\nb = 2\n\nc = 3", 4)


async def test_unfinished_code_takes_the_place_of_the_file_and_ends_at_the_hole() -> None:
    assert await find(code="x = 1\ny =", line=99, file="nowhere.py") == ("x = 1\ny =", "x = 1\ny =", 2)
    assert await find(code="x = 1\ny = 2\n", start=1) == ("x = 1\ny = 2\n", "y = 2", 2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"file": "b.py"}, r"no file `b.py` among the 2 of the folder\. .*`pkg/b.py`"),
        ({"file": "b.py", "files": []}, "among the 0 of the folder"),
        ({"line": 5}, r"line 5, but `pkg/b.py` has 4 lines\. Give a line from 0 to 4"),
        ({"line": -1}, "line -1, but"),
        ({"start": 4}, "begins at line 4, but the hole is at line 3"),
        ({"start": -1}, "begins at line -1"),
        ({"files": ["a"]}, "A file is an object"),
    ],
)
async def test_a_hole_that_is_nowhere_is_refused_with_what_to_do(given: dict[str, Any], message: str) -> None:
    with pytest.raises(NodeError, match=message):
        await find(**given)
