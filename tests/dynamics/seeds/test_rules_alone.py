"""Seeds without a model: their memories are looked at, word for word; what is no repetition there is no failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.support.resources import resource_root
from tests.dynamics.seeds.playing import assert_healthy, assert_paused, assert_warned, watched
from tests.support.seeds import graph_of
from tests.support.thorough import thorough_but


def soar_rules(name: str) -> str:
    return (resource_root("graphs").parent / f"tests/data/soar/{name}.soar").read_text("utf-8")


def test_a_process_that_is_not_there_is_started_in_circles(tmp_path: Path) -> None:
    graph = graph_of("cognitive_frame")
    graph.nodes["visual_search"].knockout = True

    seen = watched(graph, {}, [], tmp_path)

    assert_paused(seen, "circle", by="working_memory", within=0)
    assert len(seen.played.outputs("working_memory")) <= 8, "the fifth of the circle, after what led to it"


def test_a_request_that_fails_and_is_made_again_is_warned_of(tmp_path: Path) -> None:
    seen = watched("actr", {"agent": "forgetful", "seconds": 3}, [], tmp_path, status="ok")

    assert_warned(seen, "circle", by="production_memory")


@pytest.mark.parametrize(
    ("rules", "decisions"),
    [
        pytest.param("nothing", 4, marks=pytest.mark.thorough),
        ("conflict", 12),
        pytest.param("deep", 17, marks=pytest.mark.thorough),
    ],
)
def test_states_that_are_stuck_below_each_other_for_want_of_knowledge_put_it_off(
    tmp_path: Path, rules: str, decisions: int
) -> None:
    """Soar's descent: each substate is to resolve what the one above it was to resolve."""
    seen = watched("soar", {"rules": soar_rules(rules)}, [], tmp_path)

    assert_paused(seen, "procrastination", by="working_memory", within=0)
    assert len(seen.played.outputs("decider")) <= decisions, "by the fourth state that restates"
    assert "«state.no-change» says again" in seen.verdict.evidence[-1]


@pytest.mark.parametrize("rules", thorough_but("struct".__eq__, ["opsub", "rl_substate", "struct"]))
def test_states_that_resolve_what_is_stuck_or_are_about_other_operators_are_healthy(tmp_path: Path, rules: str) -> None:
    seen = watched("soar", {"rules": soar_rules(rules), "decisions": 12}, [], tmp_path, status="ok")

    assert [alarm for alarm in seen.alarms if alarm["kind"] == "procrastination"] == []


@pytest.mark.parametrize("name", ["actr", "cognitive_frame", "lecun", "soar"])
def test_as_they_ship_they_are_healthy(tmp_path: Path, name: str) -> None:
    seen = watched(name, {}, [], tmp_path, status="ok")

    assert_healthy(seen)
    assert seen.alarms == []


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("lecun", {"horizon": 3, "steps": 20}),
        pytest.param("soar", {"rules": soar_rules("circles")}, marks=pytest.mark.thorough),
    ],
)
def test_where_a_memory_grows_by_every_round_the_failure_is_not_seen(
    tmp_path: Path, name: str, given: dict[str, object]
) -> None:
    """A limit, which their pages tell: each round leaves one memory more, so that no state comes again."""
    assert watched(name, given, [], tmp_path, status="ok").alarms == []
