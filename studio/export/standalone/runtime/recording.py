"""Writes a script's run as the studio writes one; `studio.trace.log.RunLog` says what each call means.

Calls return at once: rows wait and are written a moment later, many in one transaction. `flush` writes them now, before
and after what costs money.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.export.standalone.runtime.tallying import Tallying
from studio.export.standalone.runtime.trace_file import TraceFile, Write
from studio.export.standalone.runtime.trace_rows import (
    write_alarm,
    write_answer,
    write_blob,
    write_checkpoint,
    write_content,
    write_effect,
    write_end,
    write_firing,
    write_memory,
    write_open,
    write_paths,
    write_spent,
    write_start,
    write_store_op,
)
from studio.support.errors import EnvironmentProblem
from studio.support.keys import scrubber
from studio.support.values import Json, encode, hash_bytes
from studio.trace.log import CALLS, EXECUTED, SKIPPED, NodePath, RunStart
from studio.trace.runlog import message_parts, scrubbed
from studio.trace.views import RUN_BITS

WINDOW_S = 0.02
"""Longest wait of a row before it is written, where the event loop turns."""

MOST_WAITING = 2000
"""Rows that may wait; the next one writes them."""


class Recorder:
    """One run in a trace file. Without a file it writes nothing, and checks the same.

    Times are nanoseconds since 1970 or lengths in nanoseconds, ids of firings and paths count within the run, from 1.
    """

    def __init__(self, path: Path | None, schema: str, start: RunStart) -> None:
        """Raises `EnvironmentProblem` if the file is no trace of this version or cannot be written."""
        self.run_id = start.run_id
        self._file = None if path is None else TraceFile(path, schema)
        self._base = 0
        """Physical id of the run, shifted left; known when its header is written."""
        self._scrub = scrubber()
        self._waiting: list[Write] = []
        self._started: dict[int, Write] = {}
        """Starts of firings, which wait too: of one that is decided before they are written, none stands apart."""
        self._timer: asyncio.TimerHandle | None = None
        self._problem: EnvironmentProblem | None = None
        self._effects = itertools.count(1)
        self._store_ops = itertools.count(1)
        self._alarms = itertools.count(1)
        self._asked: dict[tuple[int, int], tuple[int, str]] = {}
        self._tally = Tallying()
        self._put(write_start, start, self._clean_all(start.inputs))

    # -- what happens in a run -----------------------------------------------------------------------

    def paths(
        self, first_id: int, prefix: str, nodes: Sequence[NodePath], parent_path: int, first_index: int = 0
    ) -> None:
        """Declare the node paths of a region before its first firing."""
        self._put(write_paths, first_id, prefix, nodes, parent_path, first_index)

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        """A firing has started that will have effects or inner firings."""
        if self._file is None:
            return
        self._tally.started(id)
        self._started[id] = (write_open, (id, path_id, tick, parent, item, started_at))
        self._write_soon()

    def firing(
        self, id: int, seq: int, path_id: int, tick: str, parent: int, item: int, status: int, reason: str, origin: int,
        started_at: int, duration: int, inputs: Mapping[str, Json] | None, outputs: Mapping[str, bytes] | None,
        attempt: int, absent: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """A firing was decided."""
        if self._file is None:
            return
        if status != SKIPPED:  # a skip does not say when it had started, if it had
            self._started.pop(id, None)
        told = encode({port: self._clean_text(why) for port, why in absent.items()}).decode() if absent else None
        facts = (
            tick, parent, item, status, self._clean_text(reason) or None, origin, started_at, duration,
            encode(dict(inputs)).decode() if inputs else None,
        )  # fmt: skip
        self._put(write_firing, id, seq, path_id, facts, self._clean_all(outputs or {}), attempt, told)
        if (spent := self._tally.decided(id, status)) is not None:
            self._put(write_spent, seq, id, *spent)
        if (checkpoint := self._tally.checkpoint(seq)) is not None:
            self._put(write_checkpoint, seq, *checkpoint)

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        """Effect `n` of a firing is about to be asked. Raises `NotJson` for a request that is no finite JSON."""
        request = scrubbed(request, self._scrub)
        encode(request)
        rest, messages = message_parts(kind, request)
        key = next(self._effects)
        self._asked[firing, n] = (key, kind)
        if self._file is not None:
            self._tally.asked(firing, kind)
        self._put(write_effect, key, firing, n, kind, self._clean_text(name), encode(rest), messages, attempt, at)

    def effect_result(
        self, firing: int, n: int, status: str, response: Json, error: str, duration: int, tokens_in: int | None,
        tokens_out: int | None, cost_usd: float | None, finish_reason: str, entropy: float | None,
        origin: int = EXECUTED,
    ) -> None:  # fmt: skip
        """The answer to effect `n`: status `ok` or `error`."""
        response = scrubbed(response, self._scrub)
        encoded = encode(response)
        encode([cost_usd, entropy])
        if (firing, n) not in self._asked:
            raise ValueError(f"effect {n} of firing {firing} was answered but not asked, or answered twice")
        key, kind = self._asked.pop((firing, n))
        reply: str | None = None
        if kind in CALLS and type(response) is dict and type(response.get("text")) is str:
            reply = response["text"]
            encoded = encode({**response, "text": None})
        if self._file is not None:
            free = origin != EXECUTED or finish_reason == "cached"
            self._tally.answered(firing, kind, status, (tokens_in, tokens_out), cost_usd, free)
        self._put(
            write_answer, key, status, encoded, reply, self._clean_text(error) or None, duration, tokens_in,
            tokens_out, cost_usd, finish_reason, entropy, origin,
        )  # fmt: skip

    def store_op(
        self, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int = 0, after: int = 0
    ) -> None:
        """Operation `n` of a firing on a store, which `memory` gave a number."""
        key = next(self._store_ops)
        place = memory << RUN_BITS | after if memory else None
        given, gives = self._clean(encode(args)), self._clean(result)
        self._put(write_store_op, key, firing, n, store, op, given, gives, place)

    def memory(
        self, store: str, kind: str, prefix: str, tick: str, firing: int, item: int, attempt: int, base: int, after: int
    ) -> int:
        """A store is used for the first time; returns its number."""
        number = next(self._store_ops)
        self._put(write_memory, number, store, kind, prefix, tick, firing, item, attempt, base, after)
        return number

    def memory_content(self, memory: int, after: int, content: bytes) -> None:
        """What a store held with all operations so far."""
        self._put(
            write_content, next(self._store_ops), memory << RUN_BITS | after, self._clean(content)
        )  # fmt: skip

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        """Something worth a person's eye happened."""
        told = encode(scrubbed(evidence, self._scrub))
        self._put(write_alarm, next(self._alarms), firing, kind, self._clean_text(message), told, at)

    def blob(self, data: bytes, media_type: str) -> str:
        """Keep bytes by their content hash, which is returned."""
        self._put(write_blob, bytes(data), media_type)
        return hash_bytes(data)

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        """The run's footer. Without it a run reads as interrupted."""
        told = None if error is None else encode(scrubbed(error, self._scrub)).decode()
        given = self._clean_all(outputs)
        self._put(write_end, status, ended, told, given, encode(dict(totals)).decode(), at)

    # -- when it is written --------------------------------------------------------------------------

    def flush(self) -> None:
        """Write all that waits. Raises `EnvironmentProblem` if the machine refuses; then it waits on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._file is None or not (self._waiting or self._started):
            return
        waiting, self._waiting = self._waiting, []  # a node that works in a thread of its own may add to them
        try:
            self._file.write([*waiting, *self._started.values()])
        except EnvironmentProblem as problem:
            self._waiting = [*waiting, *self._waiting]
            self._problem = problem
            raise
        self._problem = None
        self._started.clear()

    def raise_if_broken(self) -> None:
        """Raise `EnvironmentProblem` if what waits could not be written when it was last tried."""
        if self._problem is not None:
            raise self._problem

    def close(self) -> None:
        """Write all that waits and close the file. Raises `EnvironmentProblem`."""
        try:
            self.flush()
        finally:
            if self._file is not None:
                self._file.close()

    def _put(self, write: Callable[..., None], *values: Any) -> None:
        if self._file is not None:
            self._waiting.append((write, values))
            self._write_soon()

    def _write_soon(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # before the run, after it, or in a thread of a node: what turns the loop writes it
        if len(self._waiting) >= MOST_WAITING:
            self.flush()
        elif self._timer is None:
            self._timer = loop.call_later(WINDOW_S, self._write_now)

    def _write_now(self) -> None:
        try:
            self.flush()
        except EnvironmentProblem:
            return  # kept: `raise_if_broken` tells, and the next `flush`

    # -- what keeps keys out -------------------------------------------------------------------------

    def _clean(self, data: bytes) -> bytes:
        return self._scrub(data.decode()).encode()

    def _clean_all(self, values: Mapping[str, bytes]) -> dict[str, bytes]:
        return {name: self._clean(data) for name, data in values.items()}

    def _clean_text(self, text: str) -> str:
        """The text of an error may quote anything, half a character too."""
        return self._scrub(text).encode("utf-8", "backslashreplace").decode()
