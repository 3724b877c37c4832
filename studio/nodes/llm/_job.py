"""`Job`: what a model function is told, in the form that runs.

The node `llm.function` makes one of its params, a standalone script writes one down; the params say what each field
means.  Every mode has a kind of job of its own, and a plain function that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, Protocol

from studio.nodes.llm._asking import Asker
from studio.support.values import Json


class Fault(NamedTuple):
    """One rule an answer breaks: the check's name, and a sentence for the model and for people."""

    check: str
    message: str


class Check(Protocol):
    """What an answer must satisfy. Checks that ask a model are tried last."""

    asks_a_model: ClassVar[bool]

    async def fault(self, asker: Asker, job: Job, values: Mapping[str, Json]) -> Fault | None:
        """Return what these values break, None if the check is kept."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What every model function is told: what to do, by examples too, and what becomes of a wrong answer.

    `optional` are inputs that an example may leave out. `cost_usd` caps a firing (a `Cap`), `max_tokens` each answer.
    """

    instructions: str
    system: str = ""
    examples: Sequence[Mapping[str, Json]] = ()
    optional: Mapping[str, Json] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    repairs: int = 2
    model: str = "default"
    fallback: str = ""
    max_tokens: int | None = None
    temperature: float = 0.0
    cost_usd: Callable[[float, str], None] | None = None
