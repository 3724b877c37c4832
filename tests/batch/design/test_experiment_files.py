"""Experiment files: what they say, what the command line says the same by, and every refusal with its line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.design.experiment_files import (
    experiment_from_json,
    experiment_from_text,
    experiment_text,
    read_experiment,
)
from studio.batch.design.fitting import Column, Constant
from studio.batch.design.options import amounts, experiment_of, knockouts_of, pairs, scores_of, seeds_of
from studio.batch.design.score import Score
from studio.batch.design.spec import Experiment, Knockouts
from studio.batch.design.variants import Variant
from studio.support.errors import GraphError, StudioError, UsageError
from studio.support.values import Json
from tests.support.thorough import draws

WHOLE = """\
experiment: 1
name: tone
about: Does a strong model pay?
hypothesis: It gains a point.
graph: answers.yaml
data: rows.csv
inputs: {question: prompt, times: {value: 2}}
variants:
  strong:
    set: {writer.temperature: 0}
    knockouts: [critic/judge]
    model: big
    inputs: {times: 3}
vary: {writer.max_tokens: 1..3, model: [a, b]}
knockouts: {of: all, except: [critic], pairs: true}
seeds: [3, 7]
score:
  points: "points / 10"
  ok: label == expected
  judge: judge.yaml
  style: {function: styles:score}
