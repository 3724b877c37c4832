"""The organism and its twin: many narrow modules and one general prompt, for the same day in the same greenhouse."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from studio import Graph, Trace, run
from studio.gallery.entries import HELPERS
from studio.replay.verify import verify
from studio.support.resources import resource_root
from studio.support.values import Json, decode
from tests.bench.knockouts import WORLD, modules_of
from tests.examples.answering import Answering, as_catalog
from tests.support.seeds import graph_of
from tests.support.thorough import thorough_but

GRAPHS = resource_root("graphs")
HOURS = 24
MORNING = 3


@cache
def model_of(name: str) -> Answering:
    """Knows the recorded answers to what was asked then, and makes up any other."""
    with Trace(GRAPHS / f"{name}.run.db") as trace:
        return Answering.like(trace, graph_of(name))


def lived(graph: Graph, tmp_path: Path, **inputs: Json) -> dict[str, Any]:
    result = run(graph, inputs, catalog=as_catalog(model_of(graph.name)), db=tmp_path / "runs.db", seed=0)
    assert result.status == "ok", result.error
    assert result.ended == "stop"
    return dict(result.outputs)


def morning() -> Json:
    """The first hours of the day: enough to see that it goes on."""
    hours: Json = graph_of("organism").nodes["day"].params["value"][:MORNING]
    return hours


def recorded_points(name: str) -> float:
    with Trace(GRAPHS / f"{name}.run.db") as trace:
        points: Any = trace.run().outputs["points"]
    return float(points)


def test_it_has_more_than_sixty_modules_besides_helpers_and_world() -> None:
    graph = graph_of("organism")
    modules = list(modules_of(graph))

    assert len(modules) >= 60
    assert len(set(modules)) == len(modules)
    assert WORLD not in {organ for organ, _ in modules}
    assert not any(graph.graphs[organ].nodes[name].type.startswith(HELPERS) for organ, name in modules)
    # No module is large: none sees more than a few things.
    assert max(len(str(graph.graphs[organ].nodes[name].params.get("expression", ""))) for organ, name in modules) < 700


def test_every_organ_is_in_a_loop_with_the_others() -> None:
    """Feedback: what an organ gives reaches it again, through the others and the world."""
    import networkx

    graph = graph_of("organism")
    wires = networkx.DiGraph((edge.source, edge.target) for edge in graph.edges)
    [largest, *_] = sorted(networkx.strongly_connected_components(wires), key=len, reverse=True)

    assert set(graph.graphs) <= largest | {"voice"}, "all organs but the mouth"


def test_the_twin_lives_in_the_same_world() -> None:
    organism, twin = graph_of("organism"), graph_of("twin")

    assert organism.graphs[WORLD] == twin.graphs[WORLD]
    assert organism.nodes["day"] == twin.nodes["day"]
    assert list(twin.graphs) == [WORLD]


def test_nobody_is_told_what_only_the_world_knows() -> None:
    """What a visitor wants, how the beds are and the points go to outputs of the graph, and to no organ."""
    for name in ("organism", "twin"):
        graph = graph_of(name)
        taken = {
            edge.target for edge in graph.edges if edge.source == WORLD and edge.source_port in ("truth", "points")
        }
        assert {graph.nodes[target].type for target in taken} == {"flow.output"}
        assert [edge.target for edge in graph.edges if edge.source == "day"] == [WORLD]


def test_the_recorded_organism_keeps_what_its_twin_lets_wither() -> None:
    assert recorded_points("organism") >= recorded_points("twin") + 20


@pytest.fixture(scope="module")
def own_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What came of the graph's own day, and where it is recorded."""
    folder = tmp_path_factory.mktemp("own_day")
    return lived(graph_of("organism"), folder), folder / "runs.db"


def test_it_lives_the_recorded_day_again(own_day: tuple[dict[str, Any], Path]) -> None:
    outputs, db = own_day

    assert outputs["points"] == pytest.approx(recorded_points("organism"))
    assert len(outputs["deeds"]) == HOURS
    assert outputs["truth"]["served"] <= outputs["truth"]["asked"] == 7
    with Trace(db) as trace:
        assert verify(trace).difference is None


