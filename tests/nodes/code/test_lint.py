"""`code.lint` refuses what SWE-agent's gate refuses, and only what is new."""

from __future__ import annotations

import pytest

from studio.nodes.code.lint import Lint
from studio.spec.params import parse_params
from studio.tools.lint import lint_of
from tests.support.fake_context import present, run_node

CLEAN = """\
from __future__ import annotations
import os
class Cart:
    size = 3
    def total(self, items, *rest, tax=0, **more):
        def inner(x): return x + tax + len(rest) + len(more)
        global COUNT
        COUNT = [inner(i) for i in items if (y := i)]
        try:
            return {k: v for k, v in self.__dict__.items()}, os, __file__, y
        except ValueError as error:
            return lambda q: (q, error, COUNT, later)
later = __name__
__all__ = ["Cart", "later"]
"""


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("def add(a, b):\n    return a + c\n", ["F821"]),
        ("__all__ = ['nothing']\n", ["F822"]),
        ("def f(a, a):\n    pass\n", ["F831"]),
        ("def f():\n   return 1\n", ["E111"]),
        ("def f():\nreturn 1\n", ["E112", "E999"]),
        ("x = 1\n    y = 2\n", ["E999", "E113"]),
        ("def f(:\n", ["E999"]),
        ("x = (1,\n  2)\n", []),
        ("from os import *\nprint(getcwd())\n", []),
        ("print(undefined_here)\n", ["F821"]),
        (CLEAN, []),
        ("x" * 3 + "\0", ["E999"]),
    ],
)
def test_the_faults_of_python(text: str, codes: list[str]) -> None:
    assert [one.message[:4] for one in lint_of("a.py", text)] == codes


async def test_only_new_faults_count_wherever_lines_have_moved() -> None:
    before = {"a.py": "print(old)\n", "b.py": "x = 1\n"}

    moved = await run_node(Lint, {}, {"files": {**before, "a.py": "\n\nprint(old)\n"}, "before": before})
    worse = await run_node(Lint, {}, {"files": {**before, "a.py": "print(old)\nprint(new)\n"}, "before": before})

    assert moved.ok
    assert "problems" not in present(moved)
    assert not worse.ok
    assert worse.problems == "a.py:2:7: F821 undefined name `new`: print(new)"


async def test_other_languages_and_chosen_codes() -> None:
    js = await run_node(Lint, {}, {"files": {"a.js": "function ( {"}})
    chosen = await run_node(Lint, {"codes": ["E999"]}, {"files": {"a.py": "print(x)\n"}})
    params, _ = parse_params(Lint.Params, {"codes": ["E1"]})

    assert not js.ok
    assert "E999" in js.problems
    assert chosen.ok
    assert list(Lint.problems(params)) == ["`codes` knows F821, F822, F831, E111, E112, E113, E999, E902, not 'E1'."]


@pytest.mark.parametrize("text", ["(" * 5_000, "x = " + "-" * 5_000 + "1", "if 1:\n" * 300, "\t" * 200 + "x"])
def test_hostile_code_is_a_fault_and_no_crash(text: str) -> None:
    assert isinstance(lint_of("a.py", text), list)
