"""Runs as traces of OpenTelemetry, in a file or sent to a collector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.export.targets.declaring import Option, Options, Problem, RunSource, RunTarget, Tell

if TYPE_CHECKING:
    from studio.export.records.spans import Span


def make(source: RunSource, options: Options, tell: Tell) -> Iterator[bytes]:
    """Yield the spans as OTLP/JSON, a request per line."""
    import orjson

    from studio.export.records.otlp import as_json, pages

    for page in pages(_spans(source, options)):
        yield orjson.dumps(as_json(page, _resource(options))) + b"\n"


def send(source: RunSource, options: Options, tell: Tell) -> None:
    """Send the spans to the collector at `--endpoint`."""
    from studio.export.records import collector
    from studio.export.records.otlp import pages

    endpoint = str(options["endpoint"])
    requests = pages(_spans(source, options))
    protobuf = options["protocol"] == "protobuf"
    taken, said = collector.send(requests, endpoint, _resource(options), protobuf=protobuf)
    tell(f"{taken} spans were taken by {collector.address_of(endpoint)}.")
    for sentence in said:
        tell(f"The collector says: {sentence}")


def problems(source: RunSource, options: Options) -> list[Problem]:
    """Say what is wrong with the address before anything is read."""
    if options["endpoint"]:
        from studio.export.records.collector import address_of

        address_of(str(options["endpoint"]))
    return []


def _spans(source: RunSource, options: Options) -> Iterator[Span]:
    from studio.export.records.spans import spans_of

    for run in source.runs:
        yield from spans_of(source.trace, run, content=bool(options["content"]))


def _resource(options: Options) -> dict[str, str]:
    from importlib.metadata import version

    return {"service.name": str(options["service"]), "service.version": version("ganglia-studio")}


TARGET = RunTarget(
    name="otlp",
    title="OpenTelemetry trace",
    summary="Runs as spans by the conventions for generative AI, for tools that show traces; in a file, or sent there.",
    suffixes=(".otlp.jsonl", ".otlp.json", ".otlp"),
    media_type="application/jsonl",
    make=make,
    problems=problems,
    many=True,
    send=send,
    send_option="endpoint",
    options=(
        Option("endpoint", "send it to the collector at this address instead of writing a file", "text", metavar="URL"),
        Option("content", "include prompts, replies, values and the sentences of errors"),
        Option(
            "protocol",
            "what is sent: protobuf, which every collector takes, or JSON",
            kind="choice",
            default="protobuf",
            choices=("protobuf", "json"),
        ),
        Option("service", "what the runs are filed under", "text", default="ganglia-studio", metavar="NAME"),
    ),
)
