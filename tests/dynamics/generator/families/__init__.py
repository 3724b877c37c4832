"""Families of phrasing: five to tune by, and three, in files of their own, for testing only."""

from __future__ import annotations

from typing import Final

from tests.dynamics.generator.families.autogpt import AUTOGPT
from tests.dynamics.generator.families.coder import CODER
from tests.dynamics.generator.families.council import COUNCIL
from tests.dynamics.generator.families.records import RECORDS
from tests.dynamics.generator.families.tasklist import TASKLIST
from tests.dynamics.generator.phrasing import Family

TRAINING: Final[tuple[Family, ...]] = (AUTOGPT, TASKLIST, CODER, COUNCIL, RECORDS)


def held_out() -> Family:
    """Return the family that is never tuned by. Its file is read here and nowhere else."""
    from tests.dynamics.generator.families.heldout_for_testing_only import HELD_OUT

    return HELD_OUT


def second_held_out() -> Family:
    """Return another family that is never tuned by, written later, when the analyser had met the first."""
    from tests.dynamics.generator.families.heldout_second_for_testing_only import SECOND_HELD_OUT

    return SECOND_HELD_OUT


def third_held_out() -> Family:
    """Return a third family that is never tuned by, written when the analyser had met the first two."""
    from tests.dynamics.generator.families.heldout_third_for_testing_only import THIRD_HELD_OUT

    return THIRD_HELD_OUT
