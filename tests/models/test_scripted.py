"""Scripted models answer as their lines say, and say clearly what they cannot answer."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, CompletionCall
from studio.support.errors import ModelError, UsageError


def ask(node: str = "", tick: str = "", timeout_s: float | None = None) -> ChatCall:
    return ChatCall(messages=({"role": "user", "content": "?"},), node=node, tick=tick, timeout_s=timeout_s)


def script(tmp_path: Path, text: str) -> Scripted:
    path = tmp_path / "replies.jsonl"
    path.write_text(text, encoding="utf-8")
    return Scripted.from_file(path)


async def test_unaddressed_lines_are_served_in_call_order_and_objects_go_out_as_compact_json() -> None:
    model = Scripted(["Paris.", {"label": "good", "n": 1}, [1, 2], ""])

    texts = [(await model.chat(ask("a"))).text for _ in range(4)]

    assert texts == ["Paris.", '{"label":"good","n":1}', "[1,2]", ""]
    assert [call.node for call in model.requests] == ["a"] * 4


async def test_a_node_gets_its_own_lines_first_and_then_the_unaddressed_ones() -> None:
    model = Scripted(["free", {"node": "a/b", "reply": "one"}, {"node": "a/b", "reply": {"x": 2}}])

    texts = [(await model.chat(ask("a/b"))).text for _ in range(3)]

    assert texts == ["one", '{"x":2}', "free"]
    assert model.left() == 0


async def test_order_matters_only_if_some_line_has_no_address() -> None:
    assert Scripted(["x"]).deterministic_order
    assert not Scripted([{"node": "a", "reply": "x"}]).deterministic_order
    assert not Scripted([]).deterministic_order


async def test_running_out_names_node_tick_and_script(tmp_path: Path) -> None:
    model = script(tmp_path, '"only"\n')
    await model.chat(ask("writer", "0"))

    with pytest.raises(ModelError) as caught:
        await model.chat(ask("town/ana/plan", "3.1"))

    assert caught.value.kind == "script_exhausted"
    assert not caught.value.transient
    assert "node `town/ana/plan` at tick 3.1" in str(caught.value)
    assert "scripted:replies.jsonl" in str(caught.value)


@pytest.mark.parametrize("kind", ["rate_limit", "timeout", "server", "malformed"])
async def test_an_error_line_fails_the_call_as_transient_and_names_line_and_node(tmp_path: Path, kind: str) -> None:
    model = script(tmp_path, f'\n{{"error": "{kind}", "retry_after_s": 2}}\n')

    with pytest.raises(ModelError, match=r"replies\.jsonl:2, node `judge` at tick 1") as caught:
        await model.chat(ask("judge", "1"))

    assert (caught.value.kind, caught.value.transient, caught.value.retry_after_s) == (kind, True, 2)


async def test_costs_tokens_and_latency_of_a_line_are_reported_and_latency_meets_the_timeout() -> None:
    line = {"reply": "x", "tokens_in": 3, "tokens_out": 4, "cost_usd": None, "latency_ms": 1, "entropy": 0.5}
    model = Scripted([line, {"reply": "x", "latency_ms": 60_000}])

    reply = await model.chat(ask())
    with pytest.raises(ModelError, match=r"did not answer within 0\.001 s") as caught:
        await model.chat(ask(timeout_s=0.001))

    assert (reply.tokens_in, reply.tokens_out, reply.cost_usd, reply.entropy) == (3, 4, None, 0.5)
    assert caught.value.kind == "timeout"


async def test_a_completion_gives_the_reply_nearly_all_the_probability_or_the_choices_of_the_line() -> None:
    model = Scripted(["good", {"reply": "good", "choices": {"good": 0.6, "bad": 0.4}}])

    first = await model.complete(CompletionCall(prompt="p"))
    second = await model.complete(CompletionCall(prompt="p"))

    assert first.text == "good"
    assert first.choices[0].token == "good"
    assert math.exp(first.choices[0].logprob) > 0.99
    assert [(c.token, round(math.exp(c.logprob), 3)) for c in second.choices] == [("good", 0.6), ("bad", 0.4)]


async def test_streaming_passes_the_text_on() -> None:
    seen: list[str] = []

    await Scripted(["hello"]).chat(ask(), seen.append)

    assert seen == ["hello"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("good", "not JSON"),
        ('{"reply": 1, "error": "server"}', 'either "reply" or "error"'),
        ('{"node": "a"}', 'either "reply" or "error"'),
        ('{"node": 3, "reply": 1}', "node path"),
        ('{"error": "explosion"}', "must be one of"),
        ('{"error": ["server"]}', "must be one of"),
        ('{"reply": "x", "tokens": 3}', "Unknown key 'tokens'"),
        ('{"reply": "x", "tokens_in": -1}', '"tokens_in" must be a number'),
        ('{"reply": "x", "tokens_in": 1.5}', "whole number"),
        ('{"reply": "x", "choices": {"a": 2}}', "probabilities"),
        ('{"reply": "x", "finish_reason": 3}', "must be text"),
        ('"\\ud800"', "not JSON"),
    ],
)
def test_a_bad_line_is_refused_with_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"^replies\.jsonl:2: ") as caught:
        script(tmp_path, f'"fine"\n{line}\n')

    assert says in str(caught.value)


def test_a_missing_file_or_one_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        Scripted.from_file(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="not UTF-8"):
        Scripted.from_file(tmp_path / "raw")


async def test_separators_inside_a_json_string_do_not_break_the_line(tmp_path: Path) -> None:
    model = script(tmp_path, '"a\u2028b"\r\n')

    assert (await model.chat(ask())).text == "a\u2028b"
