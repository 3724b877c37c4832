"""Runs as OpenTelemetry traces: what is a span, what it is called, and how it is written."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from studio.export.records.messages import input_messages, output_messages, tool_definitions
from studio.export.records.otlp import PAGE, as_json, as_protobuf, pages
from studio.export.records.spans import CLIENT, INTERNAL, Event, Span, provider_of, span_id, spans_of, trace_id
from studio.models.scripted import Scripted
from studio.replay.continuing import fork
from studio.support.resources import bundled_graphs
from studio.trace import Trace, open_run
from tests.export.records.played import REPAIRED, TOO_LONG, WORKERS, WORKERS_REPLIES, played
from tests.support.everyday import for_examples
from tests.support.runs import recorded
from tests.trace.declaring import declare
from tests.trace.runs import start_of

RESOURCE = {"service.name": "test", "service.version": "1"}
EXAMPLES = [path.with_suffix(".run.db") for path in bundled_graphs() if path.with_suffix(".run.db").is_file()]


def spans_by_name(trace: Trace, run: str, **more: bool) -> dict[str, Span]:
    return {span.name: span for span in spans_of(trace, run, **more)}


def test_the_run_is_the_root_and_firings_stand_below_their_region(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    spans = list(spans_of(trace, run))

    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    roots = [span for span in spans if not span.parent_id]
    assert [span.name for span in roots] == ["invoke_workflow workers"]
    assert all(span.parent_id in by_id for span in spans if span.parent_id)
    said = next(span for span in spans if span.attributes.get("studio.node") == "work/1/say")
    assert by_id[said.parent_id].name == "work"
    assert by_id[by_id[said.parent_id].parent_id] is roots[0]
    chat = next(span for span in spans if span.parent_id == said.span_id)
    assert chat.name.startswith("chat ")
    assert {span.trace_id for span in spans} == {trace_id(run)}
    trace.close()


def test_a_span_lasts_as_long_as_what_stands_below_it(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    spans = {span.span_id: span for span in spans_of(trace, run)}

    for span in spans.values():
        assert span.start <= span.end
        around = spans.get(span.parent_id)
        if around is not None:
            # The trace keeps times as fractions of seconds, which are exact to less than a microsecond.
            assert around.start <= span.start + 1_000
            assert span.end <= around.end + 1_000
    trace.close()


def test_exporting_twice_gives_the_same_spans_and_another_run_gives_others(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")
    other_trace, other = played(WORKERS, WORKERS_REPLIES, tmp_path / "u.db")

    assert list(spans_of(trace, run)) == list(spans_of(trace, run))
    ids = {span.span_id for span in spans_of(trace, run)}
    assert not ids & {span.span_id for span in spans_of(other_trace, other)}
    trace.close()
    other_trace.close()


def test_model_calls_carry_what_the_conventions_require(tmp_path: Path) -> None:
    reply = {"node": "write", "reply": "crabs", "tokens_in": 12, "tokens_out": 3, "cost_usd": 0.5}
    trace, run = played(REPAIRED, [reply], tmp_path / "t.db")

    chat = next(span for span in spans_of(trace, run) if span.name.startswith("chat "))

    assert chat.kind == CLIENT
    assert chat.name == "chat list"
    attributes = chat.attributes
    assert attributes["gen_ai.operation.name"] == "chat"
    assert attributes["gen_ai.provider.name"] == "scripted"
    assert attributes["gen_ai.request.model"] == "list"
    assert attributes["gen_ai.usage.input_tokens"] == 12
    assert attributes["gen_ai.usage.output_tokens"] == 3
    assert attributes["gen_ai.request.temperature"] == 0.0
    assert attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert attributes["gen_ai.output.type"] == "text"
    agent = spans_by_name(trace, run)["invoke_agent write"]
    assert agent.kind == INTERNAL
    assert agent.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert agent.attributes["gen_ai.agent.name"] == "write"
    trace.close()


def test_what_was_said_is_left_out_unless_it_is_asked_for(tmp_path: Path) -> None:
    """The control: asked for, the same words are there."""
    trace, run = played(REPAIRED, [TOO_LONG, TOO_LONG, TOO_LONG], tmp_path / "t.db", {"topic": "zanzibar"})

    def written(content: bool) -> str:
        return json.dumps(as_json(spans_of(trace, run, content=content), RESOURCE))

    for word in (TOO_LONG, "zanzibar", "At most 12 letters"):
        assert word not in written(False)
        assert word in written(True)
    failed = spans_by_name(trace, run)["invoke_agent write"]
    assert failed.failed
    assert failed.attributes["error.type"]
    assert failed.message == ""
    trace.close()


def test_failures_have_a_status_and_successes_none(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")

    spans = spans_by_name(trace, run)

    assert {name for name, span in spans.items() if span.failed} == {"broken"}
    assert spans["none"].attributes["studio.firing.status"] == "skipped"
    written = as_json([spans["broken"], spans["none"]], RESOURCE)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert written[0]["status"] == {"code": 2}
    assert "status" not in written[1]
    trace.close()


def test_what_was_not_asked_anew_is_counted_nowhere() -> None:
    """The recorded run of this example holds both kinds of calls, so the others are the control."""
    with Trace(recorded("chat_router")) as trace:
        calls = [span for span in spans_of(trace, trace.run().id) if span.name.startswith("text_completion ")]
        kept = [effect for effect in trace.effects(kind="complete") if effect.origin == "cached"]

    cached = [span for span in calls if span.attributes.get("studio.effect.origin") == "cached"]
    asked = [span for span in calls if "studio.effect.origin" not in span.attributes]
    assert len(cached) == len(kept) > 0
    assert all("gen_ai.usage.input_tokens" not in span.attributes for span in cached)
    assert asked
    assert all("gen_ai.usage.input_tokens" in span.attributes for span in asked)


@for_examples("path", EXAMPLES)
def test_the_json_says_what_the_protobuf_says(path: Path) -> None:
    with Trace(path) as trace:
        for page in pages(spans_of(trace, trace.run().id, content=True)):
            assert len(page) <= PAGE
            written = json.loads(json.dumps(as_json(page, RESOURCE)))
            read = ParseDict(_with_general_ids(written), ExportTraceServiceRequest())

            assert read == as_protobuf(page, RESOURCE)


def test_the_comparison_would_see_a_difference() -> None:
    span = Span(b"t" * 16, b"s" * 8, b"", "a", INTERNAL, 1, 2, {"n": 1, "x": 1.5, "b": True, "many": ["a", "b"]})
    written = as_json([span], RESOURCE)

    read = ParseDict(_with_general_ids(written), ExportTraceServiceRequest())

    assert read == as_protobuf([span], RESOURCE)
    assert read != as_protobuf([Span(b"t" * 16, b"s" * 8, b"", "a", INTERNAL, 1, 3, span.attributes)], RESOURCE)


def test_the_json_is_the_protocols_own_not_general_protobuf_json() -> None:
    span = Span(
        b"\x01" * 16, b"\x02" * 8, b"\x03" * 8, "chat m", CLIENT, 2**60, 2**60 + 1,
        {"n": 7, "far": 2**70, "ok": True}, [Event("studio.log", 5, {})], True, "why", ((b"\x04" * 16, b"\x05" * 8),),
    )  # fmt: skip

    written = as_json([span], RESOURCE)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]

    assert written["traceId"] == "01" * 16
    assert written["spanId"] == "02" * 8
    assert written["parentSpanId"] == "03" * 8
    assert written["kind"] == 3
    assert written["startTimeUnixNano"] == str(2**60)
    values = {pair["key"]: pair["value"] for pair in written["attributes"]}
    assert values == {"n": {"intValue": "7"}, "far": {"stringValue": str(2**70)}, "ok": {"boolValue": True}}
    assert written["status"] == {"code": 2, "message": "why"}
    assert written["links"] == [{"traceId": "04" * 16, "spanId": "05" * 8}]


def _with_general_ids(written: dict[str, Any]) -> dict[str, Any]:
    """The protocol's JSON as general protobuf JSON: ids in base64."""

    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: base64.b64encode(bytes.fromhex(one)).decode()
                if key in ("traceId", "spanId", "parentSpanId")
                else changed(one)
                for key, one in value.items()
            }
        return [changed(one) for one in value] if isinstance(value, list) else value

    made: dict[str, Any] = changed(written)
    return made


