"""One firing of a node: who and when it is."""

from __future__ import annotations

import copy
import itertools
import random
from typing import TYPE_CHECKING, Any

from studio.support.errors import NodeError
from studio.support.ticks import tick_path
from studio.support.values import Json, hash_bytes

if TYPE_CHECKING:
    from studio.engine.limits import Meter
    from studio.export.standalone.runtime.region import Handling, Region
    from studio.export.standalone.runtime.wires import Origin


class Firing:
    """What a module gets beside its inputs.

    `node` is the path of the node: its name, after those of the nodes that run its graph. `tick` is as in `3` or, in a
    graph that another one runs, `3.1`. `attempt` counts from 1 where the node is tried again.
    """

    def __init__(self, region: Region, name: str) -> None:
        self.region = region
        self.name = name
        self.node: str = region.prefix + name
        self.tick: str = tick_path(region.tick_key)
        self.id: int = region.run.next_firing()
        self.began = region.run.now
        self.origins: dict[str, Origin | list[Origin]] = {}
        """Where each input came from."""
        self.policy: Handling | None = None
        self.attempt: int = 1
        self.retries = 0
        self.meter: Meter = region.meter
        self.is_over: bool = False
        """True once its time limit has passed."""
        self._numbers = itertools.count(1)
        self._opened = False
        self._random: random.Random | None = None

    @property
    def run(self) -> str:
        """The run's id."""
        return self.region.run.run_id

    @property
    def random(self) -> random.Random:
        """Random numbers that depend on the seed of the run and on which firing this is, and on nothing else."""
        if self._random is None:
            identity = f"{self.region.run.seed}|{self.node}|{self.tick}|{self.attempt}"
            self._random = random.Random(int(hash_bytes(identity.encode())[:16], 16))
        return self._random

    def store(self, name: str) -> Any:
        """Return a store by the name it has in this graph."""
        graph, declared = self.region.graph.find_store(name)
        return declared.open(self, name, graph)

    def say(self, text: str) -> None:
        """Text that comes while the firing is under way; a script shows it only when it is whole."""

    def put_blob(self, data: bytes, media_type: str) -> Json:
        """Keep bytes by their hash and return the value that stands for them."""
        key = self.region.run.log.blob(data, media_type)
        self.region.run.blobs[key] = data
        return {"$blob": key, "type": media_type, "size": len(data)}

    def get_blob(self, value: Json) -> bytes:
        """Return the bytes that a value stands for."""
        data = self.region.run.blobs.get(value.get("$blob", "")) if isinstance(value, dict) else None
        if data is None:
            raise NodeError("this value stands for no image, sound or file.", code="no_blob")
        return data

    # -- for the record ------------------------------------------------------------------------------

    @property
    def path_id(self) -> int:
        """The number of the node's path."""
        return self.region.first_path + self.region.index(self.name)

    @property
    def counted_attempt(self) -> int:
        """The attempt, counted on through the attempts of the node that runs its graph."""
        return (self.region.attempt - 1) * (self.retries + 1) + self.attempt

    def open(self) -> None:
        """Make the firing known before anything that happens in it."""
        if not self._opened:
            self._opened = True
            region = self.region
            region.run.log.open_firing(self.id, self.path_id, region.tick_key, region.parent, region.item, self.began)

    def next_number(self) -> int:
        """Number what it asks next, from 1. Raises `NodeError` if the firing is over."""
        if self.is_over:
            raise NodeError("this firing is over: its time limit has passed.", code="over")
        self.open()
        return next(self._numbers)

    def for_attempt(self) -> Firing:
        """Return the same firing for one attempt of its own: what outlives the attempt can ask nothing more."""
        made = copy.copy(self)
        made._random = None
        return made

    def end(self, attempt: Firing) -> None:
        """An attempt is over."""
        attempt.is_over = True
