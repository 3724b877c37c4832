"""Whatever was asked and answered: it comes back from a tests file to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.cases.case import Asked, Case, Recorded, StoreAnswer
from studio.cases.keeping import Keeper, Kept
from studio.cases.reading import read_cases
from studio.cases.writing import case_lines
from studio.spec.calls import ChatCall, ChatReply, CompletionCall, CompletionReply, TokenChoice
from studio.support.values import encode
from tests.support.thorough import draws

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "",
        " ",
        "\n",
        "a\n",
        "a\n\n",
        "\n a",
        "  a",
        "# no",
        "yes",
        "1e5",
        "- x",
        "a: b",
        "a: |",
        "'",
        '"',
        "{",
        "\t",
        "a  \nb",
        "\u2028",
    ]
)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
roles = st.sampled_from(["system", "user", "assistant"])
places = st.sampled_from([("a", "0"), ("map/x y/b", "3.1"), ("deep/0/in at 4/c", "12")])


@st.composite
def chats(draw: st.DrawFn) -> Asked:
    messages = draw(st.lists(st.fixed_dictionaries({"role": roles, "content": texts}), min_size=1, max_size=3))
    call = ChatCall(
        messages=tuple(messages),  # type: ignore[arg-type]
        schema=draw(st.none() | st.dictionaries(texts, values, max_size=2)),
        max_tokens=draw(st.none() | st.integers(1, 99)),
        temperature=draw(st.floats(0, 2)),
        stop=tuple(draw(st.lists(texts, max_size=2))),
        logprobs=draw(st.booleans()),
    )
    reply = ChatReply(draw(texts), model="m", entropy=draw(st.none() | st.floats(0, 9)), cost_usd=0.0)
    return Asked(*draw(places), "chat", "m", call.canonical("m"), reply.to_json())


@st.composite
def completions(draw: st.DrawFn) -> Asked:
    call = CompletionCall(draw(texts), max_tokens=draw(st.integers(1, 9)), top=draw(st.integers(1, 300)))
    choices = draw(st.lists(st.tuples(texts, st.floats(-30, 0)), max_size=4))
    reply = CompletionReply(
        draw(texts), tuple(TokenChoice(*one) for one in choices), "m", draw(st.sampled_from(["stop", "length"]))
    )
    return Asked(*draw(places), "complete", "m", call.canonical("m"), reply.to_json())


@st.composite
def others(draw: st.DrawFn) -> Asked:
    status = draw(st.sampled_from(["ok", "error"]))
    response = {"class": "node", "message": draw(texts)} if status == "error" else draw(values)
    error = response["message"] if status == "error" else ""
    kind, name = draw(st.sampled_from([("clock", "now"), ("tool", "tests.run"), ("embed", "m"), ("race", "value")]))
    return Asked(
        *draw(places),
        kind,
        name,
        draw(values),
        response,
        status,
        error,
        draw(st.integers(1, 3)),
        draw(st.integers(0, 2)),
    )


@settings(max_examples=draws(12, 30), deadline=None)
@given(
    answers=st.lists(chats() | completions() | others(), max_size=4),
    inputs=st.dictionaries(texts.filter(bool), values, max_size=3),
    outputs=st.dictionaries(texts.filter(bool), values, min_size=1, max_size=3),
    stored=st.lists(st.builds(StoreAnswer, st.just("n"), st.just("0"), texts, texts, values), max_size=2),
    about=texts,
)
def test_a_case_in_full_reads_as_it_was_written(
    answers: list[Asked], inputs: Any, outputs: Any, stored: list[StoreAnswer], about: str
) -> None:
    models = {"default": {"name": "m", "supports_schema": True, "retries": 2}}
    recorded = Recorded(run="01M", outputs=outputs, models=models, answers=answers, stores=stored)
    case = Case("one", "n", inputs, equal=True, about=about, recorded=recorded)
    keeper = Keeper()

    text = "\n".join(["studio_tests: 1", "cases:", *case_lines(case, keeper, short=False)]) + "\n"
    read = read_cases(text, Path("x.tests.yaml"), Kept(Path("x.cases.db"), keeper.values)).cases["one"]

    assert encode(dict(read.inputs)) == encode(inputs)
    assert encode(dict(read.recorded.outputs)) == encode(outputs)
    assert read.about == about
    assert [encode(one.result) for one in read.recorded.stores] == [encode(one.result) for one in stored]
    assert list(map(known, read.recorded.answers)) == list(map(known, answers))


def known(one: Asked) -> tuple[Any, ...]:
    """What must come back: all but the order of keys."""
    from studio.support.values import sorted_encode

    return (
        one.node, one.tick, one.kind, one.name, sorted_encode(one.request), sorted_encode(one.response), one.status,
        one.attempt, one.round,
    )  # fmt: skip
