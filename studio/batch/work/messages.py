"""What driver and workers tell each other: one small frozen class per message, packed as msgpack.

Graphs travel as text, values as the JSON they are stored as, so that a worker needs nothing of the driver's memory, and
the two may even be different versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, get_origin, get_type_hints

import msgpack

from studio.support.values import Json


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message to a worker. `environment` are variables that it was not started with, keys among them: what
    its process inherits can be read by others on its machine."""

    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] | None = None
    """Content of the settings file, for a worker on a machine without it; None: it has its own."""
    at_once: int = 1
    """Runs that go on at the same time; others wait in the worker, so that it need not wait for them."""


@dataclass(frozen=True, slots=True)
class TakeGraph:
    """A graph that runs will name by its hash. `text` is self-contained; `base` is the folder that its files are looked
    up in, `approve` what the person agreed to (`studio.trust`)."""

    hash: str
    name: str
    text: str
    base: str
    approve: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeScoring:
    """How ended runs are scored (`studio.batch.design.scores`)."""

    spec: Json


@dataclass(frozen=True, slots=True)
class DoRun:
    """Run a graph, under a variant, and score what comes of it. `inputs` and `row` are encoded JSON, `files` the bytes
    of inputs that are images, sounds or files; `variant` is encoded JSON (empty: the graph as it is), `options` are
    keywords of `arun`. `judges` are the ids that runs of judges get. `past` is a trace file that holds the
    run `parent`, which another worker began; "" if there is none."""

    run: str
    graph: str
    inputs: bytes
    row: bytes
    options: Mapping[str, Any]
    variant: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    judges: tuple[str, ...] = ()
    parent: str = ""
    past: bytes = b""


@dataclass(frozen=True, slots=True)
class DoScore:
    """Score a run that has ended before. `outcome` is encoded JSON as in `Ended.outcome`, with the outputs."""

    run: str
    row: bytes
    outcome: bytes
    judges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StopRun:
    """Abort a run: what it did stays, and it is not scored."""

    run: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All records up to the mark are durable; or the machine refuses them: `problem` is its text, place and hint."""

    mark: int
    problem: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can take runs. `process` is its number where it runs."""

    process: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Records of runs (`studio.trace.frames`); where `mark` is not 0, somebody waits until they are durable."""

    frame: bytes
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A run has ended; all its records went before. `outcome` is encoded JSON: status, ended, error, totals; `scores`
    are numbers by name, None where `missing` says why."""

    run: str
    status: str
    outcome: bytes
    scores: Mapping[str, float | None]
    missing: Mapping[str, str] = field(default_factory=dict)


STOPPED: Final = "stopped"
"""What `CouldNot` says of a run that was aborted as asked."""


@dataclass(frozen=True, slots=True)
class CouldNot:
    """A run did not come to an end that means anything: it cannot be made as asked, or something failed that is no part
    of it. `is_fault` is True where another attempt may fare better, `stops` where no other run would."""

    run: str
    message: str
    where: str = ""
    hint: str = ""
    is_fault: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Alive:
    """Nothing else; a worker that says nothing for long is held for dead."""


LARGEST: Final = 1 << 30
"""Bytes of one message; whatever carries messages may refuse longer ones."""

ToWorker = Hello | TakeGraph | TakeScoring | DoRun | DoScore | StopRun | Stored
FromWorker = Ready | Frame | Ended | CouldNot | Alive

_BY_NAME: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (Hello, TakeGraph, TakeScoring, DoRun, DoScore, StopRun, Stored, Ready, Frame, Ended, CouldNot, Alive)
}


def _plain_fields(kind: type[Any]) -> tuple[tuple[str, type[Any]], ...]:
    """Return the fields of a message that hold one type of values, with it."""
    hints = {name: get_origin(hint) or hint for name, hint in get_type_hints(kind).items()}
    return tuple((name, type_) for name, type_ in hints.items() if type_ in (str, bytes, int, bool, tuple, Mapping))


_NAMES: Final = {kind: tuple(field_.name for field_ in fields(kind)) for kind in _BY_NAME.values()}

_FIELDS: Final = {kind: _plain_fields(kind) for kind in _BY_NAME.values()}


def pack(message: ToWorker | FromWorker) -> bytes:
    """Return a message as bytes. Raises `ValueError` for one that is too long to be carried."""
    told = {name: getattr(message, name) for name in _NAMES[type(message)]}  # no copy: frames and files are long
    packed: bytes = msgpack.packb([type(message).__name__, told], use_bin_type=True, unicode_errors="surrogatepass")
    if len(packed) > LARGEST:
        raise ValueError(f"a message of {len(packed)} bytes is too long")
    return packed


def unpack(data: bytes) -> Any:
    """Return the message that `pack` made into bytes. Raises `ValueError` for anything else."""
    try:
        name, told = msgpack.unpackb(data, raw=False, use_list=False, unicode_errors="surrogatepass")
        message = _BY_NAME[name](**told)
    except (KeyError, TypeError, msgpack.exceptions.UnpackException, msgpack.exceptions.ExtraData) as error:
        raise ValueError(f"not a message of a batch: {error!r}") from error
    for field_, type_ in _FIELDS[type(message)]:
        if not isinstance(getattr(message, field_), type_):
            raise ValueError(f"not a message of a batch: `{field_}` of {name} is no {type_.__name__}")
    return message
