"""Spans in the protocol of OpenTelemetry (OTLP): as JSON for files, as protobuf for collectors.

The JSON is what the protocol asks for and general protobuf JSON is not: ids as hexadecimal digits, numbers of 64 bits
as text, enumerations as numbers, no null. A file holds a request per line, as the Collector's `otlpjsonfile` reads it;
a run that fits into one line is a JSON file too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from studio.export.records.spans import Attribute, Event, Span

if TYPE_CHECKING:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import KeyValue

PAGE: Final = 512
"""Spans in one request."""

SCOPE: Final = "studio.export"
ERROR: Final = 2
"""The number of the status of what failed."""
_INT64: Final = range(-(2**63), 2**63)


def pages(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield the spans in lists of at most `PAGE`."""
    waiting = iter(spans)
    while page := list(islice(waiting, PAGE)):
        yield page


def as_json(spans: Iterable[Span], resource: Mapping[str, str]) -> dict[str, Any]:
    """Return a request with these spans as an object for JSON. `resource` says who they come from."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [_pair(name, value) for name, value in resource.items()]},
                "scopeSpans": [
                    {
                        "scope": {"name": SCOPE, "version": resource.get("service.version", "")},
                        "spans": [_span(one) for one in spans],
                    }
                ],
            }
        ]
    }


def _span(span: Span) -> dict[str, Any]:
    made: dict[str, Any] = {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": [_pair(name, value) for name, value in span.attributes.items()],
    }
    if span.parent_id:
        made["parentSpanId"] = span.parent_id.hex()
    if span.events:
        made["events"] = [_event(one) for one in span.events]
    if span.links:
        made["links"] = [{"traceId": trace.hex(), "spanId": id.hex()} for trace, id in span.links]
    if span.failed:
        made["status"] = {"code": ERROR, **({"message": span.message} if span.message else {})}
    return made


def _event(event: Event) -> dict[str, Any]:
    pairs = [_pair(name, value) for name, value in event.attributes.items()]
    return {"timeUnixNano": str(event.at), "name": event.name, "attributes": pairs}


def _pair(name: str, value: Attribute) -> dict[str, Any]:
    return {"key": name, "value": _value(value)}


def _value(value: Attribute) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)} if value in _INT64 else {"stringValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"arrayValue": {"values": [{"stringValue": one} for one in value]}}


def as_protobuf(spans: Iterable[Span], resource: Mapping[str, str]) -> ExportTraceServiceRequest:
    """Return the same request as a protobuf message."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1.trace_pb2 import Status

    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    for name, value in resource.items():
        _fill(group.resource.attributes.add(), name, value)
    scope = group.scope_spans.add()
    scope.scope.name = SCOPE
    scope.scope.version = resource.get("service.version", "")
    for one in spans:
        made = scope.spans.add(
            trace_id=one.trace_id,
            span_id=one.span_id,
            parent_span_id=one.parent_id,
            name=one.name,
            kind=one.kind,
            start_time_unix_nano=one.start,
            end_time_unix_nano=one.end,
        )
        for name, given in one.attributes.items():
            _fill(made.attributes.add(), name, given)
        for event in one.events:
            told = made.events.add(time_unix_nano=event.at, name=event.name)
            for name, given in event.attributes.items():
                _fill(told.attributes.add(), name, given)
        for trace, id in one.links:
            made.links.add(trace_id=trace, span_id=id)
        if one.failed:
            made.status.code = Status.STATUS_CODE_ERROR
            made.status.message = one.message
    return request


def _fill(pair: KeyValue, name: str, value: Attribute) -> None:
    pair.key = name
    if isinstance(value, bool):
        pair.value.bool_value = value
    elif isinstance(value, int) and value in _INT64:
        pair.value.int_value = value
    elif isinstance(value, float):
        pair.value.double_value = value
    elif isinstance(value, str | int):
        pair.value.string_value = str(value)
    else:
        for one in value:
            pair.value.array_value.values.add(string_value=one)
