"""What to do about a node that fails: try again, give up after a time, go on without it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from studio.engine.firing import BACKOFF_MOST_S, BACKOFF_S, as_node_error, message_of
from studio.engine.limits import Meter
from studio.export.standalone.runtime.region import call, own
from studio.support.errors import NodeError
from studio.support.values import Absent, Json, decode, encode

if TYPE_CHECKING:
    from studio.engine.firing import Failure
    from studio.export.standalone.runtime.firing import Firing


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one node beside its wires.

    `retries` more attempts of at most `timeout_s` seconds each; then it fails the graph, is skipped, gives `default` by
    port, or gives its error on the port `error` (route). `limits` is what it may use in the whole run. One that
    `contends` fails the graph only if nobody else delivers; `in_thread` is for functions that keep the program waiting.
    """

    retries: int = 0
    timeout_s: float | None = None
    on_error: Literal["fail", "skip", "default", "route"] = "fail"
    default: Mapping[str, Json] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    contends: bool = False
    in_thread: bool = False

    def begin(self, firing: Firing) -> None:
        """Get ready for a node that is about to be decided."""
        region = firing.region
        firing.retries = self.retries
        region.deferred.pop(firing.name, None)
        if self.limits:
            own = Meter(self.limits, region.meter, f"node `{firing.node}`")
            firing.meter = region.run.meters.setdefault(firing.node, own)
            firing.meter.parent = region.meter

    async def call(self, firing: Firing, module: Callable[..., Any], given: Mapping[str, Json]) -> Any:
        """Call a module, again where it fails. Raises what the last attempt raised."""
        if not self.retries and self.timeout_s is None:
            return await self._once(firing, module, given)
        firing.open()
        while True:
            limit = asyncio.timeout(self.timeout_s)
            attempt = firing.for_attempt()
            try:
                async with limit:
                    return await self._once(attempt, module, {name: own(value) for name, value in given.items()})
            except TimeoutError as error:
                failed: Exception = self._too_slow(firing) if limit.expired() else error
            except Exception as error:  # noqa: BLE001 - tried again, or handed on to `on_error`
                failed = error
            finally:
                firing.end(attempt)
            if firing.attempt <= self.retries and not (firing.region.halted or firing.region.run.no_waiting):
                wait_s = min(BACKOFF_MOST_S, BACKOFF_S * 2 ** (firing.attempt - 1)) * random.uniform(0.5, 1.5)
                await asyncio.sleep(wait_s)
            if firing.attempt > self.retries or firing.region.halted:
                raise failed
            firing.attempt += 1

    async def _once(self, firing: Firing, module: Callable[..., Any], given: Mapping[str, Json]) -> Any:
        if not self.in_thread:
            return await call(firing, module, given)
        firing.open()
        return await asyncio.to_thread(_in_thread, firing, module, given)

    def _too_slow(self, firing: Firing) -> NodeError:
        """The time limit cut an attempt off: time is outside, so it is taken down."""
        log, n = firing.region.run.log, firing.next_number()
        request = {"seconds": self.timeout_s}
        log.effect_intent(firing.id, n, "timeout", "timeout_s", request, firing.attempt, firing.region.run.now)
        log.effect_result(firing.id, n, "ok", None, "", 0, None, None, None, "", None)
        return NodeError(
            f"took longer than its limit of {self.timeout_s:g} s.", hint="Raise `timeout_s`.", code="timeout",
            transient=True,
        )  # fmt: skip

    def instead(self, firing: Firing, failure: Failure, error: NodeError) -> dict[str, Json] | Absent | None:
        """Return what a failed node gives, by port, or why it gives nothing; None if its failure fails the graph."""
        ports = firing.region.graph.ports(firing.name)
        message = message_of(error)
        root = Absent(f"`{firing.name}` failed: {message}")
        if self.on_error == "skip":
            return root
        if self.on_error == "default":
            given = {port: decode(encode(self.default[port])) for port in ports if port in self.default}
            return {**dict.fromkeys(ports, root), **given, "done": True}
        if self.on_error == "route":
            told = {"code": error.kind, "message": message, "node": firing.node}
            return {**dict.fromkeys(ports, root), "done": root, "error": told}
        if self.contends:
            firing.region.deferred[firing.name] = failure
            return root
        return None


def _in_thread(firing: Firing, module: Callable[..., Any], given: Mapping[str, Json]) -> Any:
    try:
        return module(firing, **given)
    except StopIteration as raised:  # which no thread can hand on
        raise as_node_error(raised) from raised
