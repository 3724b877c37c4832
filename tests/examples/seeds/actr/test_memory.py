"""The memory of ACT-R: activation, fan, noise, matching in part, and what becomes a memory."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from studio import Graph
from tests.examples.seeds.actr.model import SIX, own, times
from tests.support.seeds import graph_of, play
from tests.support.thorough import thorough_but


@pytest.mark.parametrize(
    ("uses", "now", "level"), [("0 5 9", 10, 0.567267), ("1 2 3 50 99", 100, 0.367746), ("0", 10, -1.151293)]
)
def test_base_levels_of_the_sheet(tmp_path: Path, uses: str, now: float, level: float) -> None:
    chunks = f"fact-1 isa fact @ {uses}"

    played = play("actr", {"agent": "base_level", "chunks": chunks, "start": now - 0.05}, tmp_path=tmp_path)

    (answer,) = played.result.outputs["retrievals"]
    assert answer["asked"] == now
    assert answer["activation"] == pytest.approx(level, abs=SIX)
    assert played.output("base_level", "terms")["fact-1"] == pytest.approx(level, abs=SIX)


def test_one_use_ten_seconds_ago_takes_a_third_of_a_second(tmp_path: Path) -> None:
    inputs = {"agent": "base_level", "goal": "isa question name second-fact"}

    (answer,) = play("actr", inputs, tmp_path=tmp_path).result.outputs["retrievals"]

    assert (answer["chunk"], answer["latency"]) == ("once", pytest.approx(0.316228, abs=SIX))
    assert answer["time"] == pytest.approx(10.316228, abs=SIX)


@pytest.mark.parametrize(("kind", "level"), [("optimised", 0.640467), ("optimised_last", 1.791759)])
def test_the_optimised_base_level_and_the_slip_of_pyactr(tmp_path: Path, kind: str, level: float) -> None:
    played = play("actr", {"agent": "base_level", "settings": {"base_level": kind}}, tmp_path=tmp_path)

    assert played.result.outputs["retrievals"][0]["activations"]["often"] == pytest.approx(level, abs=SIX)


@pytest.mark.parametrize(
    ("person", "place", "spread", "activation", "latency"),
    [("lawyer", "store", 1.306853, 0.155560, 0.085594), ("hippie", "park", 0.613706, -0.537587, 0.171187)],
)
def test_the_fan_effect(
    tmp_path: Path, person: str, place: str, spread: float, activation: float, latency: float
) -> None:
    played = play("actr", {"agent": "fan", "goal": f"isa probe person {person} place {place}"}, tmp_path=tmp_path)

    name = f"{person}-{place}"
    (answer,) = played.result.outputs["retrievals"]
    assert played.output("spreading", "terms")[name] == pytest.approx(spread, abs=SIX)
    assert (answer["chunk"], answer["asked"]) == (name, 10.0)
    assert answer["activation"] == pytest.approx(activation, abs=SIX)
    assert answer["latency"] == pytest.approx(latency, abs=SIX)


def test_without_spreading_there_is_no_fan_effect(tmp_path: Path) -> None:
    latencies = set()
    for probe in ("person lawyer place store", "person hippie place park"):
        graph = graph_of("actr")
        bodies: dict[str, Graph] = graph.graphs
        bodies["retrieval"].nodes["spreading"].knockout = True
        played = play(graph, {"agent": "fan", "goal": f"isa probe {probe}"}, tmp_path=tmp_path)
        latencies.add(round(played.result.outputs["retrievals"][0]["latency"], 9))

    assert len(latencies) == 1


def test_partial_matching_finds_the_likest(tmp_path: Path) -> None:
    played = play("actr", {"agent": "likeness"}, tmp_path=tmp_path)
    exact = play("actr", {"agent": "likeness", "settings": {"penalty": None}, "seconds": 0.3}, tmp_path=tmp_path)

    (answer,) = played.result.outputs["retrievals"]
    # P·M: 1.5·(−0.2), 1.5·(−1), 1.5·(−2).
    assert answer["activations"] == {
        "rose": pytest.approx(-0.3), "lily": pytest.approx(-1.5), "aster": pytest.approx(-3.0),
    }  # fmt: skip
    assert answer["chunk"] == "rose"
    assert exact.result.outputs["retrievals"][0]["found"] is False


@pytest.mark.thorough
def test_noise_is_drawn_by_the_seed_of_the_run(tmp_path: Path) -> None:
    inputs = {"agent": "likeness", "settings": {"noise": 0.5}}
    runs = [play("actr", inputs, tmp_path=tmp_path, seed=seed) for seed in (1, 1, 2)]

    drawn = [one.result.outputs["retrievals"][0]["activations"] for one in runs]
    assert drawn[0] == drawn[1] != drawn[2]
    assert 0 < runs[0].result.outputs["retrievals"][0]["probability"] < 1
    runs[0].verify()


def test_harvested_chunks_are_cleared_and_so_strengthened(tmp_path: Path) -> None:
    rules = """
    rule ask =goal> isa q n nil ?retrieval> state free buffer empty ==> +retrieval> isa fact
    rule use =goal> isa q n nil =retrieval> n =n ==> =goal> n =n
    """
    strict = own(tmp_path, rules, "isa q", "fact-1 isa fact n 1 @ 0")
    loose = own(tmp_path, rules, "isa q", "fact-1 isa fact n 1 @ 0", settings={"strict": False})

    assert strict.result.outputs["memory"]["fact-1"]["uses"] == [0, 0.1]
    assert loose.result.outputs["memory"]["fact-1"]["uses"] == [0]
    assert strict.result.outputs["buffers_left"]["retrieval"]["chunk"] is None
    assert loose.result.outputs["buffers_left"]["retrieval"]["chunk"]["name"] == "fact-1"
    assert strict.output("declarative_memory", "merged") == ["fact-1"]


def test_what_was_imagined_becomes_a_memory(tmp_path: Path) -> None:
    rules = """
    rule imagine =goal> isa q step nil ==> =goal> step 1 +imaginal> isa image of moon
    rule look =goal> step 1 =imaginal> of =of ==> =goal> step 2 saw =of
    rule recall =goal> step 2 ==> =goal> step 3 +retrieval> isa image of moon
    """
    played = own(tmp_path, rules, "isa q")

    assert played.result.outputs["memory"]["imaginal-chunk"]["slots"] == {"isa": "image", "of": "moon"}
    assert times(played, "retrieved") == [("imaginal-chunk", 0.35)]


def test_what_was_retrieved_of_late_can_be_left_out(tmp_path: Path) -> None:
    rules = """
    rule next =goal> isa q ?retrieval> state free - state error buffer empty
      ==> +retrieval> isa fact :recently-retrieved nil
    rule take =goal> isa q =retrieval> n =n ==> =goal> last =n
    """
    chunks = "\n".join(f"fact-{n} isa fact n {n}" for n in range(1, 4))
    marked = own(tmp_path, rules, "isa q", chunks, seconds=2)
    unmarked = own(tmp_path, rules, "isa q", chunks, seconds=0.5, settings={"finst_count": 0})
    short = own(tmp_path, rules, "isa q", chunks, seconds=0.5, settings={"finst_count": 1})

    assert [name for name, _ in times(marked, "retrieved")] == ["fact-1", "fact-2", "fact-3"]
    assert {name for name, _ in times(unmarked, "retrieved")} == {"fact-1"}
    assert [name for name, _ in times(short, "retrieved")][:3] == ["fact-1", "fact-2", "fact-1"]


def test_a_later_request_takes_the_place_of_one_that_is_not_answered_yet(tmp_path: Path) -> None:
    rules = """
    rule one =goal> isa q step nil ==> =goal> step 1 +retrieval> isa fact n 1
    rule two =goal> step 1 ==> =goal> step 2 +retrieval> isa fact n 2
    """
    played = own(
        tmp_path,
        rules,
        "isa q",
        "a isa fact n 1\nb isa fact n 2",
        settings={"subsymbolic": True, "latency_factor": 0.3},
    )

    # The first answer would have come at 0.35; the second was asked at 0.1 and comes at 0.4.
    assert times(played, "retrieved") == [("b", 0.4)]


ASKING = """
rule ask
  =goal>      isa probe  kind =k  place =p
  ?retrieval> state free  buffer empty  - state error
  ==>
  +retrieval> isa fact  kind =k  place =p
