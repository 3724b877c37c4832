"""Our own runner of Python tests runs functions, unittest, mere files, and what needs pytest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from studio.tools.testing import Tested, run_tests
from tests.support.workspaces import BareCommands

FILES = {
    "test_functions.py": """
import unittest
def test_good(): pass
def test_bad(): assert 1 == 2
def helper(): raise SystemExit
async def test_later(): raise ValueError("async")
def test_skipped(): raise unittest.SkipTest("x")
""",
    "test_unit.py": """
import unittest
class Sums(unittest.TestCase):
    def setUp(self): self.x = 1
    def test_good(self): self.assertEqual(self.x, 1)
    def test_bad(self): self.assertEqual(self.x, 2)
    @unittest.skip("later")
    def test_skipped(self): pass
""",
    "test_class.py": """
class TestSums:
    def setup_method(self, method): self.x = 1
    def test_x(self): assert self.x == 1
""",
    "inner/test_file.py": "assert 1 + 1 == 2\nprint('said')\n",
    "inner/broken_test.py": "def f(:\n",
    "test_exit.py": "import sys\nsys.exit(3)\n",
    "node_modules/test_not.py": "assert False\n",
    "src/pack.py": "VALUE = 1\n",
    "test_source.py": "from pack import VALUE\ndef test_value(): assert VALUE == 1\n",
}
EXPECTED = {
    "inner/broken_test.py": False, "inner/test_file.py": True, "test_class.py::TestSums::test_x": True,
    "test_exit.py": False, "test_functions.py::test_good": True, "test_functions.py::test_bad": False,
    "test_functions.py::test_later": False, "test_source.py::test_value": True,
    "test_unit.py::Sums::test_bad": False, "test_unit.py::Sums::test_good": True,
}  # fmt: skip


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


async def run_here(folder: Path, command: str, only: list[str] | None) -> Tested:
    commands: Any = BareCommands()
    return await run_tests(commands, folder, command, only, limit_s=60, memory_mb=2048)


async def test_all_kinds_of_tests_are_run_and_told(tmp_path: Path) -> None:
    done = await run_here(lay(tmp_path, FILES), "", None)

    said = {one.test: one.said for one in done.results}
    assert {one.test: one.passed for one in done.results} == EXPECTED
    assert "assert 1 == 2" in said["test_functions.py::test_bad"]
    assert str(tmp_path) not in "".join(said.values())
    assert "runner.py" not in "".join(said.values())


async def test_only_some_tests_are_run_and_one_that_is_not_there_has_failed(tmp_path: Path) -> None:
    only = ["test_unit.py::Sums::test_good", "test_functions.py", "test_none.py", "test_unit.py::gone"]

    done = await run_here(lay(tmp_path, FILES), "", only)

    told = {one.test: one.passed for one in done.results}
    assert told["test_unit.py::Sums::test_good"] is True
    assert told["test_functions.py::test_bad"] is False
    assert (told["test_none.py"], told["test_unit.py::gone"]) == (False, False)
    assert "test_unit.py::Sums::test_bad" not in told


async def test_what_needs_pytest_is_run_by_it(tmp_path: Path) -> None:
    pytest.importorskip("pytest")
    files = {
        "test_a.py": "import pytest\n@pytest.mark.parametrize('x', [1, 2])\ndef test_x(x, tmp_path): assert x == 1\n",
        "test_b.py": "assert True\n",
        "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    }
    done = await run_here(lay(tmp_path, files), "", None)

    told = {one.test: one.passed for one in done.results}
    assert told == {"test_a.py::test_x[1]": True, "test_a.py::test_x[2]": False, "test_b.py": True}


async def test_a_command_is_one_test_unless_its_output_tells_more(tmp_path: Path) -> None:
    async def told(command: str, only: list[str] | None = None) -> dict[str, bool]:
        done = await run_here(tmp_path, command, only)
        return {one.test: one.passed for one in done.results}

    assert await told("exit 1") == {"exit 1": False}
    assert await told("true") == {"true": True}
    assert await told("echo 'ok 1 - a'; echo 'not ok 2 - b'; exit 1") == {"a": True, "b": False}
    assert await told("echo 'ok 1 - a'", ["a", "c"]) == {"a": True, "c": False}


async def test_a_program_that_kills_the_runner_fails_all(tmp_path: Path) -> None:
    lay(tmp_path, {"test_a.py": "import os\nos._exit(7)\n"})

    done = await run_here(tmp_path, "", None)

    assert [(one.test, one.passed) for one in done.results] == [("the tests", False)]
    assert "exit code 7" in done.results[0].said


async def test_what_tests_print_is_no_result_however_much_it_is(tmp_path: Path) -> None:
    forged = "import json, sys\ndef test_a():\n    print(sys.argv, flush=True)\n    assert len(sys.argv) == 1\n"
    lay(tmp_path, {"test_a.py": forged, "test_b.py": "print('x' * 5_000_000)\n", "test_c.py": "assert False\n"})

    done = await run_here(tmp_path, "", None)

    assert {one.test: one.passed for one in done.results} == {
        "test_a.py::test_a": True, "test_b.py": True, "test_c.py": False,
    }  # fmt: skip
    assert sorted(os.listdir(tmp_path)) == ["test_a.py", "test_b.py", "test_c.py"]  # noqa: PTH208


@pytest.mark.parametrize("told", ["no json", "[1]", "x" * 100, '[["a", true]]'])
async def test_results_that_cannot_be_read_are_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """Code that is tested shares the program of its tests: what it leaves there may be anything."""
    monkeypatch.setattr("studio.tools.testing.running.MOST_RESULT_BYTES", 50)
    lay(tmp_path, {"test_a.py": f"import json\njson.dump = lambda _, file: file.write({told!r})\n"})

    done = await run_here(tmp_path, "", None)

    assert [(one.test, one.passed) for one in done.results] == [("the tests", False)]
