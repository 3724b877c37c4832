"""Scores: numbers and truths count, everything else is no score and says why; nothing foreign is imported unasked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.batch.design.experiment_files import experiment_from_text
from studio.batch.design.functions import (
    Code,
    FunctionNotApproved,
    allowed_code,
    approve_function,
    by_function,
    loaded,
)
from studio.batch.design.judges import Judge
from studio.batch.design.options import experiment_of
from studio.batch.design.score import (
    NAMES,
    Outcome,
    Score,
    Scored,
    by_expression,
    check_expression,
    outcome_of,
    scored,
)
from studio.graph.model import Graph
from studio.spec.registry import default_registry
from studio.support.errors import UsageError
from studio.support.values import Json
from tests.support.thorough import draws

ROW: dict[str, Json] = {"expected": "good", "answer": "column", "weight": 2}
RAN = Outcome(
    {"answer": "good", "points": 7, "status": "mine"}, "ok", "quiet", "", 3, 120, 0.5, 9, 2, 1.5,
    "productive",
)  # fmt: skip


def value(text: str, outcome: Outcome = RAN, row: dict[str, Json] = ROW) -> Scored:
    return by_expression(Score("s", "expression", text), outcome, row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("points / 10", 0.7),
        ("answer == expected", True),
        ('answer == row.answer or answer == row["answer"]', False),
        ("points * weight - cost_usd", 13.5),
        ('status == "ok" and outputs.status == "mine"', True),
        ('ended == "quiet" and error == ""', True),
        ("calls + tokens + firings + ticks + seconds", 135.5),
        ('dynamics == "productive"', True),
    ],
)
def test_an_expression_names_outputs_columns_and_what_is_known_of_the_run(text: str, expected: float | bool) -> None:
    assert value(text) == Scored("s", expected)
    assert type(value(text).value) is type(expected)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("answer", "The result is neither a number nor true or false, but “good”."),
        ("null", "neither a number nor true or false, but null"),
        ("[1]", "neither a number"),
        ("nothing + 1", "`nothing` has no value."),
        ("points / 0", "divides by zero"),
        ("row.missing", "missing"),
        ("10.0 ** 300 * 10.0 ** 300", ""),
    ],
)
def test_what_is_no_number_is_no_score_and_says_why(text: str, why: str) -> None:
    found = value(text)

    assert found.value is None
    assert found.reason
    assert why in found.reason


def test_a_run_that_failed_says_so_where_its_outputs_are_missed() -> None:
    failed = Outcome(status="failed", error="rate limit")

    assert value("points / 10", failed).reason.startswith("The run is failed: rate limit.")
    assert value('status == "ok"', failed) == Scored("s", False)


def test_an_unknown_price_gives_no_score_and_never_nought() -> None:
    free, unknown = Outcome(cost_usd=0.0), Outcome(cost_usd=None)

    assert value("1 - cost_usd", free) == Scored("s", 1.0)
    assert value("1 - cost_usd", unknown).value is None


@settings(max_examples=draws(20, 100))
@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.lists(st.integers())
    | st.builds(object) | st.just("\ud800"))  # fmt: skip
def test_a_score_is_finite_or_true_or_false_or_none_with_a_reason(given_value: Any) -> None:
    found = scored("s", given_value)

    assert (found.value is None) == bool(found.reason)
    found.reason.encode()
    if type(given_value) in (int, float) and abs(given_value) < 1e300:
        assert found.value == given_value
    if isinstance(given_value, bool):
        assert found.value is given_value


def test_what_a_worker_tells_is_what_an_expression_may_name() -> None:
    told = {
        "outputs": {"a": 1}, "status": "failed", "ended": "error", "error": {"code": "x", "message": "why"},
        "firings": 4, "ticks": 2, "calls": 3,
        "tokens_in": 10, "tokens_out": 5, "cost_usd": None, "seconds": 0.25, "class": "stuck",
    }  # fmt: skip

    assert outcome_of(told) == Outcome({"a": 1}, "failed", "error", "why", 3, 15, None, 4, 2, 0.25, "stuck")
    assert outcome_of({"status": "ok", "error": None}).error == ""


# -- before anything runs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "ansver == expected",
            "names `ansver`, which is no output, no column and nothing known of a run. Did",
        ),
        ("row.expcted == 1", "reads `row.expcted`, but there is no column `expcted`. Did you mean `expected`?"),
        ('row["x"] == 1', "there is no column `x`"),
        ("outputs.points + outputs.pints", "there is no output `pints`. Did you mean `points`?"),
        ("points = 1", "Equality is written `==`"),
        ("__import__('os')", "there is no function `__import__`"),
    ],
)
def test_an_expression_that_no_run_could_satisfy_is_refused_before_one_is_paid_for(text: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_expression(Score("s", "expression", text, place="x.yaml:3"), ["answer", "points"], ["expected"])
    assert why.casefold() in str(caught.value).casefold()
    assert str(caught.value).startswith("x.yaml:3: ")


def test_every_name_that_is_told_of_has_a_value() -> None:
    check_expression(Score("s", "expression", f"[{', '.join(NAMES)}] == []"), [], [])

    assert set(NAMES) <= RAN.names(ROW).keys()


# -- graphs that judge ------------------------------------------------------------------------------

JUDGE = """\
studio: 1
name: judge
nodes:
  answer: {type: flow.input, kind: text}
  expected: {type: flow.input, kind: text}
  tone: {type: flow.input, kind: text, value: kind}
  score: {type: flow.output}
  reason: {type: flow.output}
