"""Families of phrasing: seven to tune by, and four, in files of their own, for testing only."""

from __future__ import annotations

from typing import Final

from tests.dynamics.generator.families.autogpt import AUTOGPT
from tests.dynamics.generator.families.coder import CODER
from tests.dynamics.generator.families.council import COUNCIL
from tests.dynamics.generator.families.json_speech import JSON_SPEECH
from tests.dynamics.generator.families.records import RECORDS
from tests.dynamics.generator.families.tasklist import TASKLIST
from tests.dynamics.generator.families.terse_log import TERSE_LOG
from tests.dynamics.generator.phrasing import Family

TRAINING: Final[tuple[Family, ...]] = (AUTOGPT, TASKLIST, CODER, COUNCIL, RECORDS, TERSE_LOG, JSON_SPEECH)


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


def kept() -> dict[str, Family]:
    """Return all families that are not tuned by, under the names that reports give them."""
    from tests.dynamics.generator.families.essayist_for_testing_only import ESSAYIST

    return {
        "held_out": held_out(),
        "second_held_out": second_held_out(),
        "third_held_out": third_held_out(),
        "essayist": ESSAYIST,
    }
