"""What test programs print is read test by test."""

from __future__ import annotations

import pytest

from studio.tools.testing import results_of

PYTEST = """\
.F                                                                       [100%]
=================================== FAILURES ===================================
E       assert -1 == 5
=========================== short test summary info ============================
PASSED test_a.py::test_one
FAILED test_a.py::test_two[x-1] - assert -1 == 5
ERROR test_b.py - SyntaxError: invalid syntax
1 failed, 1 passed in 0.02s
"""
VERBOSE = "test_a.py::test_one PASSED                 [ 50%]\ntest_a.py::test_two FAILED [100%]\n"
UNITTEST = """\
test_one (test_a.Sums.test_one) ... ok
test_two (test_a.Sums.test_two) ... FAIL
test_three (test_a.Sums.test_three) ... skipped 'later'
"""
GO = "=== RUN   TestAdd\n--- PASS: TestAdd (0.00s)\n    --- FAIL: TestSub/x (0.00s)\nFAIL\n"
CARGO = "running 2 tests\ntest tests::adds ... ok\ntest tests::subs ... FAILED\n"
TAP = "1..3\nok 1 - adds\nnot ok 2 - subs\nok 3 - later # SKIP not yet\n"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (PYTEST, {"test_a.py::test_one": True, "test_a.py::test_two[x-1]": False, "test_b.py": False}),
        (VERBOSE, {"test_a.py::test_one": True, "test_a.py::test_two": False}),
        (UNITTEST, {"test_one (test_a.Sums.test_one)": True, "test_two (test_a.Sums.test_two)": False}),
        (GO, {"TestAdd": True, "TestSub/x": False}),
        (CARGO, {"tests::adds": True, "tests::subs": False}),
        (TAP, {"adds": True, "subs": False}),
        ("Everything is well.\n", {}),
        ("PASSED a::b\nFAILED a::b - later\n", {"a::b": False}),
    ],
    ids=["pytest", "verbose", "unittest", "go", "cargo", "tap", "nothing", "the last word counts"],
)
def test_each_program_is_understood(output: str, told: dict[str, bool]) -> None:
    assert {one.test: one.passed for one in results_of(output)} == told


def test_what_a_failing_test_says_comes_along() -> None:
    assert results_of(PYTEST)[1].said == "assert -1 == 5"