edges:
  - answer.value -> score.value
  - tone.value -> reason.value
  - expected.value -> reason.value
"""


def judge(text: str = JUDGE) -> Judge:
    return Judge(Score("j", "judge", "judge.yaml"), Graph.from_text(text), default_registry())


def test_a_judge_is_given_outputs_before_columns_and_its_score_is_read() -> None:
    assert judge().given(RAN, ROW) == {"answer": "good", "expected": "good"}
    assert judge().read("ok", {"score": 3, "reason": "fine"}) == Scored("j", 3.0)
    assert "neither a number" in judge().read("ok", {"score": "high"}).reason
    assert judge().read("ok", {"reason": "x"}).reason == "The judge gave no `score`."
    assert judge().read("failed", {}).reason == "The judge's run is failed."


def test_a_judge_cannot_judge_what_a_run_has_not_got() -> None:
    failed = judge().given(Outcome(status="failed"), {"expected": "x"})
    wrong = judge().given(Outcome({"answer": 3}), ROW)

    assert failed == Scored("j", None, "The judge's input `answer` has no value. The run is failed.")
    assert wrong == Scored("j", None, "The judge's input `answer` has another type.")


def test_the_only_number_is_the_score_and_several_need_a_name() -> None:
    one = JUDGE.replace("score: {type: flow.output}", "grade: {type: flow.output}").replace("> score.", "> grade.")

    assert judge(one).output == ""
    assert judge(one).read("ok", {"grade": 2, "reason": "x"}) == Scored("j", 2.0)
    assert judge(one).read("ok", {"grade": 2, "reason": 3}).reason.startswith("The judge should give one number")
    only = "studio: 1\nname: j\nnodes: {a: {type: flow.input}, g: {type: flow.output}}\nedges: [a.value -> g.value]\n"
    assert judge(only).output == "g"


def test_a_judge_without_outputs_or_with_unknown_inputs_is_refused() -> None:
    with pytest.raises(UsageError, match="has no output `score`"):
        judge("studio: 1\nname: j\nnodes: {a: {type: flow.input}}\n")
    with pytest.raises(UsageError, match="needs the input `expected`"):
        judge().check({"answer": None}, ("topic",))
    judge().check({"answer": None}, ("expected",))


# -- functions --------------------------------------------------------------------------------------

SOURCE = """\
import sys
sys.modules["somebody_was_here"] = sys
def points(outputs, row, totals):
    return outputs["points"] * row["weight"] + totals["calls"]
def fails(outputs, row, totals):
    raise ValueError("no key sk-0123456789abcdefghijklmnop")
def leaves(outputs, row, totals):
    raise SystemExit(3)
constant = 3
"""


@pytest.fixture(name="module")
def written_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "somebody_was_here", raising=False)
    path = tmp_path / "styles.py"
    path.write_text(SOURCE)
    return path


def from_file(module: Path, said: str = "styles:points") -> Any:
    text = f"experiment: 1\ngraph: a.yaml\nscore: {{function: '{said}'}}\n"
    return experiment_from_text(text, str(module.with_name("x.experiment.yaml")), base=module.parent)


def test_a_function_asked_for_on_the_command_line_scores(module: Path) -> None:
    code = Code.from_json(allowed_code(experiment_of({"graph": "a", "score": {"function": "styles:points"}}))[
        "function"].to_json())  # fmt: skip

    found = by_function(Score("f", "function", code.said), loaded(code), code.file, RAN, ROW)

    assert found == Scored("f", 17.0)


def test_a_function_of_a_file_is_not_imported_until_its_bytes_are_approved(module: Path) -> None:
    experiment = from_file(module)

    with pytest.raises(FunctionNotApproved) as caught:
        allowed_code(experiment)
    assert "somebody_was_here" not in sys.modules
    assert caught.value.hash in str(caught.value)
    assert str(caught.value).startswith(str(module.with_name("x.experiment.yaml:3")))

    code = allowed_code(experiment, approve=[caught.value.hash])["function"]
    approve_function(code)
    assert allowed_code(experiment)["function"] == code
    assert "somebody_was_here" not in sys.modules
    assert callable(loaded(code))
    assert "somebody_was_here" in sys.modules

    module.write_text(SOURCE + "\n")
    with pytest.raises(FunctionNotApproved):
        allowed_code(experiment)


def test_an_installed_module_named_by_a_stranger_is_not_imported_either(module: Path) -> None:
    with pytest.raises(FunctionNotApproved, match="in a module that is installed here"):
        allowed_code(from_file(module, "os:system"))


def test_what_a_function_raises_is_the_reason_without_keys(module: Path) -> None:
    def reason(name: str) -> str:
        code = Code(f"styles:{name}", str(module), module.read_bytes())
        return by_function(Score("f", "function", code.said), loaded(code), code.file, RAN, ROW).reason

    assert reason("fails").startswith("The function raised Line 6: ValueError: no key ")
    assert "sk-0123456789abcdefghijklmnop" not in reason("fails")
    assert "SystemExit" in reason("leaves")
    with pytest.raises(UsageError, match="has no function `constant`"):
        reason("constant")
    with pytest.raises(UsageError, match="cannot be imported"):
        loaded(Code("styles:points", str(module), b"1 +"))
    with pytest.raises(UsageError, match="cannot be imported"):
        loaded(Code("no_such_module_at_all:f"))
