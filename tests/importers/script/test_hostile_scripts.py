"""Scripts of strangers: read within bounds or refused in a sentence, and never executed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.importers.script import read_script, read_script_text
from studio.support.errors import GraphError, StudioError
from tests.support.thorough import thorough_but

MARK = """\
import pathlib
pathlib.Path({mark!r}).touch()
from studio import Graph

class Evil:
    open({mark!r}, "w")

def x(effect=open({mark!r}, "w")) -> "open({mark!r}, 'w')":
    pass

def graph() -> Graph:
    graph = Graph("x", about=f"{{open({mark!r}, 'w')}}")
    return graph
"""
SUBTLE = """\
from studio import Graph
import pathlib

ABOUT = pathlib.Path({mark!r}).touch()
class Evil:
    about = open({mark!r}, "w")

def other(effect=open({mark!r}, "w")) -> str:
    return ""

def graph() -> Graph:
    graph = Graph("x")
    return graph
"""


@pytest.mark.parametrize("text", [MARK, SUBTLE], ids=["refused", "read"])
def test_opening_a_script_executes_nothing_of_it(text: str, tmp_path: Path) -> None:
    script, mark = tmp_path / "x.py", tmp_path / "mark"
    script.write_text(text.format(mark=str(mark)))

    try:
        opened = read_script(script)
    except GraphError as error:
        told = error.where
    else:
        told = opened.graph.name
    assert told == (f"{script}:2" if text is MARK else "x")

    assert not mark.exists()
    # What the test would miss otherwise: importing the script leaves its mark.
    subprocess.run([sys.executable, "-c", "import x"], cwd=tmp_path, check=True)
    assert mark.exists()


def test_opening_a_script_imports_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "studio_evil.py").write_text("raise SystemExit('imported')\n")
    (tmp_path / "x.py").write_text("from studio import Graph\nimport studio_evil\ndef x():\n    return Graph('x')\n")
    code = (
        "import sys\nfrom studio.importers.script import read_script\nfrom pathlib import Path\n"
        "sys.path.insert(0, '.')\nread_script(Path('x.py'))\nassert 'studio_evil' not in sys.modules\n"
        "print('read', flush=True)\nimport x\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout == "read\n", done.stderr
    assert done.stderr == "imported\n"  # so it was there to be imported


HEAD = "from studio import Graph\ndef x():\n    graph = Graph('x')\n"
TAIL = "from studio import Graph, run\n"


def doubled(first: str, step: str, times: int = 60) -> str:
    """Return constants each of which is made of the one before it, twice."""
    return "\n".join([f"A0 = {first}", *(f"A{n} = " + step.replace("_", f"A{n - 1}") for n in range(1, times))]) + "\n"


BOMBS = {
    "brackets": "x = " + "[" * 5000 + "]" * 5000,
    "parentheses": "x = " + "(" * 150 + ")" * 150,
    "sum": "x = " + "+".join(["1"] * 200_000),
    "minus": "x = " + "-" * 100_000 + "1",
    "not": "x = " + "not " * 100_000 + "1",
    "attributes": "x = a" + ".b" * 100_000,
    "calls": "x = a" + "()" * 100_000,
    "lambdas": "x = " + "lambda: " * 50_000 + "1",
    "choices": "x = " + "1 if 1 else " * 50_000 + "1",
    "power": "x = " + "2 ** " * 50_000 + "2",
    "await": "async def f():\n    " + "await " * 50_000 + "x",
    "elif": "if 1: pass\n" + "elif 1: pass\n" * 50_000,
    "indents": "".join(" " * n + "if 1:\n" for n in range(90)) + " " * 90 + "pass",
    "strings": "x = " + "'a' " * 300_000,
    "commas": "x = [" + "1," * 900_000 + "]",
    "digits": "x = " + "9" * 1_000_000,
    "f-strings": "x = " + 'f"{' * 100,
    "null": "x = 1\0",
    "unclosed": "x = '''" + "\n" * 500_000,
    "decorators": "@a\n" * 50_000 + "def f(): pass",
    "targets": "a = " * 50_000 + "1",
    "comments": "# x\n" * 900_000,
    "laughs": TAIL + doubled("['x', 'x']", "[_, _]") + "def x():\n    return Graph('x', layout={'a': A59})",
    "long texts": TAIL + doubled("'xx'", "_ + _") + "def x():\n    return Graph(A59)",
    "formatted": TAIL + doubled("'xx'", "f'{_}{_}'") + "def x():\n    return Graph(A59)",
    "functions": TAIL
    + "\n".join(f"def f{n}():\n" + f"    a = f{n + 1}()\n" * 9 + "    return a" for n in range(15))
    + "\ndef f15():\n    return Graph('x')\nrun(f0)",
    "depth": TAIL
    + "\n".join(f"def f{n}():\n    return f{n + 1}()" for n in range(500))
    + "\ndef f500():\n    return Graph('x')\nrun(f0)",
    "recursion": TAIL + "def x():\n    graph = Graph('x')\n    graph.add_graph('y', x())\n    return graph",
    "loops": HEAD
    + "".join("    " * (n + 1) + f"for a{n} in {list(range(100))}:\n" for n in range(6))
    + "    " * 7
    + "pass\n    return graph",
    "nodes": HEAD
    + f"    for a in {list(range(200))}:\n        for b in {list(range(200))}:\n"
    + "            graph.add('t', f'n{a}_{b}')\n    return graph",
    "methods": TAIL + "x = ''" + ".strip()" * 90 + "\ndef y():\n    return Graph(x)",
}


LONG = {"comments", "functions", "commas", "digits"}
"""Scripts that take a second each, as long as all others together; those are tried in a thorough run."""


@pytest.mark.parametrize("name", thorough_but(lambda name: name not in LONG, BOMBS))
def test_a_script_that_costs_too_much_is_refused_in_good_time(name: str) -> None:
    begin = time.perf_counter()

    if name == "methods":  # deep, and harmless
        read_script_text(BOMBS[name])
    else:
        with pytest.raises(GraphError) as refused:
            read_script_text(BOMBS[name])
        assert len(str(refused.value)) < 500

    assert time.perf_counter() - begin < 20


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"# -*- coding: utf-7 -*-\nx = 1\n", "says that it is written in `utf-7`"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=rot13 :\n", "says that it is written in `rot13`"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "says that it is written in `latin-1`"),
        (b"x = '\xff'\n", "is not UTF-8 text"),
        (b"x = 1\n\0", "holds a null character"),
        (b"#" * 11_000_000, "larger than 10 MB"),
    ],
    ids=range(6),
)
def test_bytes_that_are_no_plain_text_are_refused(data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(data)

    with pytest.raises(GraphError, match=why):
        read_script(tmp_path / "x.py")


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.py", tmp_path):
        with pytest.raises(StudioError):
            read_script(path)


def test_lines_end_as_python_ends_them() -> None:
    text = "from studio import Graph\r\ndef x():\r\n    return Graph('x', about='''a\r\nb''')\r\n"

    assert read_script_text(text).graph.about == "a\nb"
