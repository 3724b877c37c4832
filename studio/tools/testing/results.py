"""What became of each test, read out of what a test program prints.

Known are pytest (`-v`, or `-rA` at the end), unittest (`-v`), the Test Anything Protocol, `go test -v`, `cargo test`.
Of a test that is told twice the last word counts; skipped tests are not told at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_SAID: Final = 2_000
_GOOD: Final = frozenset({"PASSED", "XFAIL", "ok", "PASS", "expected failure"})
_BAD: Final = frozenset({"FAILED", "ERROR", "XPASS", "not ok", "FAIL", "unexpected success"})
_FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<how>PASSED|FAILED|ERROR|XFAIL|XPASS) (?P<name>\S+?)(?: - (?P<said>.*))?$",
        r"(?P<name>\S+::.+?) (?P<how>PASSED|FAILED|ERROR|XFAIL|XPASS)(?:\s+\[ *\d+%\])?$",
        r"(?P<name>\w+ \([\w.<>]+\)) \.\.\. (?P<how>ok|FAIL|ERROR|expected failure|unexpected success)$",
        r"(?P<how>ok|not ok) \d+ (?:- )?(?P<name>[^#]+?)\s*(?P<said>#.*)?$",
        r"\s*--- (?P<how>PASS|FAIL): (?P<name>\S+)(?: \(.*\))?$",
        r"test (?P<name>\S+) \.\.\. (?P<how>ok|FAILED)$",
    )
)
_SKIPPED = re.compile(r"#\s*(skip|todo)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: its name as its program tells it, whether it passed, and what it said if not."""

    __test__ = False

    test: str
    passed: bool
    said: str = ""


def results_of(output: str) -> list[TestResult]:
    """Return what became of each test that the output tells of, in order of their first mention."""
    found: dict[str, TestResult] = {}
    for one in _told(output):
        found[one.test] = one
    return list(found.values())


def _told(output: str) -> Iterator[TestResult]:
    for line in output.splitlines():
        for form in _FORMS:
            matched = form.match(line)
            if matched is None:
                continue
            parts = matched.groupdict()
            said = parts.get("said") or ""
            if not _SKIPPED.match(said):
                yield TestResult(parts["name"], parts["how"] in _GOOD, said[:MOST_SAID])
            break
