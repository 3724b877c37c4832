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
        ("x" * 3 + "\0", ["E902"]),
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


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("def f():\n    print(x)\n    x = 1\n", ["F821"]),
        ("def f():\n    x = x + 1\n", ["F821"]),
        ("def f():\n    x += 1\n", ["F821"]),
        ("print(y)\ny = 1\n", ["F821"]),
        ("def f():\n    def g():\n        return x\n    x = 1\n    return g\n", []),
        ("def f():\n    for i in range(3):\n        i\n    return i\n", []),
        ("def f():\n    try:\n        x = 1\n    except ValueError as e:\n        pass\n    return x\n", []),
        ("try:\n    unicode\nexcept NameError:\n    unicode = str\n", []),
        ("def f():\n    return [a for a in range(3) if a]\n", []),
        ("def f(n):\n    while n:\n        if n > 1:\n            prev = n\n        n -= 1\n    return prev\n", []),
        ("import a.b as c\nc\n", []),
        ("def f():\n    with open('x') as h:\n        return h\n", []),
        ("def f():\n    if (n := 3) > 2:\n        return n\n", []),
        ("class A:\n    x = 1\n    def f(self):\n        return x\n", ["F821"]),
        ("class A:\n    x = 1\n    y = x\n", []),
        ("class A:\n    def f(self) -> 'B':\n        return self\n", ["F821"]),
        ("def f(a: 'Missing'):\n    return a\n", ["F821"]),
        (
            "def f(x):\n    match x:\n        case [a, *b]:\n            return a, b\n"
            "        case {'k': v, **r}:\n            return v, r\n",
            [],
        ),
        ("from __future__ import annotations\nclass A:\n    def f(self) -> B: ...\nclass B: ...\n", []),
        ("class A:\n    def f(self) -> B: ...\nclass B: ...\n", ["F821"]),
        ("__all__ = ['a']\n__all__ += ['zz']\na = 1\n", ["F822"]),
        ("__all__ = ('a',)\n", ["F822"]),
        ("def f():\n    del q\n", ["F821"]),
        ("def f():\n    global G\n    G = 1\ndef g():\n    return G\n", []),
        ("def f(a, *, a):\n    pass\n", ["F831"]),
        ("lambda a, a: 1\n", ["F831"]),
        ("if True:\n\tx = 1\n", []),
        ("if True:\n  x = 1\n", ["E111"]),
        ("if True:\n    x = 1\n  # c\n", []),
        ("def f():\n    return locals()\n", []),
        ("def f():\n    __class__\n", ["F821"]),
        ("x: int\nprint(x)\n", ["F821"]),
        ("def f(x=y):\n    pass\ny = 1\n", ["F821"]),
        ("@dec\ndef f(): pass\n", ["F821"]),
        ("def f():\n    '''{zz}'''\n    return f'{zz}'\n", ["F821"]),
        ("def f():\n    # type: ignore\n    return zz  # noqa\n", ["F821"]),
        ("print(WindowsError, __name__, __file__, __path__)\n", []),
    ],
)
def test_names_are_judged_in_the_order_in_which_code_runs_as_pyflakes_does(text: str, codes: list[str]) -> None:
    assert [one.message[:4] for one in lint_of("a.py", text)] == codes


def test_a_package_may_export_the_modules_beside_it() -> None:
    assert [one.line for one in lint_of("shop/a.py", "x = 1\n__all__ = ['till']\n")] == [2]
    assert lint_of("shop/__init__.py", "x = 1\n__all__ = ['till']\n") == []