def test_a_run_that_goes_on_from_another_links_to_it(tmp_path: Path) -> None:
    trace, run = played(WORKERS, WORKERS_REPLIES, tmp_path / "t.db")
    trace.close()

    forked = fork(tmp_path / "t.db", run, at=2, model=Scripted(list(WORKERS_REPLIES)))

    with Trace(tmp_path / "t.db") as again:
        root = list(spans_of(again, forked.run_id))[-1]
    assert root.links == ((trace_id(run), span_id(run)),)


def test_a_run_without_an_end_is_told_up_to_where_it_is_known(tmp_path: Path) -> None:
    log = open_run(tmp_path / "t.db", start_of())
    declare(log, 1, "work", "toy.work", 1, 0, 0)
    started = 2_000_000_000_000_000_000
    log.open_firing(1, 1, "0", 0, 0, started)
    log.effect_intent(1, 1, "http", "get", {"url": "x"}, 1, started + 5_000_000)
    log.flush()

    with Trace(tmp_path / "t.db") as trace:
        spans = list(spans_of(trace, log.run_id))

    assert [span.name for span in spans] == ["work", "execute_tool get", "invoke_workflow " + spans[-1].name[16:]]
    assert spans[0].attributes["studio.firing.status"] == "running"
    assert spans[0].attributes["studio.unfinished"] is True
    assert spans[1].attributes["gen_ai.tool.name"] == "get"
    assert spans[-1].attributes["studio.run.status"] == "running"
    assert spans[-1].end >= spans[1].start


def test_messages_are_roles_and_parts() -> None:
    request = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "",
             "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "w", "arguments": '{"a": 1}'}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        ],
        "tools": [{"name": "w", "about": "Looks.", "parameters": {"type": "object"}}],
    }  # fmt: skip

    assert input_messages(request) == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Weather?"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "w", "arguments": {"a": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]},
    ]
    answered = {"text": "Wet.", "tool_calls": [{"id": "c2", "name": "w", "arguments": {}}]}
    assert output_messages(answered, "tool_calls") == [
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "Wet."},
                {"type": "tool_call", "id": "c2", "name": "w", "arguments": {}},
            ],
            "finish_reason": "tool_call",
        }
    ]
    assert tool_definitions(request)[0]["name"] == "w"
    assert input_messages({"prompt": "Text:"}) == [{"role": "user", "parts": [{"type": "text", "content": "Text:"}]}]


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("openai/gpt-4o-mini", "openai", "gpt-4o-mini"),
        ("gemini/gemini-2.5-flash", "gcp.gemini", "gemini-2.5-flash"),
        ("openrouter/anthropic/claude-x", "openrouter", "anthropic/claude-x"),
        ("gpt-4o", "openai", "gpt-4o"),
        ("embedded/smollm2-135m", "embedded", "smollm2-135m"),
        ("scripted:replies.jsonl", "scripted", "replies.jsonl"),
        ("whatever", "litellm", "whatever"),
    ],
)
def test_who_offers_a_model_is_said_in_the_words_of_the_conventions(model: str, provider: str, name: str) -> None:
    assert provider_of(model) == (provider, name)
