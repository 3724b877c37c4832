"""Runs as strangers write them: waits, polls, circles and work that are easily taken for each other.

What each must be called follows from section 6 of the dynamics notes; where two verdicts are as good, both are named.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import pytest

from studio.dynamics.analysis import analyse
from studio.dynamics.exchange.run import Event, Module, Run
from studio.dynamics.verdict import Alarm, Verdict
from tests.dynamics.building import READER

GOAL: Final = "Ship release 4.2 of the ferry timetable service"
MODULES: Final = {
    "planner": "llm", "coder": "llm", "shell": "tool", "boss": "human", "bell": "timer",
}  # fmt: skip
Line = tuple[str, Any]
WORK: Final[Sequence[Line]] = (
    ("planner", "Release 4.2 of the ferry timetable service needs a green pipeline before noon"),
    ("coder", "I rewrote parse_departures() in timetable.py so that midnight crossings keep their date"),
    ("shell", "timetable.py: 212 lines, 14 tests in test_departures.py"),
    ("coder", "Pushed branch fix/midnight with the new parse_departures and two tests for Gotland sailings"),
)
RELEASED: Final[Sequence[Line]] = (
    ("shell", "Pipeline 7731 passed, artefact ferry-4.2.tar.gz, coverage 91.4 percent"),
    ("coder!", "Tagging v4.2 with ferry-4.2.tar.gz and announcing it to the harbour office"),
    ("planner", "Release 4.2 is out; coverage 91.4 percent goes into the changelog for Gotland"),
)
CUT: Final[Sequence[Line]] = (
    ("boss", "Yes, cut it, and tell Visby"),
    ("coder!", "Removed the 23:50 sailing from sailings.csv"),
    ("planner", "Visby harbour is told that the 23:50 sailing is cut"),
)
PARISHES: Final = (
    "Alvik",
    "Borg",
    "Dalhem",
    "Eke",
    "Fide",
    "Garda",
    "Havdhem",
    "Klinte",
    "Lau",
    "Othem",
    "Rone",
    "Tofta",
)


def verdict(lines: Sequence[Line], *, gap: int = 1, t_end: int = 0, error: str = "") -> Verdict:
    """Return what is said of a run; "coder!" is a coder who writes, and the output `error` is a failure."""
    events = tuple(
        Event(
            at * gap, name.rstrip("!"), out,
            effect="write" if name.endswith("!") else None, err="" if error and out == error else None,
        )
        for at, (name, out) in enumerate(lines)
    )  # fmt: skip
    modules = tuple(Module(name, kind) for name, kind in MODULES.items())
    return analyse(Run("r", GOAL, modules, (), events, False, t_end or events[-1].t), reader=READER)


def stops(found: Verdict) -> list[Alarm]:
    return [alarm for alarm in found.alarms if alarm.level == "stop"]


def turns(count: int, *round_: Line) -> list[Line]:
    return list(round_) * count


def drawn(count: int, speakers: Sequence[str], texts: Sequence[str]) -> list[Line]:
    choice = random.Random(1)
    return [(speakers[at % len(speakers)], choice.choice(texts)) for at in range(count)]


ASK: Final = ("coder", "Let me see how pipeline 7731 is getting on")
STAGE: Final = ("shell", "Pipeline 7731: stage deploy_preview executing")
LOOKS: Final = (
    "Alright, it would be sensible to take another look at how the deployment of pipeline 7731 is coming along first.",
    "Before I touch anything else, I had better look in on pipeline 7731 and see whether the deployment got through.",
    "Let me go and peek at the deployment of pipeline 7731 once more, since everything else depends on it.",
)
LONG_STAGE: Final = (
    "The deployment of pipeline 7731 has been taken on by a runner and is working its way through the stages; there is "
    "no verdict to report at this point."
)
POLLS: Final[dict[str, list[Line]]] = {
    "a pipeline is asked after ten times": turns(10, ASK, STAGE),
    "the same without anybody who says that he asks": turns(10, STAGE),
    "a call and its answer as values": turns(
        10,
        ("coder", {"tool": "get_run", "args": {"run": 7731}}),
        ("shell", {"run": 7731, "conclusion": None, "phase": "RUNNING"}),
    ),
    "the same with a thought and a runner": turns(
        10,
        ("coder", {"thought": "I will look at the pipeline again", "tool": "get_run", "args": {"run": 7731}}),
        ("shell", {"run": 7731, "conclusion": None, "phase": "EXECUTING", "runner": "hk-3"}),
    ),
    "percents go up": [
        line for at in range(20) for line in (ASK, ("shell", f"Pipeline 7731: {5 * at} percent of preview"))
    ],
    "an upload is watched": [("shell", f"Upload of ferry-4.2.tar.gz: {90 - 3 * at} MB remaining") for at in range(30)],
    "much is said about asking": [
        line for at in range(9) for line in (("coder", LOOKS[at % 3]), ("shell", LONG_STAGE))
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", list(POLLS))
def test_a_poll_that_ends_is_work_and_is_not_stopped(name: str) -> None:
    found = verdict([*WORK, *POLLS[name], *RELEASED])

    assert found.kind == "productive"
    assert stops(found) == []


def test_a_pipeline_polled_for_forty_ticks_that_then_passes_is_work() -> None:
    found = verdict([*WORK, *turns(20, ASK, STAGE), *RELEASED])

    assert found.kind == "productive"
    assert {alarm.kind for alarm in stops(found)} <= {"waiting"}


def test_a_person_who_is_asked_three_times_and_answers_is_work() -> None:
    asks = (
        "Boss, may we cut the 23:50 sailing from the timetable?",
        "Boss, did you see my question about the 23:50 sailing?",
        "Boss, a third time: does the 23:50 sailing go?",
    )
    found = verdict([*WORK, *(("planner", ask) for ask in asks), *CUT], gap=2)

    assert found.kind == "productive"
    assert found.alarms == ()


def test_a_person_who_puts_one_off_eight_times_and_answers_is_work() -> None:
    put_off = turns(8, ("planner", "May we cut the 23:50 sailing?"), ("boss", "Give me a moment"))
    found = verdict([*WORK, *put_off, *CUT])

    assert found.kind == "productive"
    assert stops(found) == []


BATCHES: Final[dict[str, list[Line]]] = {
    "fifty pages with equal answers": [
        line
        for page in range(1, 51)
        for line in (("coder", f"Fetch page {page} of the berth catalogue"), ("shell", "200 OK, 40 rows stored"))
    ],
    "one deed for each parish": [
        line for name in PARISHES for line in (("coder", f"Approve the berth request of {name}"), ("shell!", "done"))
    ],
    "one search for each parish": [
        line
        for at, name in enumerate(PARISHES)
        for line in (("coder", f"search(query='berth depth {name}')"), ("shell", f"{name}: {30 + at} dm at low water"))
    ],
}


@pytest.mark.parametrize("name", list(BATCHES))
def test_the_same_deed_on_one_thing_after_another_is_work(name: str) -> None:
    found = verdict([*WORK, *BATCHES[name], ("planner!", f"The berths of {' and '.join(PARISHES)} are in berths.csv")])

    assert found.kind == "productive"
    assert stops(found) == []


THANKS: Final = (
    "Thank you so much for your kind words!",
    "It was my pleasure, thank you for your patience!",
    "You are most welcome, and thanks again to you!",
    "I appreciate it greatly, have a wonderful day!",
    "Likewise, I am grateful for this pleasant exchange!",
    "Wishing you all the best, it has been lovely!",
)
CUSTOMS: Final = (
    "The customs declaration has yet to surface.",
    "Nobody at customs has picked up.",
    "Customs keeps us hanging.",
    "Not a word out of customs so far.",
    "The declaration is in limbo at customs.",
)
STALLS: Final[dict[str, list[Line]]] = {
    "one phrase about what is outstanding": turns(50, ("planner", "The harbour master's signature is outstanding")),
    "many phrases about it": drawn(50, ("planner",), CUSTOMS),
    "the same from all sides": drawn(60, ("planner", "coder", "shell"), CUSTOMS),
    "a pipeline that never ends": turns(40, ASK, STAGE),
    "the same without anybody who asks": turns(60, STAGE),
    "a clock ticks and customs is silent": turns(40, ("bell", "tick"), ("planner", "Customs is silent.")),
}


@pytest.mark.parametrize("name", list(STALLS))
def test_a_wait_that_never_ends_is_a_stall(name: str) -> None:
    assert verdict([*WORK, *STALLS[name]]).kind == "stall"


def test_a_question_that_nobody_answers_is_a_stall() -> None:
    assert verdict([*WORK, ("planner", "Boss, may we cut the 23:50 sailing?")], t_end=60).kind == "stall"


ROADMAP: Final = (
    "We should draw up a roadmap for shipping release 4.2 of the ferry timetable.",
    "A roadmap for getting release 4.2 of the ferry timetable out is what we should draw up.",
    "To ship release 4.2 of the timetable we should first write the roadmap for it.",
    "Drawing up the shipping roadmap for the ferry timetable's release 4.2 comes first.",
    "First of all the roadmap: it shall say how release 4.2 of the ferry timetable ships.",
)
POST: Final = ("coder", "POST the manifest of Gotland sailings to the harbour registry")
BROKEN: Final = "HTTP 500 from registry.harbour.se: internal server error"
CIRCLES: Final[dict[str, list[Line]]] = {
    "a planner restates": drawn(30, ("planner",), ROADMAP),
    "a writer and a critic": turns(
        12,
        ("coder", "Here is the changelog: midnight crossings keep their date"),
        ("planner", "The changelog should mention the cancelled Gotland sailings"),
    ),
    "after you": turns(
        20,
        ("coder", "Planner, you choose which of the two fixes goes in"),
        ("planner", "Coder, I leave the choice between the two fixes to you"),
    ),
    "one search over and over": turns(
        12,
        ("coder", "search(query='gotland ferry dock permits')"),
        ("shell", "3 results: permits.gotland.se, port of Visby, a 2019 newspaper piece on dock fees"),
    ),
    "a call that fails for ever": turns(25, POST, ("shell", BROKEN)),
    "two who say the same pleasantries in turn to each other, about the goal": turns(
        20, ("coder", "What a fine release of the ferry service, planner"), ("planner", "A fine ferry service, coder")
    ),
}


@pytest.mark.parametrize("name", list(CIRCLES))
def test_what_is_said_and_done_over_and_over_is_a_circle_and_is_stopped(name: str) -> None:
    found = verdict([*WORK, *CIRCLES[name]])

    assert found.kind == "circle"
    assert "circle" in {alarm.kind for alarm in stops(found)}


def test_a_call_that_is_marked_as_failing_for_ever_is_a_circle_too() -> None:
    assert verdict([*WORK, *turns(25, POST, ("shell", BROKEN))], error=BROKEN).kind == "circle"


def test_two_models_that_thank_each_other_for_ever_do_not_work() -> None:
    by_chance = drawn(60, ("planner", "coder"), THANKS)
    in_turn = turns(30, ("planner", THANKS[0]), ("coder", THANKS[1]))

    assert verdict([*WORK, *by_chance]).kind in ("stall", "circle")
    assert verdict([*WORK, *in_turn]).kind in ("stall", "circle")