@pytest.mark.embedded
@pytest.mark.thorough
def test_the_embedded_model_reads_the_day_book(tmp_path: Path) -> None:
    result = run(graph_of("organism"), {"day": morning()}, db=tmp_path / "runs.db", seed=0)

    assert result.status == "ok", result.error
    with Trace(tmp_path / "runs.db") as trace:
        views = [trace.outputs(one)["value"] for one in trace.firings("last") if one.node == "perception/view"]
    assert views == ["well"] * 3, "firm green leaves, twice, and all is well"


ASKED = {12: 2, HOURS: 6}
"""How often people ask something in so many hours of the day of frost."""


@pytest.mark.parametrize("hours", thorough_but((12).__eq__, ASKED))
def test_another_day_is_lived_otherwise(own_day: tuple[dict[str, Any], Path], tmp_path: Path, hours: int) -> None:
    frost = decode((GRAPHS / "data/organism/frost.json").read_bytes())

    other = lived(graph_of("organism"), tmp_path, day=frost[:hours])

    assert other["deeds"] != own_day[0]["deeds"][:hours]
    assert other["truth"]["asked"] == ASKED[hours]


ORGANS = ("perception", "planning", "critics")
"""What comes in, what is meant to come of it, and what is thought of it then."""


@pytest.mark.parametrize(
    "organ", thorough_but(ORGANS.__contains__, [name for name in graph_of("organism").graphs if name != WORLD])
)
def test_the_day_goes_on_when_an_organ_fails(organ: str, tmp_path: Path) -> None:
    graph = graph_of("organism")
    graph.nodes[organ].knockout = True

    outputs = lived(graph, tmp_path, day=morning())

    assert outputs["truth"]["hour"] == MORNING - 1


def lived_without(organ: str, module: str, tmp_path: Path) -> dict[str, Any]:
    graph = graph_of("organism")
    graph.graphs[organ].nodes[module].knockout = True
    return lived(graph, tmp_path, day=morning())


@pytest.mark.parametrize("first", thorough_but(lambda first: first == 0, [0, 9, 18]))
def test_the_day_goes_on_when_any_module_of_a_sample_fails(first: int, tmp_path: Path) -> None:
    for organ, name in list(modules_of(graph_of("organism")))[first::27]:
        assert lived_without(organ, name, tmp_path)["truth"]["hour"] == MORNING - 1, (organ, name)


def test_without_its_outlook_it_does_other_things(tmp_path: Path) -> None:
    """The control: what is knocked out is missed."""
    whole = lived(graph_of("organism"), tmp_path, day=morning())

    assert lived_without("appraisal", "outlook", tmp_path)["deeds"] != whole["deeds"]


WATERED = {"do": "water", "bed": "beans", "topic": ""}
WAITED = {"do": "wait", "bed": "", "topic": ""}
PRESSING = [{"drive": "thirst", "level": 0.9}]


def critics(tmp_path: Path, **given: Json) -> dict[str, Any]:
    graph = graph_of("organism")
    body = graph.graphs["critics"]
    body.name, body.max_ticks = "critics", 1
    result = run(body, given, db=tmp_path / "critics.db")
    assert result.status == "ok", result.error
    return dict(result.outputs)


def test_circles_are_the_same_deed_three_times_in_four_hours(tmp_path: Path) -> None:
    elsewhere = {**WATERED, "bed": "orchids"}
    assert critics(tmp_path, did=WATERED, lately=[WATERED, WAITED, WATERED, WATERED])["round"] is True
    assert critics(tmp_path, did=WATERED, lately=[WATERED, elsewhere, elsewhere, WATERED])["round"] is False
    assert critics(tmp_path, did=WAITED, lately=[WAITED] * 4)["round"] is False


def test_procrastination_is_to_wait_while_something_presses(tmp_path: Path) -> None:
    assert critics(tmp_path, did=WAITED, lately=[WAITED, WAITED], urges=PRESSING)["late"] is True
    assert critics(tmp_path, did=WAITED, lately=[WAITED, WAITED], urges=[])["late"] is False
    assert critics(tmp_path, did=WAITED, lately=[WATERED, WAITED], urges=PRESSING)["late"] is False


def test_a_deed_that_never_helped_is_futile(tmp_path: Path) -> None:
    assert critics(tmp_path, did=WATERED, before=[-0.1, 0, -0.2])["useless"] is True
    assert critics(tmp_path, did=WATERED, before=[-0.1, 0.2, -0.2])["useless"] is False
