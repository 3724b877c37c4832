"""An experiment: graphs × rows × variants × seeds, scored. What a `*.experiment.yaml` says, as one value.

The command line makes the same value from its options (`options`), a file by `experiment_files`; `planning` makes the
runs of it. `to_json` is its canonical form: what is left out is as it is by default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from studio.batch.design.fitting import Column, Source
from studio.batch.design.score import Score
from studio.batch.design.variants import Variant
from studio.support.values import Json, hash_bytes, sorted_encode

FORMAT: Final = 1
"""Version of the file format."""

BUDGET: Final = ("cost_usd", "calls", "tokens", "seconds", "runs")
"""What a whole experiment may be limited by; `limits` are those of each run."""

Better = Literal["higher", "lower"]
BETTER: Final[tuple[Better, ...]] = ("higher", "lower")

MOST_SEEDS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Knockouts:
    """Which nodes are switched off in turn. `nodes` are those named, each alone or with others (`a+b`), None all
    modules but those in `leave`; `pairs` asks for each two of them as well."""

    nodes: tuple[tuple[str, ...], ...] | None = None
    leave: tuple[str, ...] = ()
    pairs: bool = False

    def to_json(self) -> Json:
        """Return it as a file says it, in the shortest way."""
        of: Json = "all" if self.nodes is None else ["+".join(together) for together in self.nodes]
        if not self.leave and not (self.pairs and self.nodes is not None):
            return "pairs" if self.pairs else of
        told: dict[str, Json] = {"of": of}
        if self.leave:
            told["except"] = list(self.leave)
        if self.pairs:
            told["pairs"] = True
        return told


@dataclass(frozen=True)
class Experiment:
    """What is to be run and how it is scored.

    `graphs` are files by the names that they have here, `data` is a file or the rows themselves, None one run per
    variant and seed on the graphs' own inputs. `vary` maps what is varied (`node.param`, `input:name`, `model`) to its
    values, or to a text as `axes` reads it. `compare` is the variant or graph that others are compared with, `margin`
    the difference of the main score that means nothing. `limits` are those of each run, `budget` that of all together.

    `base` is the folder that names of files are relative to. `file` the file that says it, "" if
    none does. `own` are the keys that a person gave on the command line: there, names of files mean what they mean in a
    terminal, and functions may be called; a file may come from a stranger.
    """

    graphs: Mapping[str, str]
    name: str = ""
    about: str = ""
    hypothesis: str = ""
    data: str | Sequence[Mapping[str, Json]] | None = None
    inputs: Mapping[str, Source] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    vary: Mapping[str, Json] = field(default_factory=dict)
    knockouts: Knockouts | None = None
    seeds: tuple[int, ...] = (0,)
    scores: tuple[Score, ...] = ()
    main_score: str = ""
    better: Better = "higher"
    compare: str = ""
    margin: float | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    budget: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    embedder: str = ""
    cache: str = ""
    clock: str = ""
    workers: int | None = None
    base: Path | None = field(default=None, compare=False)
    file: str = field(default="", compare=False)
    own: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def main(self) -> Score | None:
        """The score that decides: the one named, else the first; None if nothing is scored."""
        return next((one for one in self.scores if one.name == self.main_score), next(iter(self.scores), None))

    def folder(self, key: str) -> Path:
        """Return the folder that files of a key are named relative to."""
        return Path.cwd() if self.base is None or key in self.own else self.base

    @property
    def hash(self) -> str:
        """What tells it from experiments that say something else, wherever their files lie."""
        return hash_bytes(sorted_encode(self.to_json()))

    def to_json(self) -> dict[str, Json]:
        """Return the canonical form: what a file says, keys in one order, defaults left out."""
        said: dict[str, Json] = {
            "experiment": FORMAT,
            "name": self.name,
            "about": self.about,
            "hypothesis": self.hypothesis,
            **self._graphs(),
            "data": self.data if isinstance(self.data, str | None) else [dict(row) for row in self.data],
            "inputs": {
                name: one.name if isinstance(one, Column) else {"value": one.value} for name, one in self.inputs.items()
            },
            "variants": {one.name: one.to_json() for one in self.variants},
            "vary": dict(self.vary),
            "knockouts": None if self.knockouts is None else self.knockouts.to_json(),
            "seeds": self._seeds(),
            "score": self._scores(),
            "main_score": self.main_score,
            "better": "" if self.better == BETTER[0] else self.better,
            "compare": self.compare,
            "margin": self.margin,
            "limits": dict(self.limits),
            "budget": dict(self.budget),
            "model": self.model,
            "embedder": self.embedder,
            "cache": self.cache,
            "clock": self.clock,
            "workers": self.workers,
        }
        return {key: value for key, value in said.items() if value is not None and value not in ("", {}, [])}

    def _graphs(self) -> dict[str, Json]:
        if len(self.graphs) == 1:
            name, file = next(iter(self.graphs.items()))
            if name == Path(file).stem:
                return {"graph": file}
        return {"graphs": dict(self.graphs)}

    def _seeds(self) -> Json:
        count = len(self.seeds)
        if self.seeds == tuple(range(count)):
            return None if count == 1 else count
        return list(self.seeds)

    def _scores(self) -> Json:
        if len(self.scores) == 1 and self.scores[0].is_plain:
            return self.scores[0].said
        return {one.name: one.to_json() for one in self.scores}
