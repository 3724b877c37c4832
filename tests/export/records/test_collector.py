"""Sending traces to a collector: to one address only, again when it is busy, and with sentences when it fails."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from studio.export.records.collector import HEADERS, TRIES, address_of, headers_from, send
from studio.export.records.spans import INTERNAL, Span
from studio.support.errors import EnvironmentProblem, UsageError
from tests.export.records.collecting import Collector, collector

RESOURCE = {"service.name": "test"}
SPANS = [Span(b"t" * 16, bytes([n]) * 8, b"", f"span {n}", INTERNAL, 1, 2, {"n": n}) for n in range(1, 4)]


@pytest.fixture
def here() -> Iterator[Collector]:
    with collector() as kept:
        yield kept


def test_spans_arrive_as_protobuf_at_the_path_for_traces(here: Collector) -> None:
    taken, said = send([SPANS[:2], SPANS[2:]], here.url, RESOURCE, environment={})

    assert (taken, said) == (3, [])
    assert [path for path, _, _ in here.requests] == ["/v1/traces", "/v1/traces"]
    assert {headers["Content-Type"] for _, headers, _ in here.requests} == {"application/x-protobuf"}
    assert [span.name for span in here.spans()] == ["span 1", "span 2", "span 3"]


def test_spans_arrive_as_json_if_that_is_wanted(here: Collector) -> None:
    send([SPANS], here.url, RESOURCE, protobuf=False, environment={})

    _, headers, body = here.requests[0]
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] == "74" * 16


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_collector_is_asked_again_after_the_time_it_names(here: Collector, status: int) -> None:
    here.answers = [(status, {"Retry-After": "7"}, b""), (status, {}, b""), (200, {}, b"")]
    waits: list[float] = []

    taken, _ = send([SPANS], here.url, RESOURCE, wait=waits.append, environment={})

    assert taken == 3
    assert waits == [7.0, 2.0]
    assert len({body for _, _, body in here.requests}) == 1


def test_a_collector_that_names_a_year_is_not_waited_for_so_long(here: Collector) -> None:
    here.answers = [(503, {"Retry-After": "31536000"}, b""), (200, {}, b"")]
    waits: list[float] = []

    send([SPANS], here.url, RESOURCE, wait=waits.append, environment={})

    assert waits == [30.0]


def test_patience_ends(here: Collector) -> None:
    here.answers = [(503, {}, b"")]

    with pytest.raises(EnvironmentProblem, match="answered 503"):
        send([SPANS], here.url, RESOURCE, wait=lambda seconds: None, environment={})

    assert len(here.requests) == TRIES


@pytest.mark.parametrize(("status", "hint"), [(400, "See its log"), (401, HEADERS), (404, "OTLP over HTTP")])
def test_a_refusal_is_told_at_once(here: Collector, status: int, hint: str) -> None:
    here.answers = [(status, {}, b"no")]

    with pytest.raises(EnvironmentProblem) as told:
        send([SPANS], here.url, RESOURCE, environment={})

    assert f"answered {status}" in str(told.value)
    assert hint in str(told.value)
    assert len(here.requests) == 1


def test_redirects_are_not_followed(here: Collector) -> None:
    with collector() as other:
        here.answers = [(307, {"Location": f"{other.url}/v1/traces"}, b"")]

        with pytest.raises(EnvironmentProblem, match="answered 307"):
            send([SPANS], here.url, RESOURCE, environment={})

        assert other.requests == []


def test_proxies_of_the_environment_are_not_used(here: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    with collector() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)

        send([SPANS], here.url, RESOURCE, environment={})

        assert proxy.requests == []
    assert len(here.requests) == 1


def test_nobody_there_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(EnvironmentProblem, match="cannot be reached"):
        send([SPANS], f"http://127.0.0.1:{port}", RESOURCE, wait=lambda seconds: None, environment={})


def test_what_a_collector_did_not_take_is_told(here: Collector) -> None:
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 2
    answer.partial_success.error_message = "too old"
    here.answers = [(200, {}, answer.SerializeToString())]

    assert send([SPANS], here.url, RESOURCE, environment={}) == (1, ["too old"])


def test_an_answer_that_means_nothing_does_no_harm(here: Collector) -> None:
    here.answers = [(200, {}, b"\xff<html>fine</html>")]

    assert send([SPANS], here.url, RESOURCE, environment={}) == (3, [])


def test_keys_come_from_the_environment_and_go_along(here: Collector) -> None:
    send([SPANS], here.url, RESOURCE, environment={HEADERS: "Authorization=Bearer%20abc, x-team = blue"})

    headers = here.requests[0][1]
    assert headers["Authorization"] == "Bearer abc"
    assert headers["x-team"] == "blue"


def test_keys_do_not_go_to_another_machine_in_the_clear() -> None:
    with pytest.raises(UsageError, match="in the clear"):
        send([SPANS], "http://collector.example:4318", RESOURCE, environment={HEADERS: "Authorization=Bearer%20abc"})


@pytest.mark.parametrize("text", ["nonsense", "a b=c", "x=a%0d%0aHost: y", "=secret"])
def test_headers_that_are_none_are_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(UsageError) as told:
        headers_from({HEADERS: text})

    assert text not in str(told.value)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
        ("https://a.example/api/otel", "https://a.example/api/otel/v1/traces"),
        ("https://a.example/v1/traces", "https://a.example/v1/traces"),
    ],
)
def test_the_path_for_traces_is_added_where_it_is_missing(given: str, address: str) -> None:
    assert address_of(given) == address


@pytest.mark.parametrize(
    "given",
    ["", "collector:4318", "ftp://a.example", "http://", "http://me:secret@a.example", "http://a.example/?key=secret",
     "http://a.example:99999", "http://[::1", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(UsageError) as told:
        address_of(given)

    assert "secret" not in str(told.value)
