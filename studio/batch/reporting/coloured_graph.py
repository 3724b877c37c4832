"""A graph with its nodes coloured by what they are worth: blue helps, orange harms, the stronger the more."""

from __future__ import annotations

from studio.batch.design.variants import found_node, places
from studio.batch.reporting.figures.colours import VERDICTS
from studio.batch.reporting.wording import ends, number
from studio.batch.statistics import Module, Modules
from studio.export.drawing.svg import graph_svg
from studio.export.drawing.tints import Tint, Tints
from studio.graph.model import Graph
from studio.graph.scope import bundle
from studio.spec.registry import Registry
from studio.support.errors import UsageError

FAINT, STRONG = 0.14, 0.5
"""Opacity of the smallest and of the largest effect; text stays readable on both."""


def coloured_graph(graph: Graph, modules: Modules, registry: Registry) -> str:
    """Return the drawing of a graph as SVG, each judged module coloured by its effect on the score; bodies of subgraphs
    stand below it. Modules that the graph does not have are left out. Raises GraphError as the drawing does."""
    whole = bundle(graph)
    largest = largest_effect(modules)
    where = {path: (".".join(at), node.name) for path, at, node in places(whole, registry)}
    cards: dict[tuple[str, str], Tint] = {}
    for one in modules.modules:
        place = where.get(one.name) or _place(whole, one.name, registry)
        if place is not None:
            cards[place] = tint_of(one, largest)
    return graph_svg(whole, registry, tints=Tints(cards, key_of(modules)))


def _place(whole: Graph, path: str, registry: Registry) -> tuple[str, str] | None:
    try:
        at, node = found_node(whole, path, registry)
    except UsageError:
        return None
    return ".".join(at), node.name


def largest_effect(modules: Modules) -> float:
    """Return the size of the largest effect that is shown, which gives the strongest colour; 0 if none is."""
    return max((_size(one) for one in modules.modules if _is_claimed(one)), default=0.0)


def tint_of(module: Module, largest: float, theme: str = "light") -> Tint:
    """Return how a module is coloured, beside one of the largest effect."""
    colours = VERDICTS[theme]
    told = f"{module.verdict}: {module.reason} Adjusted interval {ends(module.adjusted, sign=True) or 'unknown'}."
    words = number(module.comparison.effect, sign=True)
    if module.verdict == "undecided":
        return Tint(colours["undecided"], 0, hatched=True, words=words, told=told)
    if module.verdict == "dead weight":
        return Tint(colours["dead weight"], 0.22, words=words, told=told)
    share = _size(module) / largest if largest else 1.0
    return Tint(colours[module.verdict], FAINT + (STRONG - FAINT) * share, words=words, told=told)


def key_of(modules: Modules, theme: str = "light") -> list[tuple[Tint, str]]:
    """Return what the colours mean, of the verdicts that there are."""
    colours = VERDICTS[theme]
    words = {
        "matters": "matters: without it the score gets worse", "poison": "poison: it gets better",
        "dead weight": "dead weight: surely within the margin", "undecided": "undecided",
    }  # fmt: skip
    there = {one.verdict for one in modules.modules}
    return [
        (Tint(colours[name], 0.22 if name == "dead weight" else STRONG, hatched=name == "undecided"), text)
        for name, text in words.items()
        if name in there
    ]


def _is_claimed(module: Module) -> bool:
    return module.verdict in ("matters", "poison")


def _size(module: Module) -> float:
    return abs(module.comparison.effect or 0.0)