main_score: ok
better: lower
compare: strong
margin: 0.5
limits: {seconds: 30}
budget: {cost_usd: 5, runs: 100}
model: small
embedder: toy
cache: llm
clock: 2026-01-31T08:00
workers: 4
"""


def read(text: str) -> Experiment:
    return experiment_from_text(text, "x.experiment.yaml")


def test_a_file_says_all_that_an_experiment_is() -> None:
    assert read(WHOLE) == Experiment(
        graphs={"answers": "answers.yaml"},
        name="tone",
        about="Does a strong model pay?",
        hypothesis="It gains a point.",
        data="rows.csv",
        inputs={"question": Column("prompt"), "times": Constant(2)},
        variants=(Variant("strong", {"writer.temperature": 0}, ("critic/judge",), "big", {"times": 3}),),
        vary={"writer.max_tokens": "1..3", "model": ["a", "b"]},
        knockouts=Knockouts(None, ("critic",), True),
        seeds=(3, 7),
        scores=(
            Score("points", "expression", "points / 10"),
            Score("ok", "expression", "label == expected"),
            Score("judge", "judge", "judge.yaml"),
            Score("style", "function", "styles:score"),
        ),
        main_score="ok",
        better="lower",
        compare="strong",
        margin=0.5,
        limits={"seconds": 30.0},
        budget={"cost_usd": 5.0, "runs": 100.0},
        model="small",
        embedder="toy",
        cache="llm",
        clock="2026-01-31T08:00",
        workers=4,
    )


def test_amounts_are_one_whether_written_with_a_point_or_not() -> None:
    assert read(WHOLE.replace("cost_usd: 5", "cost_usd: 5.0")).hash == read(WHOLE).hash
    assert read(WHOLE.replace("cost_usd: 5", "cost_usd: 5.5")).hash != read(WHOLE).hash
    assert "budget: {cost_usd: 5, runs: 100}" in experiment_text(read(WHOLE))


def test_the_least_experiment_has_its_defaults() -> None:
    found = read("experiment: 1\ngraph: sub/answers.yaml\n")

    assert found == Experiment({"answers": "sub/answers.yaml"})
    assert found.to_json() == {"experiment": 1, "graph": "sub/answers.yaml"}
    assert found.main is None


def test_the_command_line_makes_the_same_experiment() -> None:
    made = experiment_of(
        {
            "name": "tone", "about": "Does a strong model pay?", "hypothesis": "It gains a point.",
            "graph": "answers.yaml", "data": "rows.csv",
            "inputs": {**pairs(["question=prompt"], "--input"), "times": {"value": 2}},
            "variants": {"strong": {"set": {"writer.temperature": 0}, "knockouts": ["critic/judge"], "model": "big",
                                    "inputs": {"times": 3}}},
            "vary": {**pairs(["writer.max_tokens=1..3"], "--vary"), "model": ["a", "b"]},
            "knockouts": {"of": "pairs", "except": ["critic"]},
            "seeds": seeds_of("3,7"),
            "score": {**scores_of(["points=points / 10", "ok=label == expected"], judge="judge.yaml"),
                      "style": {"function": "styles:score"}},
            "main_score": "ok", "better": "lower", "compare": "strong", "margin": 0.5,
            "limits": amounts(["seconds=30"], "--limit"), "budget": amounts(["cost_usd=5", "runs=100"], "--budget"),
            "model": "small", "embedder": "toy", "cache": "llm", "clock": "2026-01-31T08:00", "workers": 4,
        }
    )  # fmt: skip

    assert made == read(WHOLE)
    assert made.hash == read(WHOLE).hash
    assert made.hash != read(WHOLE.replace("seeds: [3, 7]", "seeds: [3, 8]")).hash


def test_options_take_the_place_of_what_a_file_says() -> None:
    made = experiment_of(
        {"seeds": 2, "score": scores_of(["len(answer)"]), "limits": {"calls": 9}, "data": None}, read(WHOLE)
    )

    assert made.seeds == (0, 1)
    assert [one.said for one in made.scores] == ["len(answer)"]
    assert made.main is made.scores[0]
    assert made.limits == {"seconds": 30.0, "calls": 9.0}
    assert made.data == "rows.csv"
    assert made.own == {"seeds", "score", "limits"}
    assert made.scores[0].own
    assert made.file == "x.experiment.yaml"


# -- back and forth ---------------------------------------------------------------------------------

NAME = st.text("abcdefgh_", min_size=1, max_size=8)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf"]), max_size=30)
LINE = TEXT.map(lambda text: " ".join(text.split()))
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PATH = st.tuples(NAME, NAME).map(".".join)
SAID = st.fixed_dictionaries(
    {"graphs": st.dictionaries(NAME.filter(lambda name: name not in ("model", "input")), NAME, min_size=1, max_size=2)},
    optional={
        "name": LINE,
        "about": TEXT,
        "data": st.lists(st.dictionaries(NAME, VALUE, max_size=3), min_size=1, max_size=3),
        "inputs": st.dictionaries(NAME, NAME | st.fixed_dictionaries({"value": VALUE}), max_size=2),
        "variants": st.dictionaries(
            NAME,
            st.fixed_dictionaries(
                {},
                optional={
                    "set": st.dictionaries(PATH, VALUE, max_size=2),
                    "knockouts": st.lists(NAME, max_size=2),
                    "model": LINE,
                    "inputs": st.dictionaries(NAME, VALUE, max_size=2),
                },
            ),
            max_size=2,
        ),
        "vary": st.dictionaries(PATH, st.lists(VALUE, min_size=1, max_size=3), max_size=2),
        "knockouts": st.sampled_from(
            ["all", "pairs", ["a"], ["a", "b+c"], {"of": ["a", "b"], "pairs": True}, {"except": ["w"]},
             {"of": "pairs", "except": ["w"]}]
        ),
        "seeds": st.integers(1, 50) | st.lists(st.integers(0, 2**62), min_size=1, max_size=3, unique=True),
        "score": st.just("a + 1")
        | st.dictionaries(
            st.sampled_from(["score", "judge", "function", "x"]),
            st.sampled_from([{"expression": "1"}, {"judge": "j.yaml"}, {"function": "m.n:f"}]),
            min_size=1,
        ),
        "margin": st.floats(0, 1e9),
        "budget": st.dictionaries(st.sampled_from(["runs", "cost_usd"]), st.integers(1, 10**9), max_size=2),
        "better": st.sampled_from(["higher", "lower"]),
        "cache": st.sampled_from(["off", "llm", "all"]),
        "workers": st.integers(1, 64),
    },
)  # fmt: skip


@settings(max_examples=draws(20, 100))
@given(SAID)
def test_file_and_json_say_the_same_and_come_back(said: dict[str, Any]) -> None:
    made = experiment_from_json(said)

    assert experiment_from_json(made.to_json()) == made
    text = experiment_text(made)
    assert read(text) == made
    assert read(text).hash == made.hash
    assert experiment_text(read(text)) == text


# -- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("experiment: 1", "experiment: 2", "x.experiment.yaml:1: This version of the format is not known here."),
        ("experiment: 1", "experiment: '1'", "x.experiment.yaml:1: This version"),
        ("experiment: 1\n", "", "it does not say `experiment: 1`"),
        ("graph: answers.yaml\n", "", "The experiment names no graph."),
        ("graph: answers.yaml", "graph: 3", "x.experiment.yaml:5: `graph` must be text."),
        ("graph: answers.yaml", "graph: a.yaml\ngraphs: [b.yaml]", "x.experiment.yaml:6: `graph` and `graphs` both"),
        ("graph: answers.yaml", "graphs: [b/a.yaml, c/a.yaml]", "x.experiment.yaml:5: Two graphs would be called `a`"),
        ("graph: answers.yaml", "graphs: {model: a.yaml}", "A graph cannot be called `model` here."),
        ("data: rows.csv", "dta: rows.csv", "x.experiment.yaml:6: `dta` is no key of an experiment. Did you mean"),
        ("data: rows.csv", "data: []", "x.experiment.yaml:6: `data` holds no rows."),
        ("data: rows.csv", "data: [3]", "x.experiment.yaml:6: A row must be a mapping"),
        ("{question: prompt,", "{question: [prompt],", "x.experiment.yaml:7: The input `question` needs a column"),
        ("    model: big", "    modle: big", "x.experiment.yaml:12: `modle` is no key of the variant `strong`. Did"),
        ("set: {writer.temperature: 0}", "set: 3", "x.experiment.yaml:10: `set` of the variant `strong` must be"),
        ("model: [a, b]", "model: []", "x.experiment.yaml:14: `model` is varied over no value."),
        ("of: all", "of: [a]", "x.experiment.yaml:15: `except` goes with `of: all`."),
        ("of: all, except: [critic]", "of: [a+a]", "x.experiment.yaml:15: `a+a` names no nodes."),
        ("of: all, except: [critic]", "of: [a+b, b+a]", "names the same nodes twice"),
        ("seeds: [3, 7]", "seeds: 0", "x.experiment.yaml:16: `seeds` must be a whole number from 1 to 100,000."),
        ("seeds: [3, 7]", "seeds: 1000000", "from 1 to 100,000"),
        ("seeds: [3, 7]", "seeds: [3, 3]", "The seed 3 stands twice."),
        ("seeds: [3, 7]", "seeds: [-1]", "A seed must be"),
        ("seeds: [3, 7]", "seeds: true", "`seeds` must be"),
        ("label == expected", "label = expected", "x.experiment.yaml:19: `label = expected`: It cannot be read"),
        ("styles:score}", "styles}", "x.experiment.yaml:21: `styles` names no function."),
        ("styles:score}", '"os:system(1)"}', "names no function"),
        ("{function: styles:score}", "{function: a:b, judge: c}", "must be one of `expression`, `judge`"),
        ("main_score: ok", "main_score: okay", "There is no score `okay`. Did you mean `ok`?"),
        ("better: lower", "better: less", "`better` must be one of higher, lower."),
        ("margin: 0.5", "margin: -1", "`margin` must be a number that is not negative."),
        ("{seconds: 30}", "{second: 30}", "`second` is no key of `limits`. Did you mean `seconds`?"),
        ("cost_usd: 5", "cost_usd: 0", "The budget `cost_usd` must be a number above 0."),
        ("cache: llm", "cache: some", "`cache` must be one of off, llm, all."),
        ("clock: 2026-01-31T08:00", "clock: noon", "`noon` is no time."),
        ("workers: 4", "workers: 0", "`workers` must be a whole number from 1"),
        ("name: tone", "name: &x tone", "x.experiment.yaml:2: `&x` is an anchor"),
        ("name: tone", "name: !!python/none tone", "is a tag"),
        ("name: tone", "name: tone\nname: again", "The key `name` stands twice"),
        ("name: tone", 'name: "a\\e[31m"', "must be one line without control characters"),
        ("  strong:", '  "two\\nlines":', "is no name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(GraphError) as caught:
        read(WHOLE.replace(old, new, 1))
    assert said in str(caught.value)


@settings(max_examples=draws(20, 100))
@given(st.text("experiment: 1gaphvs{}[]-\n'\"", max_size=120))
def test_whatever_a_file_says_it_is_read_or_refused(text: str) -> None:
    with suppress(StudioError):  # any other exception fails
        read("experiment: 1\n" + text)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such experiment file"):
        read_experiment(tmp_path / "none.experiment.yaml")
    (tmp_path / "bad.experiment.yaml").write_bytes(b"\xff")
    with pytest.raises(GraphError, match="not UTF-8"):
        read_experiment(tmp_path / "bad.experiment.yaml")
    (tmp_path / "good.experiment.yaml").write_text("\ufeff" + WHOLE)
    assert read_experiment(tmp_path / "good.experiment.yaml").base == tmp_path


# -- options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "found"),
    [
        (["points / 10"], {"score": {"expression": "points / 10"}}),
        (["a == b"], {"score": {"expression": "a == b"}}),
        (["a <= b"], {"score": {"expression": "a <= b"}}),
        (["ok=a == b", "n=1"], {"ok": {"expression": "a == b"}, "n": {"expression": "1"}}),
        (["judge=1"], {"judge": {"expression": "1"}}),
    ],
)
def test_a_score_on_the_command_line_may_have_a_name(items: list[str], found: Json) -> None:
    assert scores_of(items) == found


def test_options_that_cannot_be_read_say_how_to_write_them() -> None:
    for wrong in (
        lambda: pairs(["a"], "--vary"),
        lambda: pairs(["a=1", "a=2"], "--vary"),
        lambda: amounts(["runs=many"], "--budget"),
        lambda: seeds_of("five"),
        lambda: scores_of(["a", "b"]),
        lambda: knockouts_of(["all", "b"]),
    ):
        with pytest.raises(UsageError) as caught:
            wrong()
        assert caught.value.hint
    with pytest.raises(GraphError, match=r"^command line: The seed 3 stands twice"):
        experiment_of({"graph": "a.yaml", "seeds": seeds_of("3,3")})
