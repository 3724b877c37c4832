"""Records that a stranger wrote: any JSON may stand where a request or an answer should."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.export.records import messages
from studio.export.records.conversations import accepted, calls_of
from studio.export.records.finetune import Told, Wanted, example_lines
from studio.export.records.jsonl import run_lines
from studio.export.records.otlp import as_json, as_protobuf
from studio.export.records.spans import spans_of
from studio.support.values import encode
from studio.trace import Trace, open_run
from studio.trace.writer import close_writer
from tests.support.thorough import draws
from tests.trace.declaring import declare
from tests.trace.runs import start_of

WORDS = st.sampled_from(
    ["messages", "role", "content", "tool_calls", "text", "function", "name", "arguments", "tools", "stop", "model",
     "prompt", "texts", "schema", "temperature", "kind", "parameters", "user", "assistant", "tool", ""]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def some(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these names, each with any value."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))


MESSAGES = st.lists(
    some("role", "content", "tool_calls") | some("tool_calls").map(lambda one: {**one, "role": "user"}), max_size=3
)
REQUESTS = (
    st.builds(lambda said, rest: {**rest, "messages": said}, MESSAGES, some("tools", "stop", "model", "schema"))
    | VALUES
)
ANSWERS = st.builds(lambda rest: {**rest, "text": "said"}, some("tool_calls")) | VALUES


@settings(max_examples=draws(8, 15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(st.sampled_from(["chat", "complete", "embed", "http", "human", "log"]), REQUESTS, ANSWERS), max_size=4
    ),
    outputs=st.dictionaries(WORDS, VALUES, max_size=2),
)
def test_nothing_that_can_be_recorded_breaks_an_export(
    tmp_path: Path, asked: list[Any], outputs: dict[str, Any]
) -> None:
    db = tmp_path / f"{time.time_ns()}.db"
    log = open_run(db, start_of())
    declare(log, 1, "work", "llm.function", 1, 0, 0)
    log.open_firing(1, 1, "a0", 0, 0, 5)
    kept = 0
    for n, (kind, request, response) in enumerate(asked, 1):
        if kind in ("chat", "complete") and not isinstance(request, dict):
            continue  # these are taken apart when they are recorded
        if kind == "complete":
            request = {**request, "prompt": "Text:"}
        if kind == "chat" and not isinstance(request.get("messages"), list):
            request = {**request, "messages": []}
        if kind in ("chat", "complete") and not (isinstance(response, dict) and isinstance(response.get("text"), str)):
            response = {"text": "said"}
        log.effect_intent(1, n, kind, "any", request, 1, 6)
        log.effect_result(1, n, "ok", response, "", 1, None, None, None, "", None)
        kept += 1
    log.firing(1, 1, 1, "a0", 0, 0, 0, "", 0, 5, 10, {}, {name: encode(value) for name, value in outputs.items()}, 1)
    log.flush()

    with Trace(db) as trace:
        lines = [json.loads(line) for line in run_lines(trace, [log.run_id])]
        spans = list(spans_of(trace, log.run_id, content=True))
        list(example_lines(trace, [log.run_id], Wanted(), Told()))
        for whole in trace.whole(log.run_id):
            if whole.firing is not None:
                accepted(calls_of(whole.firing, whole.effects), trace.outputs(whole.firing))
    close_writer(db)

    assert sum(line["record"] == "effect" for line in lines) == kept
    assert len(as_protobuf(spans, {}).resource_spans[0].scope_spans[0].spans) == len(spans)
    assert json.dumps(as_json(spans, {}))


def test_without_the_look_at_their_kind_such_records_would_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    odd = {"messages": [{"role": "user", "content": "x", "tool_calls": 5}], "tools": True}
    assert messages.output_messages({"text": "said", "tool_calls": True}, "stop")
    assert messages.input_messages(odd)
    assert messages.tool_definitions(odd) == []

    monkeypatch.setattr(messages, "objects_in", lambda value: value or ())

    with pytest.raises(TypeError):
        messages.output_messages({"text": "said", "tool_calls": True}, "stop")
