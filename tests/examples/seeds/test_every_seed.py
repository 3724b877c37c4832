"""What holds for every seed system: its modules are nodes under their names, and its recorded run shows them work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace
from studio.gallery.front import front_of
from studio.graph.tree import parse
from studio.support.resources import bundled_graphs, resource_root
from tests.support.seeds import graph_of, leaf

SHEETS: dict[str, list[str]] = parse(
    (Path(__file__).parents[2] / "data" / "seed_modules.yaml").read_text(encoding="utf-8"), "seed_modules.yaml"
).root.plain()
SEEDS = [*SHEETS, "smallville"]
ROUNDS = 3


def page_of(name: str) -> str:
    return (resource_root("graphs") / f"{name}.md").read_text(encoding="utf-8")


def nodes_of(graph: Graph) -> set[str]:
    return {name for _, one in graph.walk() for name in one.nodes}


@pytest.mark.parametrize("name", SEEDS)
def test_it_ships_with_page_and_recorded_run(name: str) -> None:
    path = next(path for path in bundled_graphs() if path.stem == name)

    assert path.with_suffix(".run.db").is_file()
    assert front_of(page_of(name)).group == "seed"
    assert any(word in page_of(name).lower() for word in ("circles", "procrastination", "wandering", "wanders"))


@pytest.mark.parametrize("name", SHEETS)
def test_every_module_of_its_sheet_is_a_node(name: str) -> None:
    assert set(SHEETS[name]) - nodes_of(graph_of(name)) == set()


def test_an_inhabitant_of_smallville_has_all_modules() -> None:
    assert set(SHEETS["generative_agents"]) - nodes_of(graph_of("smallville")) == set()


@pytest.mark.parametrize("name", SEEDS)
def test_every_module_fired_in_the_recorded_run_or_its_page_says_why_not(name: str) -> None:
    with Trace(resource_root("graphs") / f"{name}.run.db") as trace:
        run = trace.run()
        fired = {leaf(one.node) for one in trace.firings(run.id) if one.status == "ok"}
    assert run.status == "ok"
    silent = set(SHEETS.get(name, SHEETS["generative_agents"])) - fired

    told = re.search(r"^Not fired in the recorded run: (.+?)\n\n", page_of(name), re.MULTILINE | re.DOTALL)

    assert (
        set(re.findall(r"`([a-z_0-9]+)`", told[1] if told else "")) & set(SHEETS.get(name, SHEETS["generative_agents"]))
        == silent
    )


@pytest.mark.parametrize("name", SEEDS)
def test_the_recorded_run_has_three_rounds_or_its_own_end(name: str) -> None:
    front = front_of(page_of(name))
    with Trace(resource_root("graphs") / f"{name}.run.db") as trace:
        run = trace.run()
        rounds = sum(leaf(one.node) == front.round and one.status == "ok" for one in trace.firings(run.id))
        model: Any = run.options.get("model")

    assert front.round
    assert rounds >= ROUNDS or run.ended in ("stop", "quiet")
    assert not str(model or "").startswith("scripted"), "the embedded model"
