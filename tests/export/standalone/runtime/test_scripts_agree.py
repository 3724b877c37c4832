"""Files of scripted replies and answers mean the same where the standard library reads them, as in scripts."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.export.standalone.runtime import values as twin
from studio.export.standalone.runtime.models import scripted as lean
from studio.models import humans, script
from studio.models.humans import AnswersFile
from studio.models.litellm import tools as litellm_tools
from studio.models.litellm.tools import arguments_of
from studio.models.scripted import Scripted
from studio.spec.calls import ChatCall, CompletionCall, HumanCall
from studio.support import values
from studio.support.errors import StudioError
from tests.support.thorough import draws

NODES = st.sampled_from(["", "a", "town/ana/plan"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(["", " yes", "no\u2028", "{", '"x"'])
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
NUMBERS = st.none() | st.integers(-1, 99) | st.floats(-1, 1) | st.booleans() | TEXTS
CALLS = st.lists(
    st.fixed_dictionaries({"name": TEXTS}, optional={"id": TEXTS, "arguments": JSONS, "x": JSONS}) | JSONS, max_size=2
)
MARKED = st.fixed_dictionaries(
    {},
    optional={
        "node": NODES | st.integers(), "reply": JSONS, "tool_calls": CALLS, "message": TEXTS, "tokens_in": NUMBERS,
        "cost_usd": NUMBERS, "entropy": NUMBERS, "retry_after_s": NUMBERS, "finish_reason": TEXTS, "latency_ms":
        st.just(0), "error": st.sampled_from(["timeout", "rate_limit", "auth", "no such kind"]), "choices":
        st.none() | st.dictionaries(TEXTS, st.floats(-0.1, 1.1), max_size=3), "what": JSONS,
    },
)  # fmt: skip
LINES = (
    JSONS.map(json.dumps)
    | MARKED.map(json.dumps)
    | st.sampled_from(["", "  ", "{", '"open', "[1,]", "nul", "NaN", "1e999", "-0", "1E5", '"\\ud800"', "\ufeff1"])
    | st.sampled_from(["123456789012345678901234567890", "[" * 2000, '{"a":1,"a":2}', "01", "'x'", "1 2", "\x0c1"])
)


def read_by(module: Any) -> pytest.MonkeyPatch:
    """Let the readers use these values."""
    patch = pytest.MonkeyPatch()
    for user in (script, humans, litellm_tools, lean):
        for name in ("encode", "decode", "preview"):
            if hasattr(user, name):
                patch.setattr(user, name, getattr(module, name))
    return patch


def told(error: StudioError) -> list[object]:
    """An error without what only the reader of JSON can say: where exactly a line stops being JSON."""
    text = re.sub(r"(not JSON|is none) \((?:[^()]|\([^()]*\))*\)", r"\1 (…)", str(error))
    return [type(error).__name__, text, getattr(error, "kind", ""), getattr(error, "retry_after_s", None)]


async def replies(file: Path) -> list[object]:
    """All that a script of answers gives in the studio, until it ends."""
    try:
        model = Scripted.from_file(file)
    except StudioError as error:
        return told(error)
    given_: list[object] = [model.deterministic_order]
    for number, call in enumerate(asked()):
        try:
            made = model.complete(call) if isinstance(call, CompletionCall) else model.chat(call)
            given_.append((await made).to_json())
        except StudioError as error:
            given_.append([number, *told(error)])
    return given_


async def lean_replies(file: Path) -> list[object]:
    """All that it gives in a script."""
    try:
        model = lean.Scripted(file)
    except StudioError as error:
        return told(error)
    given_: list[object] = [model.deterministic_order]
    for number, call in enumerate(asked()):
        ask = model.complete if isinstance(call, CompletionCall) else model.chat
        try:
            given_.append(await ask({}, call, call.timeout_s))
        except StudioError as error:
            given_.append([number, *told(error)])
    return given_


def asked() -> list[ChatCall | CompletionCall]:
    return [
        CompletionCall("x", node=node, tick=str(number))
        if number % 2
        else ChatCall(({"role": "user", "content": "x"},), node=node, tick=str(number))
        for number, node in enumerate(["a", "", "town/ana/plan"] * 3)
    ]


def place_of(found: list[object]) -> list[object]:
    """Of a bad line only its place and that it is one: what else is said of it is shorter in a script."""
    if found[0] == "UsageError":
        return [found[0], str(found[1]).partition(": ")[0], *found[2:]]
    return found


async def answers(file: Path) -> list[object]:
    try:
        human = AnswersFile.read(file)
    except StudioError as error:
        return told(error)
    given_: list[object] = [human.deterministic_order]
    for number, node in enumerate(["a", "", "town/ana/plan"] * 2):
        question = HumanCall("Go on?", ("yes", "no") if number % 2 else (), node=node, tick="0")
        try:
            given_.append(await human.ask(question))
        except StudioError as error:
            given_.append(told(error))
    return given_


def read_lean(file: Path) -> list[object]:
    """Read replies as a script does."""
    patch = read_by(twin)
    try:
        return asyncio.run(lean_replies(file))
    finally:
        patch.undo()


def both(read: Any, file: Path) -> list[object]:
    found = []
    for module in (values, twin):
        patch = read_by(module)
        try:
            found.append(asyncio.run(read(file)))
        finally:
            patch.undo()
    return found


@settings(max_examples=draws(25, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=4))
def test_a_script_of_replies_gives_the_same_read_by_either(tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")

    studio, standalone = asyncio.run(replies(file)), read_lean(file)

    assert repr(place_of(standalone)) == repr(place_of(studio))


@settings(max_examples=draws(25, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        LINES | TEXTS | st.builds(lambda node, answer: json.dumps({"node": node, "answer": answer}), NODES, JSONS),
        max_size=4,
    )
)
def test_a_file_of_answers_gives_the_same_read_by_either(tmp_path: Path, lines: list[str]) -> None:
    file = tmp_path / "answers.txt"
    file.write_text("\n".join(lines), encoding="utf-8")

    studio, standalone = both(answers, file)

    assert repr(standalone) == repr(studio)


@settings(max_examples=draws(25, 60), deadline=None)
@given(written=LINES)
def test_arguments_that_a_model_wrote_are_read_the_same(written: str) -> None:
    found = []
    for module in (values, twin):
        patch = read_by(module)
        try:
            found.append(arguments_of(written))
        finally:
            patch.undo()

    assert repr(found[0]) == repr(found[1])


def test_a_reader_that_takes_more_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean, "_is_good", lambda key, value: True)
    file = tmp_path / "replies.jsonl"
    file.write_text('{"reply": "x", "tokens_in": -1}\n')

    studio, standalone = asyncio.run(replies(file)), read_lean(file)

    assert repr(place_of(standalone)) != repr(place_of(studio))
