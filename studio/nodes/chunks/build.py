"""`chunks.build`: a new chunk, made in a buffer after a while."""

from __future__ import annotations

from typing import Any

from studio.nodes.activation._settings import setting, settings_port
from studio.nodes.chunks._values import filled, seconds
from studio.spec import Fields, Node, RunContext, node, param, port


@node("chunks.build", title="Build a chunk", category="Chunks", icon="json-build")
class Build(Node):
    """Build a new chunk for a buffer, which takes its time: 0.2 s for the imaginal buffer (ACT-R 7 reference manual).

    What comes out is to wait in a queue of events, and then goes to *chunks.buffers*.
    """

    class Params(Fields):
        buffer: str = param("imaginal", help="The buffer in which it will stand.")
        delay: float = param(0.2, ge=0, help="Seconds that it takes.")

    class In(Fields):
        request: list[Any] = port(help="Triples of operator, slot and value; those with `=` are the chunk.")
        time: float = port(help="The second.")
        settings: dict[str, Any] = settings_port()

    class Out(Fields):
        events: list[Any] = port(help="The delivery, for a queue: one object with `value`, `priority`, `key`.")
        time: float = port(help="The second at which the chunk is there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        slots = filled({slot: value for sign, slot, value in inputs.request if sign == "="})
        when = seconds(inputs.time + setting(inputs.settings, "imaginal_delay", params.delay))
        chunk = {"name": f"{params.buffer}-chunk", "slots": slots}
        change = {"do": "deliver", "buffer": params.buffer, "chunk": chunk, "failed": False}
        event = {"kind": "deliver", "time": when, "changes": [change]}
        return self.Out(events=[{"value": event, "priority": when, "key": params.buffer}], time=when)
