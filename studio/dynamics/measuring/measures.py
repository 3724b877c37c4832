"""All measures of a recorded run: per module, between modules, and of the run (dynamics notes, section 7)."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, replace
from typing import Any

from studio.dynamics.detecting.playing import play
from studio.dynamics.detecting.watch import Watch
from studio.dynamics.exchange.run import Run
from studio.dynamics.measuring.compression import growth, new_information
from studio.dynamics.measuring.dependence import dependence
from studio.dynamics.measuring.entropy import entropy_rate, lz_growth, variety
from studio.dynamics.settings import DEFAULTS, Settings
from studio.dynamics.words.generations import Generations
from studio.dynamics.words.normalise import text_of
from studio.dynamics.words.reader import Reader

MOST_PRICED = 2000
"""Firings of a run of which new information is measured; of longer runs every n-th."""
MOST_MEASURED = 20_000
"""Firings of a run that are measured, the last ones: then it takes seconds, however long the run."""
READ_BYTES = 8192
"""Characters of what a module read, and of what it said, that are compressed for its new information."""
MOST_PAIRS = 100
"""Wires of which the dependence is tested."""
MOST_MODULES = 200
"""Modules that are measured: of more (the items of a large map) those that fired most."""
MOST_HEARD = 4000
"""Modules whose last output is kept for those that read it."""


@dataclass(frozen=True, slots=True)
class ModuleMeasures:
    """The measures of one module; None where a run is too short or keeps no texts.

    `variety` is the entropy of the last 24 outputs ÷ log2(24); `entropy_rate` bits per output; `lz_growth` phrases of
    Lempel and Ziv as a share of those of noise; `novelty` new ÷ all distinctive tokens; `new_information` the mean
    share of an output that does not follow from what the module read; `uptake` the share of terms it introduced that
    any other module said within 12 firings; `token_bits` the mean entropy of its model's tokens in bits, where models
    tell it.
    """

    id: str
    firings: int
    contentful: int
    failed: int
    distinct: int
    variety: float | None
    entropy_rate: float | None
    lz_growth: float | None
    novelty: float | None
    new_information: float | None
    uptake: float | None
    token_bits: float | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a run.

    `flow[i][j]` is the share of the terms first said by module i that module j said within 12 firings, in the order
    of `modules`; None where i introduced none.  `left_out` counts the modules that are not measured, as there are more
    than 200, `skipped` the firings that are not, as there are more than 20 000.  `growth` is what the last third adds
    (bytes per byte).  `dependence` lists (from, to, bits, p) for wires with at least 200 firings.
    """

    modules: tuple[ModuleMeasures, ...]
    flow: tuple[tuple[float | None, ...], ...]
    growth: float | None
    uptake: float | None
    novelty: float | None
    dependence: tuple[tuple[str, str, float, float], ...]
    left_out: int = 0
    skipped: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the measures as a JSON object, numbers rounded to a thousandth."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def measure(run: Run, settings: Settings = DEFAULTS, *, reader: Reader | None = None) -> Measures:
    """Return the measures of a run; the same run gives the same numbers.

    Of a run of more than 20 000 firings the last 20 000 are read, as each costs about as much as its analysis; the
    counts of its modules are of these, too.
    """
    skipped = max(0, len(run.events) - MOST_MEASURED)
    if skipped:
        run = replace(run, events=tuple(run.ordered()[skipped:]))
    watch = Watch(run.modules, run.root_goal, settings, size=run.size, reader=reader)
    wires = {module.id: module.inputs for module in run.modules}
    symbols: dict[str, list[int]] = {}
    heard: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    prices: dict[str, list[float]] = {}
    last_text: Generations[str, str] = Generations(MOST_HEARD)
    latest: deque[str] = deque(maxlen=1)
    texts: list[str] = []
    every = max(1, len(run.events) // MOST_PRICED)
    for step, event in play(watch, run):
        symbol = step.reading.symbol or 0
        for source in wires.get(step.module, ()):
            if symbols.get(source) and (len(heard) < MOST_PAIRS or (source, step.module) in heard):
                before, after = heard.setdefault((source, step.module), ([], []))
                before.append(symbols[source][-1])
                after.append(symbol)
        symbols.setdefault(step.module, []).append(symbol)
        if event.reading is not None and event.out is None:
            continue
        text = text_of(event.out)
        texts.append(text)
        if step.contentful and step.firing % every == 0:
            last = map(last_text.get, wires.get(step.module, ()))
            read = [each for each in last if each is not None] or list(latest)
            price = new_information(text[:READ_BYTES], [each[-READ_BYTES:] for each in read])
            if price is not None:
                prices.setdefault(step.module, []).append(price)
        last_text.put(step.module, text[:READ_BYTES])
        latest.append(text[:READ_BYTES])
    ids = _measured(watch)
    terms = watch.terms
    tests = []
    for (source, target), (before, after) in sorted(heard.items()):
        found = dependence(before, after)
        if found is not None:
            tests.append((source, target, found.bits, found.p))
    distinctive = sum(tally.distinctive for tally in watch.tallies.values())
    return Measures(
        modules=tuple(
            replace(
                _module(watch, module, symbols.get(module, []), prices.get(module, [])),
                token_bits=run.token_bits.get(module),
            )
            for module in ids
        ),
        flow=tuple(tuple(_share(terms.flow.get((a, b), 0), terms.first.get(a, 0)) for b in ids) for a in ids),
        growth=growth(texts),
        uptake=_share(terms.total_taken, terms.total_introduced),
        novelty=_share(terms.total_introduced, distinctive),
        dependence=tuple(tests),
        left_out=len(watch.modules()) - len(ids),
        skipped=skipped,
    )


def _measured(watch: Watch) -> list[str]:
    """Return the modules that are measured, in their order."""
    ids = watch.modules()
    if len(ids) <= MOST_MODULES:
        return ids
    tallies = watch.tallies
    often = sorted(ids, key=lambda one: -tallies[one].firings if one in tallies else 0)
    chosen = set(often[:MOST_MODULES])
    return [one for one in ids if one in chosen]


def _module(watch: Watch, module: str, symbols: list[int], prices: list[float]) -> ModuleMeasures:
    tally, terms = watch.tallies.get(module), watch.terms
    return ModuleMeasures(
        id=module,
        firings=tally.firings if tally else 0,
        contentful=tally.contentful if tally else 0,
        failed=tally.failed if tally else 0,
        distinct=tally.distinct if tally else 0,
        variety=variety(symbols),
        entropy_rate=entropy_rate(symbols),
        lz_growth=lz_growth(symbols),
        novelty=_share(tally.new, tally.distinctive) if tally else None,
        new_information=sum(prices) / len(prices) if prices else None,
        uptake=_share(terms.heard.get(module, 0), terms.first.get(module, 0)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value
