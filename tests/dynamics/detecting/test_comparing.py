"""A call of a graph by itself is compared by what it does not share with the call above."""

from __future__ import annotations

import pytest

from studio.dynamics.detecting.comparing import own_text, parts_of
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.verdict import Alarm
from tests.dynamics.building import READER

TRIP = "Organise the summer trip of the choir to Lisbon"
RULES = "Be brief and honest. Use the list of members. Answer in one sentence, and name prices in euros."


def watched(*texts: str) -> tuple[Watch, list[Alarm]]:
    watch = Watch(reader=READER)
    alarms = []
    for at, text in enumerate(texts):
        alarms += watch.enter(f"c{at}", f"c{at - 1}" if at else None, at, text)
    return watch, [alarm for alarm in alarms if alarm.kind == "procrastination"]


def chain(*texts: str) -> int:
    return watched(*texts)[0].procrastination.chain


def test_lines_sentences_and_members_are_parts() -> None:
    assert set(parts_of("Mend the roof. Then rest!\npear, Apple; 3.5")) == {
        "mend the roof", "then rest", "pear", "apple", "3 5",
    }  # fmt: skip
    assert own_text("Be brief.\nMend it.\nBe brief.", parts_of("be brief")) == "Mend it.\nBe brief."


@pytest.mark.parametrize(
    ("text", "restates"),
    [
        (f"{RULES}\n{TRIP}", True),  # the same
        (f"{TRIP}\n{RULES}", True),  # the same, in another order
        (f"{RULES}\nPlan how to organise the choir's summer trip to Lisbon", True),
        (f"{RULES}\nContinue with the work", True),
        (f"{RULES}\n{TRIP}\n{TRIP}", True),
        (f"{RULES}\nSummer in Lisbon", False),  # a part of the matter
        (f"{RULES}\nThe choir", False),
        (f"{RULES}\nAsk Barbosa for 31 seats", False),
        (f"{RULES}\n{TRIP}\nBarbosa offers 31 seats", False),  # what was found is handed down too
        (f"{RULES}", False),  # less
        (TRIP, False),
    ],
)
def test_what_both_are_given_does_not_count(text: str, restates: bool) -> None:
    assert chain(f"{RULES}\n{TRIP}", text) == int(restates)


def test_less_and_the_old_again_is_no_part_of_it() -> None:
    """Else a call that drops and adds a sentence by turns would get on for ever."""
    whole, less = f"{TRIP}. Tell everyone.", TRIP

    assert chain(whole, less, whole, less, whole) > 2
    assert chain("1, 2, 3, 4", "1, 2, 3", "1, 2", "1") == 0


def test_parts_ever_deeper_are_no_descents_without_matter_either() -> None:
    words = ["people", "friends", "children", "women", "men", "girls", "boys", "mothers"]
    texts = [", ".join(words[: 8 - at]) for at in range(8)]

    assert watched(*texts)[1] == []
    assert len(watched(*[f"The {word} of the town" for word in words])[1]) == 1, "the control: four that part nothing"


def test_what_a_call_was_given_may_be_large() -> None:
    text = "\n".join(f"Row {number} of the ledger of Barbosa" for number in range(20_000))

    assert chain(text, text) == 1
