"""`RunLog`: the one narrow door through which a run is written; the engine knows nothing else of the trace.

All methods may be called from any thread, return at once (they append to a queue that one writer thread
drains in group commits) and keep order.  Ids of firings and paths are small integers counted by the
caller within its run, from 1.  Payloads arrive encoded (`support.values.encode`): the caller encodes a
mutable value at the moment it logs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from studio.support.errors import EnvironmentProblem
from studio.support.values import Json

# Status of a firing.
OK = 0
ERROR = 1
SKIPPED = 2
# Where a result came from (design rule 2.14).
EXECUTED = 0
CACHED = 1
FROZEN = 2
REPLAYED = 3

STATUS_NAMES = ("ok", "error", "skipped")
ORIGIN_NAMES = ("executed", "cached", "frozen", "replayed")

# Kinds of effects.
CALLS = ("chat", "complete")
"""Model calls, as totals count them."""
MODEL_KINDS = (*CALLS, "embed")
"""What asks a model: the name of such an effect is the model's."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """A run's header. `graph_text` is the self-contained graph as run, kept once per `graph_hash`; `inputs` maps each
    input to its encoded value; `parent_run` names the run that this one continues and `fork_seq` the step there from
    which on this one is its own; `boundary` says what confined code and commands, "" without any; `started_at` is in
    nanoseconds since 1970.
    """

    run_id: str
    graph_name: str
    graph_file: str
    graph_hash: str
    graph_text: str
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    options: Json = None
    parent_run: str = ""
    fork_seq: int | None = None
    started_at: int = 0
    boundary: str = ""


@dataclass(frozen=True, slots=True)
class BatchStart:
    """A batch's header. `experiment` says all that is to be run, as JSON; `data` is the data set, encoded, so that the
    batch can go on without the file it came from (empty: it has to be read again); `planned` counts its runs."""

    batch: str
    name: str
    experiment: Json
    planned: int
    data: bytes = b""
    started_at: int = 0


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of one run of a batch. `key` tells it from all others, also of other batches (a hash of graph, row,
    variant and seed); `place` is its place in the plan; `run` names the run in the trace that counts; `scores` maps
    names to numbers or null, `facts` holds what else is told of it (totals, why a score is missing), both encoded."""

    key: str
    place: int
    graph: str
    variant: str
    row: int
    seed: int
    run: str
    status: str
    scores: bytes
    facts: bytes
    error: str
    attempt: int
    at: int


NodePath = tuple[str, str, int]
"""A node of a region as the trace knows it: name, type, version of the type."""


class RunLog(Protocol):
    """Writes one run. Times are nanoseconds since 1970 (`_at`) or lengths in nanoseconds."""

    @property
    def run_id(self) -> str: ...

    def paths(
        self, first_id: int, prefix: str, nodes: Sequence[NodePath], parent_path: int, first_index: int = 0
    ) -> None:
        """Declare the node paths of a region before its first firing: path `prefix + name` gets the id `first_id`
        and the plan index `first_index` (it orders the region, rule 2.7), each plus its place in `nodes`.
        `parent_path` is the path id of the region node around it, 0 at the top. `nodes` must not change any more."""

    def firing(
        self,
        id: int,
        seq: int,
        path_id: int,
        tick: str,
        parent: int,
        item: int,
        status: int,
        reason: str,
        origin: int,
        started_at: int,
        duration: int,
        inputs: Mapping[str, Json] | None,
        outputs: Mapping[str, bytes] | None,
        attempt: int,
        absent: Mapping[str, str] | None = None,
    ) -> None:
        """A firing was decided. `tick` is the sortable tick key; `parent` the id of the region firing around it
        (0: top), `item` its position among the map's items (0 outside maps). `inputs` maps each port to the
        `[firing id, output port]` its value came from (a list of those for a `many` port; firing id 0 with port
        `initial` for an initial value). `outputs` maps each present output to its encoded value.
        `absent` says why other outputs hold nothing, where the node said so; of a failed firing, `error` → the code.
        `reason` says why it was skipped or how it failed. The mappings are not changed after the call."""

    def open_firing(self, id: int, path_id: int, tick: str, parent: int, item: int, started_at: int) -> None:
        """A firing has started that will have effects or inner firings; written before any of those."""

    def effect_intent(self, firing: int, n: int, kind: str, name: str, request: Json, attempt: int, at: int) -> None:
        """Effect `n` (from 1, counted per firing) is about to be asked; firing 0 is the run itself.

        For kinds `chat` and `complete` the request is the canonical call; its messages are stored once each, as
        plain text.
        """

    def effect_result(
        self,
        firing: int,
        n: int,
        status: str,
        response: Json,
        error: str,
        duration: int,
        tokens_in: int | None,
        tokens_out: int | None,
        cost_usd: float | None,
        finish_reason: str,
        entropy: float | None,
        origin: int = EXECUTED,
    ) -> None:
        """The answer to effect `n`: status `ok` or `error`. What was not executed (`origin`) cost nothing."""

    def store_op(
        self, firing: int, n: int, store: str, op: str, args: Json, result: bytes, memory: int = 0, after: int = 0
    ) -> None:
        """Operation `n` of this firing on the store `store`. `memory` is the number that `memory` gave the one this
        firing sees, `after` the `seq` of the last firing decided before."""

    def memory(
        self, store: str, kind: str, prefix: str, tick: str, firing: int, item: int, attempt: int, base: int, after: int
    ) -> int:
        """A store of the region `prefix` at the tick `tick` is used for the first time; returns its number.

        For an item of a map that has its own view of an outer store (rule 2.9), `base` is the number of what is seen
        from around the map, `firing` the map's firing, `item` the item's position and `attempt` the attempt it
        belongs to. Written before any operation on it, `after` as in `store_op`.
        """

    def memory_content(self, memory: int, after: int, content: bytes) -> None:
        """What a store held (`Store.dump`, encoded) with all operations so far, so that reading a later moment of a
        long run need not begin at its start."""

    def alarm(self, firing: int, kind: str, message: str, evidence: Json, at: int) -> None:
        """Something worth a person's eye happened (a dynamics verdict, a limit near its end)."""

    def reading(self, firing: int, t: int, symbol: int, effect: str, reading: bytes) -> None:
        """What a module's output said, read when it fired, so that the run's dynamics can be found from symbols alone.

        Told in outline order. `t` counts the ticks of regions with clocks of their own that ended before and in which a
        module fired; equal numbers `symbol` of one module mean the same thing said again; `effect` is `read` or `write`
        where it touched the world; `reading` is the encoded JSON of `studio.dynamics.words.Reading`.
        """

    def blob(self, data: bytes, media_type: str) -> str:
        """Keep bytes (an image, a file) by their content hash, which is returned."""

    def finish(
        self, status: str, ended: str, error: Json, outputs: Mapping[str, bytes], totals: Mapping[str, Json], at: int
    ) -> None:
        """The run's footer. Without it a run reads as `interrupted`."""

    def flush(self) -> None:
        """Block until everything put so far is durable. Raises `EnvironmentProblem` if the disk refuses."""

    def when_durable(self, call: Callable[[EnvironmentProblem | None], None]) -> None:
        """Call once everything put so far is durable (None) or the disk refuses it; like `flush`, without waiting.
        `call` runs in the writer thread and must be short (`loop.call_soon_threadsafe(…)`)."""

    def raise_if_broken(self) -> None:
        """Raise `EnvironmentProblem` if the writer can no longer write (disk full, database gone)."""
