"""What hypothesis draws hangs on the test alone.

By itself it reads the sources of all modules of the product that are imported, and draws from the constants in them now
and then: the same test would be tried with other examples by itself than among all, or behind a test that imports one
module more, and what fails on a build server would not fail again at a desk. To read them takes each process of tests
four seconds besides. Who explores draws from them all the same: see tests/conftest.py.
"""

from __future__ import annotations

from hypothesis.internal.conjecture import providers


def draw_from_the_test_alone() -> None:
    """Draw from no constants of the product's sources in this process. Raises AttributeError if hypothesis keeps them
    elsewhere by now; to do without this function is then right until it is found again."""
    empty = providers._local_constants
    if not callable(providers._get_local_constants):
        raise AttributeError("hypothesis keeps the constants of sources elsewhere")
    providers._get_local_constants = lambda: empty
