"""Runs Python tests in the current folder: a program of its own, started in a copy of a repository.

    python -P runner.py RESULTS [FILE…]

Test files are `test_*.py` and `*_test.py`, or those named.  Each is imported; what counts are functions `test_*`,
methods of `unittest.TestCase`, methods `test_*` of classes `Test*`, and a file without any of these as one test: it
passes if it can be run.  Where a file needs pytest (fixtures, marks, a `conftest.py`), pytest runs all of them, without
plugins of others.  RESULTS is a file that is made at the end, with a JSON list of `[name, passed, what it said]`: what
tests print, and how much, makes no difference, and its name is kept from them.

It imports nothing of the studio: it runs where only Python is.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SKIPPED_FOLDERS = {"node_modules", "venv", ".venv", "build", "dist", "__pycache__", ".git", ".tox"}
MOST_SAID = 2_000
Result = tuple[str, bool, str]


def main(results: Path, names: list[str]) -> None:
    """Run the tests and write down what became of them."""
    here = Path.cwd()
    sys.path[:0] = [str(here), *(str(here / name) for name in ("src", "lib") if (here / name).is_dir())]
    files = [name for name in names if (here / name).is_file()] if names else list(test_files(here))
    found = with_pytest(files) if needs_pytest(here, files) else [one for name in files for one in of_file(here, name)]
    told_last = [[name, passed, said[-MOST_SAID:]] for name, passed, said in found]
    with results.open("x", encoding="utf-8") as file:  # what was put there by somebody else does not count
        json.dump(told_last, file)


def test_files(top: Path) -> Iterator[str]:
    """Yield the names of the test files, in order."""
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py")):
                yield (Path(folder) / name).relative_to(top).as_posix()


def needs_pytest(top: Path, files: list[str]) -> bool:
    """Whether one of the files can be run by pytest only; if it is not installed these tests fail and say so."""
    if importlib.util.find_spec("pytest") is None:
        return False
    texts = [(top / name).read_text(encoding="utf-8", errors="replace") for name in files]
    return any("pytest" in text for text in texts) or any(
        (folder / "conftest.py").is_file() for name in files for folder in (top / name).parents if folder >= top
    )


def of_file(top: Path, name: str) -> Iterator[Result]:
    """Yield what becomes of the tests of one file."""
    module_name = name.removesuffix(".py").replace("/", ".")
    folder = str((top / name).parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location(module_name, top / name)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    except unittest.SkipTest:
        return
    except BaseException as error:  # noqa: BLE001 - whatever a test raises, also SystemExit, is what it says
        yield name, False, told(error)
        return
    tests = list(tests_of(module))
    if not tests:
        yield name, True, ""
    for test, call in tests:
        try:
            call()
        except unittest.SkipTest:
            continue
        except BaseException as error:  # noqa: BLE001
            yield f"{name}::{test}", False, told(error)
        else:
            yield f"{name}::{test}", True, ""


def told(error: BaseException) -> str:
    """Return what a test raised as Python shows it, without the frames of this file."""
    shown = traceback.TracebackException.from_exception(error)
    shown.stack[:] = [frame for frame in shown.stack if frame.filename != __file__]
    return "".join(shown.format())


def tests_of(module: Any) -> Iterator[tuple[str, Any]]:
    """Yield the tests of a module in the order they stand in it: their names, and how each is called."""
    for name, value in list(vars(module).items()):
        if inspect.isclass(value) and issubclass(value, unittest.TestCase):
            for method in unittest.defaultTestLoader.getTestCaseNames(value):
                yield f"{name}::{method}", lambda case=value, method=method: of_case(case(method))
        elif inspect.isclass(value) and name.startswith("Test") and value.__module__ == module.__name__:
            for method, function in list(vars(value).items()):
                if method.startswith("test") and inspect.isfunction(function):
                    yield f"{name}::{method}", lambda owner=value, method=method: of_method(owner, method)
        elif inspect.isfunction(value) and name.startswith("test"):
            yield name, lambda function=value: of_function(function)


def of_function(function: Any) -> None:
    """Call a test; one with parameters needs pytest."""
    if any(one.default is one.empty for one in inspect.signature(function).parameters.values()):
        raise RuntimeError("this test takes fixtures: it needs pytest, which is not installed here")
    made = function()
    if inspect.iscoroutine(made):
        import asyncio

        asyncio.run(made)


def of_method(owner: Any, name: str) -> None:
    """Call a method of a fresh object, with `setup_method` before and `teardown_method` after it, as pytest does."""
    made = owner()
    if hasattr(made, "setup_method"):
        made.setup_method(getattr(made, name))
    try:
        of_function(getattr(made, name))
    finally:
        if hasattr(made, "teardown_method"):
            made.teardown_method(getattr(made, name))


def of_case(case: unittest.TestCase) -> None:
    """Run one test of unittest, and raise what it did not like."""
    result = unittest.TestResult()
    unittest.TestSuite([case]).run(result)
    for _, said in (*result.errors, *result.failures):
        raise AssertionError(said)
    if result.unexpectedSuccesses:
        raise AssertionError("this test was expected to fail")
    if result.skipped:
        raise unittest.SkipTest(result.skipped[0][1])


class Report:
    """A plugin of pytest that notes what becomes of each test."""

    def __init__(self) -> None:
        self.found: dict[str, Result] = {}

    def pytest_collectreport(self, report: Any) -> None:
        """A file that cannot be imported is a test that failed; one without tests in it is one that passed."""
        if report.nodeid.endswith(".py") and (report.failed or (report.passed and not report.result)):
            self.found[report.nodeid] = (report.nodeid, report.passed, str(report.longrepr or ""))

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Setting up and tearing down count as well as the test itself."""
        if report.failed or (report.when == "call" and report.passed):
            known = self.found.get(report.nodeid)
            if known is None or known[1]:
                self.found[report.nodeid] = (report.nodeid, not report.failed, str(report.longrepr or ""))


def with_pytest(files: list[str]) -> list[Result]:
    """Run the files by pytest, which is installed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest

    report = Report()
    pytest.main(
        ["-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=", "--rootdir=.", *files], plugins=[report]
    )
    return list(report.found.values())


if __name__ == "__main__":
    place, *files = sys.argv[1:]
    sys.argv[1:] = []
    main(Path(place).absolute(), files)
