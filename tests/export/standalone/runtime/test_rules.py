"""The tests of the rules of the design and its conformance graphs, written for the engine, played by scripts.

They are the very same tests: what they ask for is `play`, which here is the runtime of scripts (`conftest`).
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

from tests.engine import (
    test_conformance,
    test_rules_concurrency,
    test_rules_ends,
    test_rules_errors,
    test_rules_joins,
    test_rules_liveness,
    test_rules_regions,
    test_rules_stores,
    test_rules_time,
)

SOURCES = (
    test_conformance, test_rules_concurrency, test_rules_ends, test_rules_errors, test_rules_joins,
    test_rules_liveness, test_rules_regions, test_rules_stores, test_rules_time,
)  # fmt: skip


def played(module: ModuleType) -> dict[str, Any]:
    """Return the tests of a module that play graphs and need nothing of the engine."""
    tests = {name: test for name, test in vars(module).items() if name.startswith("test_") and inspect.isfunction(test)}
    return {name: test for name, test in tests.items() if "play" in inspect.signature(test).parameters}


for source in SOURCES:
    globals().update(played(source))


def test_the_rules_are_there_in_number() -> None:
    assert sum(len(played(source)) for source in SOURCES) > 100
