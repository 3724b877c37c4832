"""Running the tests of a repository in a copy of it, and reading what became of each."""

from studio.tools.testing.results import TestResult, results_of
from studio.tools.testing.running import Tested, run_tests

__all__ = ["TestResult", "Tested", "results_of", "run_tests"]
