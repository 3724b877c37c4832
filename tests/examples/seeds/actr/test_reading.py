"""Models of ACT-R are read as Lisp writes them, and what cannot be meant is told in a sentence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.examples.seeds.actr.model import SIX, own
from tests.support.seeds import play


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"agent": "cout"}, "`agent` is cout, but it must be the name of one of the `agents`, or empty"),
        ({"settings": {"decya": 1}}, "decya"),
        ({"settings": {"decay": 0.4}}, "memory is symbolic"),
        ({"productions": "rule r =goal> a ==>"}, "no value"),
        ({"chunks": "a b c\na d e"}, "two chunks"),
    ],
)
def test_what_cannot_be_meant_is_told_at_the_start(tmp_path: Path, inputs: dict[str, Any], told: str) -> None:
    played = play("actr", inputs, tmp_path=tmp_path, status="failed")

    assert told in str(played.result.error)
    assert played.fired("event_queue") == []


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({"subsymbolic": True}, 0.0),
        ({"subsymbolic": True, "decay": 0.5}, 0.567267),
        ({":esc": "t", ":bll": 0.5, ":ol": "nil"}, 0.567267),
        ({"esc": True, "bll": 0.5}, 0.640467),
        ({"subsymbolic": True, "baselevel_learning": True, "optimized_learning": True}, 1.791759),
    ],
)
def test_constants_may_be_named_as_in_lisp_or_pyactr(tmp_path: Path, settings: dict[str, Any], level: float) -> None:
    rules = "rule ask =goal> isa q ?retrieval> state free buffer empty - state error ==> +retrieval> isa fact"
    played = own(tmp_path, rules, "isa q", "f isa fact @ 0 5 9", start=9.95, settings={**settings, "rt": -5, "lf": 0.1})

    (answer,) = played.result.outputs["retrievals"]
    assert answer["activation"] == pytest.approx(level, abs=SIX)
    assert answer["latency"] == pytest.approx(0.1 * math.exp(-level), abs=SIX)


SEMANTIC = """
(P initial-retrieve =goal> ISA is-member object =obj category =cat judgment nil
 ==> =goal> judgment pending +retrieval> ISA property object =obj attribute category)
(P direct-verify =goal> ISA is-member object =obj category =cat judgment pending
   =retrieval> ISA property object =obj attribute category value =cat
 ==> =goal> judgment yes !output! (=obj yes))
(P chain-category =goal> ISA is-member object =obj category =cat judgment pending
   =retrieval> ISA property object =obj attribute category value =other - value =cat
 ==> =goal> object =other +retrieval> ISA property object =other attribute category)
(P fail =goal> ISA is-member object =obj category =cat judgment pending ?retrieval> buffer failure
 ==> =goal> judgment no)
"""
ANIMALS = """
(chunk-type property object attribute value)
(add-dm
  (p1 ISA property object shark attribute dangerous value true)   ; not asked for
  (p2 ISA property object canary attribute category value bird)
  (p3 ISA property object bird attribute category value animal))
"""


@pytest.mark.parametrize(
    ("category", "names", "judgment"),
    [
        ("bird", ["initial-retrieve", "direct-verify"], "yes"),
        ("animal", ["initial-retrieve", "chain-category", "direct-verify"], "yes"),
        ("fish", ["initial-retrieve", "chain-category", "chain-category", "fail"], "no"),
    ],
)
def test_a_model_is_read_as_lisp_writes_it(tmp_path: Path, category: str, names: list[str], judgment: str) -> None:
    """After the first unit of the tutorial: is a canary a bird, an animal, a fish?"""
    played = own(tmp_path, SEMANTIC, f"(g1 ISA is-member object canary category {category})", ANIMALS)

    assert [one["rule"] for one in played.result.outputs["fired"]] == names
    assert [one["time"] for one in played.result.outputs["fired"]] == pytest.approx(
        [0.05 * n for n in range(1, 1 + len(names))]
    )
    assert played.result.outputs["buffers_left"]["goal"]["chunk"]["slots"]["judgment"] == judgment
    if names == ["initial-retrieve", "direct-verify"]:
        assert played.result.outputs["fired"][-1]["said"] == [["canary", "yes"]]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"seconds": -1}, "`seconds` is -1, but it must be more than 0."),
        ({"rewards": [1]}, "each is an object with a time and a reward"),
        ({"rewards": [{"time": 1}]}, "each is an object with a time and a reward"),
        ({"productions": "nonsense"}, "the rules begin with `nonsense`"),
        ({"productions": "rule a =goal> n 1"}, "the rule `a` has 0 arrows"),
        ({"productions": "rule a =gaol> n 1 ==> -goal>"}, "Did you mean `goal`"),
        ({"productions": "(p a =goal> n 1 ==> !eval! (car 1))"}, "there is only `!output!`"),
        ({"productions": "(p a =goal> n 1 !bind! =y 2 ==> =goal> n =y)"}, "has `!bind!` before its arrow"),
        ({"productions": "rule a =g> n 1 ==> *g> n 2"}, "has `*g>` after its arrow"),
        ({"settings": {"ol": 3, "esc": True}}, "`ol` is 3, but it must be true or false"),
    ],
)
def test_malformed_input_is_told_in_a_sentence(tmp_path: Path, inputs: dict[str, Any], told: str) -> None:
    played = play("actr", inputs, tmp_path=tmp_path, status="failed")

    assert told in str(played.result.error)
    assert "Error:" not in str(played.result.error)
