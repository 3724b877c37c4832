"""`chunks.deliver`: a chunk that will arrive in a buffer."""

from __future__ import annotations

from typing import Any

from studio.nodes.chunks._values import seconds
from studio.spec import Fields, Node, RunContext, node, param, port


@node("chunks.deliver", title="Deliver later", category="Chunks", icon="clock")
class Deliver(Node):
    """Let a chunk arrive in a buffer after a while; if there is no chunk, let the request fail by then.

    What comes out is to wait in a queue of events, and then goes to *chunks.buffers*.  A later delivery to the same
    buffer takes the place of one that still waits.
    """

    class Params(Fields):
        buffer: str = param("retrieval", help="The buffer in which it will stand.")

    class In(Fields):
        time: float = port(help="The second.")
        delay: float = port(help="Seconds until it is there.")
        chunk: dict[str, Any] = port(None, help="An object with `name` and `slots`; without one the request fails.")

    class Out(Fields):
        events: list[Any] = port(help="The delivery, for a queue: one object with `value`, `priority`, `key`.")
        time: float = port(help="The second at which it is there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        when = seconds(inputs.time + inputs.delay)
        change = {
            "do": "deliver", "buffer": params.buffer, "chunk": inputs.chunk, "failed": inputs.chunk is None,
        }  # fmt: skip
        event = {"kind": "deliver", "time": when, "changes": [change]}
        return self.Out(events=[{"value": event, "priority": when, "key": params.buffer}], time=when)
