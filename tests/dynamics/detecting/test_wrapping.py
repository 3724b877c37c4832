"""A goal above in a new wrapping is no new matter; the same names elsewhere are."""

from __future__ import annotations

import pytest

from studio.dynamics.detecting.watch import Watch
from studio.dynamics.detecting.wrapping import bare, holds, words_of
from studio.dynamics.exchange.run import Goal
from tests.dynamics.building import READER

TRIP = "Organise the summer trip of the choir to Lisbon"
WRAPPED = (
    f'hand_over <<< "{TRIP}"',
    f'queue.push({{"to": {{"kind": "sub_agent"}}, "errand": "{TRIP}"}})',
    f"@zorlan please {TRIP}",
    f"<errand by='zorlan'>{TRIP}</errand>",
    f'agents.zorlan "{TRIP}"',
    f"[assigned_to=zorlan] {TRIP}",
    f"errand_text: {TRIP}",
    f"/zorlan {TRIP}",
    f"{TRIP} [v2]",
    f"[redo] {TRIP}",
    f"{TRIP}, V12",
    f"{TRIP}, step 1",
)


def chain(*texts: str) -> Watch:
    watch = Watch(reader=READER)
    for at, text in enumerate(texts):
        watch.open_goal(Goal(f"g{at}", text, f"g{at - 1}" if at else None, at))
    return watch


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_wrapping_around_the_goal_above_says_nothing_new(wrapped: str) -> None:
    assert chain(TRIP, wrapped).procrastination.chain == 1


def test_wrappings_that_change_from_goal_to_goal_make_one_chain() -> None:
    assert chain(TRIP, *WRAPPED).procrastination.chain == len(WRAPPED)


@pytest.mark.parametrize(
    "child",
    [
        f"Book seats 17 to 40: {TRIP}",
        f"bus/offers.txt: {TRIP}",
        f"seats[17] {TRIP}",
        f"ticketOffice: {TRIP} by way of Porto and Faro",
        'queue.push({"errand": "ask Barbosa for 31 seats"})',
        f"{TRIP}, bus 1",
        "choir_bus: The summer trip of the choir to Lisbon",
    ],
)
def test_a_thing_that_is_named_beside_the_goal_above_or_without_it_is_new_matter(child: str) -> None:
    assert chain(TRIP, child).procrastination.chain == 0


def test_a_goal_about_an_identifier_keeps_it_where_it_is_first_named() -> None:
    first = "mend use_store: the cache is stale"

    assert chain("Make the shop fast", first).procrastination.chain == 0
    assert chain(first, "run(mend use_store: the cache is stale)").procrastination.chain == 1


@pytest.mark.parametrize(
    ("child", "chained"),
    [
        ("handle_task", 1),
        ("executeNextStep", 1),
        ("resolve_subgoal", 1),
        ("user_login", 0),  # two words of matter
        ("handle_zorlan", 0),  # a name
        ("handle_task_17", 0),
    ],
)
def test_a_name_made_of_words_without_matter_names_nothing(child: str, chained: int) -> None:
    assert chain(TRIP, child).procrastination.chain == chained


def test_what_is_taken_off_and_what_is_sought_is_bounded() -> None:
    assert bare("x" * 50_000) == "x" * 10_000
    assert not holds(words_of("the trip"), words_of("the trip of the choir"))
    assert holds(words_of('The "trip", of'), words_of("tell: THE TRIP OF the choir"))
    assert not holds("", words_of(TRIP))
