"""`Job`: what a model function is told, in the form that runs.

The node `llm.function` makes one of its params; a standalone script writes one down.  What a mode does is a plain
function of a job and the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, Protocol

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


@dataclass(frozen=True)
class Job:
    """What a model function is told: what it must do, the form of its answer, and what is done about a wrong one."""

    instructions: str
    labels: Sequence[str] | Mapping[str, str | None] | None = None
    schema: Mapping[str, Json] | None = None
    spans: bool | Sequence[str] = False
    candidates: str = ""
    routes: Mapping[str, str | Sequence[str]] | None = None
    compare: Literal["centre", "closest"] = "centre"
    sharpness: float = 0.05
    output: str = "text"
    examples: Sequence[Mapping[str, Json]] = ()
    checks: Sequence[Check] = ()
    repairs: int = 2
    model: str = "default"
    fallback: str = ""
    embedder: str = "default"
    system: str = ""
    max_tokens: int | None = None
    allow_cut: bool = False
    temperature: float = 0.0
    cost_usd: float | None = None
    min_confidence: float = 0.0
    unsure: str = ""
    votes: int | None = None
    split_words: int = 40
    span_words: int = 4
    max_spans: int = 500
    optional: Mapping[str, Json] = field(default_factory=dict)
