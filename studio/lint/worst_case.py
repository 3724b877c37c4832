"""What a run can cost at worst: how many model calls, and about how much money, as far as the graph alone can tell.

Counted are ticks (by bounds that are written), firings (steady nodes once), engine retries, repairs, fallbacks, votes
and judges. What is not known is said and not guessed: how many items a map gets, how long inputs are, what plugins do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from studio.engine.plan import Body, NodePlan, RegionPlan
from studio.lint.calls import Resolve, calls_of
from studio.lint.prices import Price, price_of
from studio.lint.region import listed

MOST_KINDS: Final = 32
"""Ways in which the items of maps within maps may multiply that are kept apart."""
MOST_SAID: Final = 3
"""And how many of them a sentence names."""

Items = tuple[str, ...]
"""The maps whose items multiply something, outermost first; () for what happens once."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What one run can come to. `calls` happen at most, and per item of the maps in `per_item` so many more.

    `usd` is about what the calls cost without what flows in, None if it cannot be told (`unpriced` says why); the
    maps' items have `usd_per_item`. `loops` are graphs whose ticks nothing written bounds: they are counted up to the
    tick at which a run pauses. `unknown` says what could not be counted. `limit_calls` and `limit_usd` are limits that
    the graph itself sets.
    """

    calls: int = 0
    per_item: Mapping[Items, int] = field(default_factory=dict)
    usd: float | None = 0.0
    usd_per_item: Mapping[Items, float] = field(default_factory=dict)
    unpriced: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    limit_calls: float | None = None
    limit_usd: float | None = None

    @property
    def sentence(self) -> str:
        """All of it in a sentence or two, for people."""
        said = [f"{self._calls()}{self._cost()}."]
        if self.limit_calls is not None and self.limit_calls < self.calls:
            said.append(f"The graph's limit pauses it at {_number(int(self.limit_calls))}.")
        if self.limit_usd is not None and self.usd != 0:
            said.append(f"The graph's limit pauses it at {_money(self.limit_usd)}.")
        if self.loops:
            those = listed(self.loops)
            verb = "has" if len(self.loops) == 1 else "have"
            said.append(f"The loop in {those} {verb} no written bound: counted up to the pause.")
        said += [f"{one}." for one in self.unknown]
        return " ".join(said)

    def _calls(self) -> str:
        parts = [f"at most {_number(self.calls)} model call{'' if self.calls == 1 else 's'}"] if self.calls else []
        for maps, count in self.per_item.items():
            more = "more " if parts else "at most "
            noun = "" if parts else f" model call{'' if count == 1 else 's'}"
            each = _each(maps)
            parts.append(f"{more}{_number(count)}{noun} for each item of {each}" if noun else
                         f"{_number(count)} more for each item of {each}")  # fmt: skip
        if len(parts) > MOST_SAID + 1:
            parts[MOST_SAID + 1 :] = ["more for items of maps within them"]
        text = " and ".join(parts) or ("no model calls that can be counted" if self.unknown else "no model calls")
        return text[0].upper() + text[1:]

    def _cost(self) -> str:
        if not self.calls and not self.per_item:
            return ""
        if self.usd is None:
            return f"; the cost is not known ({'; '.join(self.unpriced[:2])})" if self.unpriced else ""
        if self.usd == 0 and not any(self.usd_per_item.values()):
            return ", free of charge"
        parts = [_money(self.usd)] if self.usd else []
        for maps, usd in self.usd_per_item.items():
            if usd:
                each = _each(maps)
                parts.append(f"{_money(usd)} for each item of {each}")
        if len(parts) > MOST_SAID + 1:
            parts[MOST_SAID + 1 :] = ["more"]
        return f"; about {' and '.join(parts)}, besides what flows in"


def worst_case(
    plan: RegionPlan | None,
    resolve: Resolve | None = None,
    price: Callable[[str], Price | None] = price_of,
) -> Bound | None:
    """Return the bound of a run of a compiled graph, None if there is no plan (the graph has errors).

    `resolve` gives the full name of a model; by default what the settings map its role to.
    """
    if plan is None:
        return None
    reckoner = _Reckoner(resolve or _resolver(), price)
    total = reckoner.region(plan, 0, "")
    limits = plan.graph.limits
    return Bound(
        calls=total.calls.get((), 0),
        per_item={maps: count for maps, count in total.calls.items() if maps and count},
        usd=None if reckoner.unpriced else total.usd.get((), 0.0),
        usd_per_item={maps: usd for maps, usd in total.usd.items() if maps},
        unpriced=tuple(reckoner.unpriced),
        loops=tuple(reckoner.loops),
        unknown=tuple(reckoner.unknown),
        limit_calls=limits.get("calls"),
        limit_usd=limits.get("cost_usd"),
    )


def _resolver() -> Resolve:
    from studio.models.catalog import Catalog
    from studio.settings.settings import current_settings

    return Catalog(current_settings()).resolve


@dataclass(slots=True)
class _Sum:
    calls: dict[Items, int] = field(default_factory=dict)
    usd: dict[Items, float] = field(default_factory=dict)

    def add(self, other: _Sum, times: int = 1, within: str = "") -> None:
        front: Items = (within,) if within else ()
        for maps, count in other.calls.items():
            self.calls[front + maps] = self.calls.get(front + maps, 0) + count * times
        for maps, usd in other.usd.items():
            # No float is larger than a graph can make its whole numbers.
            self.usd[front + maps] = self.usd.get(front + maps, 0.0) + usd * float(min(times, 10**300))

    def keep(self, most: int) -> None:
        """Forget all but so many kinds, those with the fewest maps."""
        kept = sorted(self.calls, key=len)[:most]
        self.calls = {maps: self.calls[maps] for maps in kept}
        self.usd = {maps: self.usd[maps] for maps in kept if maps in self.usd}


class _Reckoner:
    def __init__(self, resolve: Resolve, price: Callable[[str], Price | None]) -> None:
        self.resolve = resolve
        self.price = price
        self.unpriced: dict[str, None] = {}
        self.loops: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self._inside: list[int] = []
        self._known: dict[tuple[int, int], _Sum] = {}

    def region(self, plan: RegionPlan, shared_ticks: int, name: str) -> _Sum:
        """Return what one execution of a region comes to; a shared body ticks as often as the region around it."""
        key = (id(plan), shared_ticks)
        if key in self._known:
            return self._known[key]
        if id(plan.graph) in self._inside:
            self.unknown[f"How deep `{name or plan.graph.name}` runs itself is not known"] = None
            return _Sum()
        self._inside.append(id(plan.graph))
        ticks = shared_ticks if plan.is_shared else self._ticks(plan, name)
        total = _Sum()
        for node in plan.nodes:
            if not node.knockout:
                total.add(self._node(node, ticks), 1 + node.retries)
        self._inside.pop()
        if len(total.calls) > MOST_KINDS:
            self.unknown["Maps within maps multiply in more ways than can be told"] = None
            total.keep(MOST_KINDS)
        self._known[key] = total
        return total

    def _ticks(self, plan: RegionPlan, name: str) -> int:
        if plan.until == "quiet" and not _goes_on(plan):
            return 1
        if not plan.max_ticks_written:
            self.loops[name or plan.graph.name] = None
        return plan.max_ticks

    def _node(self, node: NodePlan, ticks: int) -> _Sum:
        """Return what all firings of a node in one execution of its region come to."""
        firings = ticks if node.live else 1
        total = _Sum()
        if node.body is not None:
            within = node.name if node.role == "map" else ""
            inner = self.region(node.body.plan, ticks, node.name)
            total.add(inner, 1 if node.body.shared else firings, within)
            return total
        calls = calls_of(node, self.resolve)
        if calls is None:
            self.unknown[f"How often `{node.name}` ({node.spec.type}) asks the network is not known"] = None
            return total
        for one in calls:
            each = _Sum({(): one.most}, {(): one.most * self._usd(node, one.model, one.tokens_in, one.tokens_out)})
            total.add(each, firings)
        return total

    def _usd(self, node: NodePlan, model: str, tokens_in: int, tokens_out: int | None) -> float:
        price = self.price(model)
        if price is None:
            self.unpriced[f"the price of {model} is not known"] = None
            return 0.0
        if tokens_out is None and price.usd_out:
            self.unpriced[f"`{node.name}` has no `max_tokens`"] = None
            return 0.0
        return tokens_in * price.usd_in + (tokens_out or 0) * price.usd_out


def _goes_on(plan: RegionPlan) -> bool:
    """True if something here may ask for another tick: plain feedback, here or in a body that ticks along."""
    waiting: list[RegionPlan] = [plan]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one.graph) in seen:
            continue
        seen.add(id(one.graph))
        if any(edge.feedback and not edge.hold for edge in one.graph.edges):
            return True
        waiting += [body.plan for node in one.nodes if (body := _shared(node.body)) is not None]
    return False


def _shared(body: Body | None) -> Body | None:
    return body if body is not None and body.shared else None


def _each(maps: Items) -> str:
    shown = [f"`{name}`" for name in maps[:MOST_SAID]] + ["what they hold"] * (len(maps) > MOST_SAID)
    return " and each of ".join(shown)


def _number(count: int) -> str:
    return f"{count:,}" if count < 10**9 else "more than a billion"


def _money(usd: float) -> str:
    if usd >= 1e9:
        return "more than a billion dollars"
    return f"${usd:,.2f}" if usd >= 0.1 else f"${usd:.2g}" if usd >= 1e-4 else "less than $0.0001"
