"""Faults of syntax are found in each language, and of two versions only those that came in are told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studio.nodes.code.check import Check
from studio.tools.syntax import faults_of, new_faults
from tests.support.fake_context import present, run_node

GOOD = {
    "a.py": "def f(x):\n    return x\n",
    "a.js": "const f = (x) => x;\n",
    "a.ts": "const f = (x: number): number => x;\n",
    "a.tsx": "const f = () => <p>x</p>;\n",
    "a.go": "package a\n\nfunc F() int { return 1 }\n",
    "a.rs": "fn f() -> i32 { 1 }\n",
    "a.java": "class A { int f() { return 1; } }\n",
    "a.c": "int f(void) { return 1; }\n",
    "a.cpp": "template <class T> T f(T x) { return x; }\n",
    "a.json": '{"a": [1, 2]}\n',
    "a.txt": "((((",
}
BAD = {
    "a.py": "def f(x:\n    return x\n", "a.js": "const f = (x) => { x;\n", "a.ts": "const f = (x: ) => x;\n",
    "a.go": "package a\n\nfunc F() int { return 1\n", "a.rs": "fn f() -> i32 { 1 \n",
    "a.java": "class A { int f() { return 1 } }\n", "a.c": "int f(void) { return 1 }\n",
    "a.cpp": "template <class T T f(T x) { return x; }\n", "a.json": '{"a": [1, 2}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_code_that_can_be_parsed_has_no_fault(name: str) -> None:
    assert faults_of(name, GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_code_that_cannot_has_one_with_its_place(name: str) -> None:
    text = BAD[name]

    found = faults_of(name, text)

    assert found
    assert 1 <= found[0].line <= text.count("\n") + 1
    assert found[0].message


def test_only_new_faults_are_told_wherever_lines_moved() -> None:
    before = {"a.js": "let = = 1;\nlet b = 1;\n"}

    assert new_faults(before, {"a.js": "// more\n\nlet = = 1;\nlet b = 1;\n"}) == []
    (new,) = new_faults(before, {"a.js": "let = = 1;\nlet b = (1;\n"})
    assert new.line == 2


def test_nothing_is_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"

    assert faults_of("a.py", f"@open({str(canary)!r}, 'w')\ndef f(x=open({str(canary)!r}, 'w')): ...\n") == []

    assert not canary.exists()


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.json", "a.c", "a.rs"])
@pytest.mark.parametrize("text", ["(" * 100_000, "[" * 100_000, "a" * 2_000_001, "x = " + "-" * 100_000 + "1", "a\0b"])
def test_hostile_code_is_a_fault_or_none_and_no_crash(name: str, text: str) -> None:
    begun = time.perf_counter()
    faults_of(name, text)
    assert time.perf_counter() - begun < 10


async def test_the_gate_lets_what_is_no_worse_pass_and_says_what_is() -> None:
    files = {"a.py": "def f(:\n", "b.txt": "("}

    bad = await run_node(Check, {}, {"files": files})
    same = await run_node(Check, {}, {"files": files, "before": files})

    assert (bad.ok, bad.checked, bad.problems) == (False, 1, "a.py:1:7: invalid syntax: def f(:")
    assert same.ok
    assert "problems" not in present(same)
