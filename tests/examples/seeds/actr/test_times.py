"""ACT-R takes the times of its sheet, of Lisp and of pyactr, module by module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.actr.model import MODULES, own, times
from tests.support.seeds import play


def test_counting_from_two_to_four_fires_and_retrieves_at_the_times_of_the_sheet(tmp_path: Path) -> None:
    played = play("actr", tmp_path=tmp_path)

    assert times(played) == [("start", 0.05), ("increment", 0.15), ("increment", 0.25), ("stop", 0.3)]
    assert times(played, "retrieved") == [("two-three", 0.1), ("three-four", 0.2), ("four-five", 0.3)]
    assert played.result.outputs["time"] == 0.3
    assert played.result.ended == "stop"
    played.verify()


def test_each_module_works_when_it_has_something_to_do(tmp_path: Path) -> None:
    played = play("actr", tmp_path=tmp_path)

    chosen = ["production_memory", "matcher", "conflict_resolution"]
    unmatched = chosen[:2]
    assert played.fired(*MODULES) == [
        "event_queue", "buffers", *chosen,                                          # 0: the goal; start is chosen
        "event_queue", "firing", "buffers", "retrieval", *unmatched,                # 0.05: start asks for 2-3
        "event_queue", "buffers", *chosen,                                          # 0.10: it comes; increment
        "event_queue", "firing", "buffers", "declarative_memory", "retrieval", *unmatched,
        "event_queue", "buffers", *chosen,                                          # 0.20
        "event_queue", "firing", "buffers", "declarative_memory", "retrieval", *chosen,  # 0.25: stop is chosen at once
        "event_queue", "buffers",                                                   # 0.30: 4-5 comes, stop is under way
        "event_queue", "firing", "buffers", "declarative_memory", *unmatched,       # 0.30: stop
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fired", "retrieved", "uses"),
    [
        (
            "exact", [0.05, 0.1224, 0.2074, 0.2574], [0.0724, 0.1574, 0.2529],
            {"two-three": [0.0, 0.1574], "three-four": [0.0, 0.2529], "four-five": [0.0]},
        ),
        (
            "optimised_last", [0.05, 0.1112, 0.1779, 0.2279], [0.0612, 0.1279, 0.1990],
            {"two-three": [0.0, 0.1279], "three-four": [0.0, 0.1990], "four-five": [0.0]},
        ),
    ],
)  # fmt: skip
def test_with_its_defaults_counting_takes_the_times_of_pyactr(
    tmp_path: Path, kind: str, fired: list[float], retrieved: list[float], uses: dict[str, list[float]]
) -> None:
    """The numbers are those of pyactr 0.3.2 on the same model; it rounds every moment to 0.0001 s."""
    inputs = {"defaults": "pyactr", "settings": {"subsymbolic": True, "base_level": kind}}

    played = play("actr", inputs, tmp_path=tmp_path)

    assert [time for _, time in times(played)] == pytest.approx(fired, abs=1.5e-4)
    assert [time for _, time in times(played, "retrieved")] == pytest.approx(retrieved, abs=1.5e-4)
    for name, known in uses.items():
        assert played.result.outputs["memory"][name]["uses"] == pytest.approx(known, abs=1.5e-4)


def test_adding_three_and_two_takes_the_times_of_pyactr(tmp_path: Path) -> None:
    """As above: pyactr 0.3.2 on the same model."""
    inputs = {"agent": "add", "defaults": "pyactr", "settings": {"subsymbolic": True}}

    played = play("actr", inputs, tmp_path=tmp_path)

    assert [name for name, _ in times(played)] == [
        "initialize-addition", "increment-sum", "increment-count", "increment-sum", "increment-count",
        "terminate-addition",
    ]  # fmt: skip
    assert [time for _, time in times(played)] == pytest.approx(
        [0.05, 0.1224, 0.2074, 0.3029, 0.4079, 0.4579], abs=1.5e-4
    )
    assert played.result.outputs["buffers_left"]["goal"]["chunk"]["slots"]["sum"] == 5


@pytest.mark.parametrize(("defaults", "latency"), [("lisp", 1.0), ("pyactr", 0.1)])
def test_the_defaults_of_lisp_know_no_base_level_and_wait_a_second(
    tmp_path: Path, defaults: str, latency: float
) -> None:
    rules = "rule ask =goal> isa q ?retrieval> state free buffer empty ==> +retrieval> isa fact"
    played = own(
        tmp_path, rules, "isa q", "fact-1 isa fact @ 0", defaults=defaults, start=0.95, settings={"subsymbolic": True}
    )

    # At one second, a chunk used at 0 has a base level of ln(1) = 0: only F differs.
    (answer,) = played.result.outputs["retrievals"][:1]
    assert (answer["activation"], answer["latency"]) == (pytest.approx(0, abs=1e-12), pytest.approx(latency))


def test_a_symbolic_memory_answers_at_once_in_lisp_and_after_50_ms_in_pyactr(tmp_path: Path) -> None:
    rules = "rule ask =goal> isa q ?retrieval> state free buffer empty ==> +retrieval> isa fact"
    for defaults, time in (("lisp", 0.05), ("pyactr", 0.1)):
        assert times(own(tmp_path, rules, "isa q", defaults=defaults), "retrieved") == [("fact-1", time)]


def test_a_letter_is_seen_named_imagined_and_typed(tmp_path: Path) -> None:
    played = play("actr", {"agent": "letter"}, tmp_path=tmp_path)

    assert times(played) == [
        ("find-letter", 0.05), ("attend", 0.1), ("encode", 0.235), ("answer", 0.485), ("press", 0.535),
    ]  # fmt: skip
    # 0.1 + 0.085 s for the eye, 0.05 s for the rule; imagining takes 0.2 s, longer than remembering.
    assert [one[0] for one in played.result.outputs["actions"]] == [
        {"buffer": "vocal", "time": 0.785, "cmd": "speak", "string": "vee"},
        {"buffer": "manual", "time": 0.835, "cmd": "press-key", "key": "v"},
    ]
    assert set(MODULES) <= set(played.fired())
    played.verify()


def test_modules_work_at_the_same_time_and_a_request_keeps_its_buffer_busy(tmp_path: Path) -> None:
    rules = """
    rule both =goal> isa q step nil ==> =goal> step 1 +imaginal> isa image +retrieval> isa fact
    rule wait-memory =goal> step 1 ?retrieval> state busy ?imaginal> state busy ==> =goal> step 2
    rule end =goal> step 2 =imaginal> isa image =retrieval> isa fact ==> =goal> step 3
    """
    played = own(
        tmp_path, rules, "isa q", settings={"subsymbolic": True, "latency_factor": 0.12, "imaginal_delay": 0.2}
    )

    # Both asked at 0.05: memory is there at 0.17, the image at 0.25; end fires 0.05 s after the later one.
    assert times(played) == [("both", 0.05), ("wait-memory", 0.1), ("end", 0.3)]
    assert times(played, "retrieved") == [("fact-1", 0.17)]


def test_all_that_happens_at_one_moment_happens_before_rules_are_matched(tmp_path: Path) -> None:
    rules = """
    rule ask =goal> isa q step nil ==> =goal> step 1 +imaginal> isa image +retrieval> isa fact
    rule one-only =goal> step 1 =retrieval> isa fact ?imaginal> buffer empty ==> =goal> step wrong
    rule both =goal> step 1 =retrieval> isa fact =imaginal> isa image ==> =goal> step right
    """
    played = own(tmp_path, rules, "isa q", settings={"symbolic_latency": 0.2})

    assert times(played) == [("ask", 0.05), ("both", 0.3)]


def test_it_ends_after_the_seconds_given(tmp_path: Path) -> None:
    played = own(tmp_path, "rule tick =goal> isa clock ==> =goal> isa clock", "isa clock", seconds=0.52)

    assert times(played)[-1] == ("tick", 0.5)
    assert len(played.result.outputs["fired"]) == 10


@pytest.mark.parametrize(
    ("start", "end", "settings", "fired", "retrieved"),
    [
        (
            2, 5, {"latency_factor": 0.5, "decay": 0.3},
            [0.05, 0.3035, 0.7031, 1.203, 1.253], [0.2535, 0.6531, 1.153],
        ),
        (1, 4, {"strict": True}, [0.05, 0.1224, 0.2074, 0.3029, 0.3529], [0.0724, 0.1574, 0.2529, 0.3579]),
    ],
)  # fmt: skip
def test_other_counts_take_the_times_of_pyactr(
    tmp_path: Path, start: int, end: int, settings: dict[str, Any], fired: list[float], retrieved: list[float]
) -> None:
    """pyactr 0.3.2 on the same model; it rounds every moment to 0.0001 s. The last recall of the first one fails."""
    inputs = {
        "defaults": "pyactr", "goal": f"isa count-from start {start} end {end}",
        "settings": {"subsymbolic": True, "base_level": "exact", **settings},
    }  # fmt: skip
    played = play("actr", inputs, tmp_path=tmp_path)

    assert [time for _, time in times(played)] == pytest.approx(fired, abs=3e-4)
    assert [time for _, time in times(played, "retrieved")] == pytest.approx(retrieved, abs=3e-4)