"""


@pytest.mark.parametrize("seed", thorough_but(lambda seed: seed < 4, range(12)))
def test_activations_of_any_memory_are_those_of_the_equations(tmp_path: Path, seed: int) -> None:
    """A = B + spreading + P·M, written anew from the sheet, over random facts, uses, buffers and constants."""
    chance = random.Random(seed)
    now, kinds, places = 20.0, ["cat", "dog", "cow"], ["barn", "home", "wood", "lake"]
    pairs = chance.sample([(kind, place) for kind in kinds for place in places], 8)
    facts = {
        f"f{number}": ({"kind": kind, "place": place, "n": number}, sorted(chance.sample(range(20), number % 3 + 1)))
        for number, (kind, place) in enumerate(pairs)
    }
    kind, place, of = chance.choice(kinds), chance.choice(places), chance.choice([*places, "f1", "f2"])
    weights, most = {"goal": chance.choice([1, 0.6]), "imaginal": chance.choice([0, 1.5])}, chance.choice([1.5, 3])
    penalty, d = chance.choice([None, 1.2]), chance.choice([0.3, 0.5, 0.7])
    form, factor, exponent = chance.choice(["exact", "optimised"]), chance.choice([0.1, 1]), chance.choice([1, 0.5])
    played = own(
        tmp_path, ASKING, f"isa probe kind {kind} place {place} n 3\n=imaginal> isa image of {of}",
        "\n".join(
            f"{name} isa fact kind {slots['kind']} place {slots['place']} n {slots['n']} @ {' '.join(map(str, uses))}"
            for name, (slots, uses) in facts.items()
        ),
        start=now - 0.05,
        settings={
            "subsymbolic": True, "base_level": form, "decay": d, "strength": most, "weights": weights,
            "penalty": penalty, "similarities": {"cat": {"dog": -0.3}}, "threshold": -9, "latency_factor": factor,
            "latency_exponent": exponent,
        },
    )  # fmt: skip

    def like(one: str, other: str) -> float:
        return 0.0 if one == other else -0.3 if {one, other} == {"cat", "dog"} else -1.0

    expected = {}
    for name, (slots, uses) in facts.items():
        misfit = like(str(slots["kind"]), kind) + like(str(slots["place"]), place)
        if penalty is None and misfit < 0:
            continue
        exact = math.log(sum((now - use) ** -d for use in uses))
        optimised = math.log(len(uses) / (1 - d)) - d * math.log(now - uses[0])
        spread = 0.0
        for weight, source in ((weights["goal"] / 2, kind), (weights["goal"] / 2, place), (weights["imaginal"], of)):
            holding = sum(source in (other["kind"], other["place"]) for other, _ in facts.values())
            if source in (slots["kind"], slots["place"]) or source == name:
                spread += weight * (most - math.log(1 + holding))
        expected[name] = (exact if form == "exact" else optimised) + spread + (penalty or 0) * misfit

    (answer,) = played.result.outputs["retrievals"]
    assert answer["activations"] == pytest.approx(expected, abs=SIX)
    best = max(expected, key=expected.__getitem__, default=None)
    assert answer["chunk"] == best
    reached = -9 if best is None else expected[best]
    assert answer["latency"] == pytest.approx(factor * math.exp(-exponent * reached), abs=SIX)
    assert answer["time"] == pytest.approx(now + answer["latency"], abs=SIX)


def test_the_chance_of_a_recall_counts_the_activation_without_its_noise(tmp_path: Path) -> None:
    """B of one use ten seconds ago is −1.151293; τ −1 and s 0.5: 1/(1 + e^0.302585), whether it came or not."""
    rules = "rule ask =goal> isa q ?retrieval> state free buffer empty - state error ==> +retrieval> isa fact"
    settings = {"subsymbolic": True, "base_level": "exact", "threshold": -1, "noise": 0.5}
    seen = set()
    for seed in (1, 2):
        (answer,) = own(
            tmp_path, rules, "isa q", "fact-1 isa fact @ 0", start=9.95, settings=settings, _seed=seed
        ).result.outputs["retrievals"]  # fmt: skip
        assert answer["probability"] == pytest.approx(0.424926, abs=SIX)
        seen.add(answer["found"])
    assert seen == {True, False}
