"""A script as it is written by hand, beside the graph that it stands for: write, criticise, rewrite."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from studio.export.standalone.runtime.firing import Firing
from studio.export.standalone.runtime.graph import Graph, Input
from studio.export.standalone.runtime.models.catalog import Models
from studio.export.standalone.runtime.outside import Outside
from studio.export.standalone.runtime.program import add_options, execute
from studio.export.standalone.runtime.region import Region
from studio.export.standalone.schema import trace_schema
from studio.nodes.flow._switching import switch
from studio.nodes.llm._decide import DecideJob, decide
from studio.nodes.llm._generate import TextJob, generate
from studio.support.values import Absent, Json

Ports = Mapping[str, Json | Absent]

WRITER = TextJob(
    instructions="Write two sentences about {topic}.\nMend this fault of the last draft, if any: {fault}\n",
)
CRITIC = DecideJob(instructions="Judge: {draft}", labels=["good", "vague", "wrong"])


async def writer(firing: Any, topic: Json, fault: Json) -> Ports:
    return await generate(firing, {"topic": topic, "fault": fault}, job=WRITER)


async def critic(firing: Any, draft: Json) -> Ports:
    return await decide(firing, {"draft": draft}, job=CRITIC)


def route(firing: Firing, value: Json, data: Json = True) -> Ports:
    return switch(value, data, {"good": "good"})


async def critic_loop(region: Region) -> None:
    """Write, criticise, rewrite until the critic is content."""
    topic = region.given("topic", "tide pools")
    fault = region.initial("")
    while region.next_tick():
        writer_out = await region.fire("writer", writer, topic=topic["value"], fault=fault)
        critic_out = await region.fire("critic", critic, draft=writer_out["text"])
        route_out = await region.fire("route", route, value=critic_out["label"])
        region.stop("done", when=route_out["good"])
        region.output("result", writer_out["text"])
        fault = region.feed_back(critic_out["label"])


def critic_graph(text: str, versions: Mapping[str, int]) -> Graph:
    """Return the graph with the versions that its node types have today."""
    ports: dict[str, dict[str, str]] = {
        "topic": {"value": "any"}, "writer": {"text": "text"},
        "critic": {"label": "text", "confidence": "number", "scores": "json"},
        "route": {"good": "any", "else": "any"}, "done": {}, "result": {},
    }  # fmt: skip
    types = {
        "topic": "flow.input", "writer": "llm.function", "critic": "llm.function", "route": "flow.switch",
        "done": "flow.stop", "result": "flow.output",
    }  # fmt: skip
    return Graph(
        critic_loop,
        name="critic_loop",
        nodes={name: (types[name], versions[name], ports[name]) for name in text.split() if name in types},
        inputs={"topic": Input(required=False)},
        max_ticks=6,
        limits={"cost_usd": 0.05},
    )


def main(graph: Graph, text: str, arguments: list[str]) -> int:
    """Run the script with a command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--topic")
    add_options(parser, "model")
    args = parser.parse_args(arguments)
    return execute(
        graph, {"topic": ("--topic", "text", args.topic)}, args, text=text, schema=trace_schema(),
        limits={"calls": 100}, outside=lambda: Outside(Models({}, model=args.model or "")),
    )  # fmt: skip
