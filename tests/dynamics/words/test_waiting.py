"""What is about waiting is told by the small words of the language, whatever is waited for and however it is called."""

from __future__ import annotations

import time

import pytest

from studio.dynamics.words.waiting import is_about_waiting
from tests.dynamics.building import READER

WAITS = (
    "The customs declaration has yet to surface.",
    "Not a word out of customs so far.",
    "The surveyor hasn't called back.",
    "Shipment 88 hasn't left the depot.",
    "The committee has not voted.",
    "No sign of the courier.",
    "Nothing back from the lab as of now.",
    "Checking on the kiln again, not there yet.",
    '{"done": false, "message": "kiln 3"}',
    "The kiln is still heating up.",
    "Your invoice is being reviewed by accounting.",
    "The transcript is on its way.",
    "The declaration is in limbo at customs.",
    "Ticket OPS-12 sits with the network team.",
    "The scan is taking longer than expected.",
    "Pipeline 7731: stage deploy_preview executing",
    '{"run": 7731, "state": "in_progress"}',
    '{"state": "awaiting_approval", "by": "finance"}',
    "status=RUNNING exit=-",
    "We can't go on until the auditor signs.",
    "Once the lab gets back to us we can move.",
    "The parcel will be here any minute now.",
    "Bear with me while the data loads.",
    "Let's give the vendor some more time.",
    "Expecting the sample from the lab.",
)
WORK = (
    "We still need to draw up the guest list.",
    "I have not checked the harbour permits, so I will check them now.",
    "I am still comparing the two berth catalogues.",
    "The result is incomplete: the menu has no place in the plan.",
    "No duplicates found in orders.csv.",
    "File timetable.py has no function named parse.",
    "Iterate on the layout until the tests pass.",
    "I am running the linter over timetable.py.",
    "Building the index of the archive.",
    "The error lies in line 4 of the pipeline.",
    "The second paragraph does not follow from the first.",
    "Look again at the guest list.",
    "The budget is still too high.",
    "Set the timeout to 30 and retry the upload.",
)


@pytest.mark.parametrize("text", WAITS)
def test_these_are_about_waiting(text: str) -> None:
    assert READER.read(text).waiting


@pytest.mark.parametrize("text", WORK)
def test_these_are_about_work(text: str) -> None:
    assert not READER.read(text).waiting


def test_a_long_text_needs_more_than_one_turn() -> None:
    berths = "the berths of Alvik, Borg and Dalhem by depth, price and shelter"
    once = READER.read(f"The tide table is not ready; compare {berths}.")
    often = READER.read(f"The tide table is not ready, the survey is still being made, until it arrives: {berths}.")

    assert READER.read("The tide table is not ready.").waiting
    assert not once.waiting
    assert len(often.content) >= len(once.content)
    assert often.waiting


@pytest.mark.parametrize("text", ["not " * 4000, "still a-" * 2000, "until " * 2700, "a'" * 8000 + " not", "x" * 16000])
def test_no_text_takes_long(text: str) -> None:
    begin = time.process_time()

    is_about_waiting(text, text.split(), frozenset("a"))

    assert time.process_time() - begin < 1
