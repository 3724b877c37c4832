"""Small worlds: maps, ways, events, what is noticed, what is remembered, steps."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.grid.events import Events
from studio.nodes.grid.map import Map
from studio.nodes.grid.path import Path
from studio.nodes.grid.perceive import Perceive
from studio.nodes.grid.remember import Remember
from studio.nodes.grid.walk import Walk
from studio.stores import make_store
from studio.support.errors import NodeError
from tests.support.fake_context import FakeContext, present, run_node

TOWN = {
    "name": "town",
    "blocked": "#",
    "rows": ["#######", "#b.#k.#", "#..,..#", "#######"],
    "legend": {"b": "home:bedroom:bed", ".": "home:bedroom", ",": "", "k": "home:bedroom:sink"},
}


async def test_a_map_tells_its_places() -> None:
    out = await run_node(Map, {}, {"map": TOWN | {"rows": "\n".join(TOWN["rows"])}})

    assert out.places == {"home": {"bedroom": ["bed", "sink"]}}
    assert out.addresses == ["town:home:bedroom:bed", "town:home:bedroom", "town:home:bedroom:sink", "town"]
    assert out.map == TOWN
    assert [4, 1] in out.free
    assert [3, 1] not in out.free


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": ["##", "#"]}, "one length"), ({"rows": []}, "one length"), ({"rows": 3}, "needs `rows`"),
        ({"rows": ["#?"]}, "the sign `\\?`"), ({"legend": {"b": "a:b:c:d"}}, "the sign"), ({"name": "a:b"}, "legend"),
        ({"rows": ["#" * 201] * 200}, "40,000"), ({"blocked": None}, "legend"), ({"legend": []}, "legend"),
    ],
)  # fmt: skip
async def test_a_map_that_is_none_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(NodeError, match=told):
        await run_node(Map, {}, {"map": TOWN | change})


async def test_a_way_goes_round_walls_and_says_if_there_is_none() -> None:
    out = await run_node(Path, {}, {"map": TOWN, "start": [2, 1], "goal": [4, 1]})

    assert out.path == [[2, 1], [2, 2], [3, 2], [4, 2], [4, 1]]
    assert present(await run_node(Path, {}, {"map": TOWN, "start": [2, 1], "goal": [3, 1]})) == {"none": True}
    assert (await run_node(Path, {}, {"map": TOWN, "start": [2, 1], "goal": [2, 1]})).steps == 0


async def test_of_several_ways_it_is_the_one_that_from_the_goal_goes_up_first_then_left() -> None:
    open_town = TOWN | {"rows": ["....", "....", "...."]}
    out = await run_node(Path, {}, {"map": open_town, "start": [0, 0], "goal": [2, 2]})
    back = await run_node(Path, {}, {"map": open_town, "start": [2, 2], "goal": [0, 0]})

    assert out.path == [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]]
    assert back.path == [[2, 2], [1, 2], [0, 2], [0, 1], [0, 0]]


@given(st.lists(st.text("#.", min_size=5, max_size=5), min_size=4, max_size=4))
async def test_no_way_is_shorter_than_the_one_found(rows: list[str]) -> None:
    out = await run_node(Path, {}, {"map": TOWN | {"rows": rows}, "start": [0, 0], "goal": [4, 3]})

    far, edge = {(0, 0): 0}, deque([(0, 0)])
    while edge:
        x, y = edge.popleft()
        for tile in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= tile[0] < 5 and 0 <= tile[1] < 4 and rows[tile[1]][tile[0]] == "." and tile not in far:
                far[tile] = far[x, y] + 1
                edge.append(tile)
    shown = present(out)
    assert shown.get("steps") == far.get((4, 3))
    for before, now in zip(shown.get("path", []), shown.get("path", [])[1:], strict=False):
        assert abs(before[0] - now[0]) + abs(before[1] - now[1]) == 1
        assert rows[now[1]][now[0]] == "."


def move(tile: list[int], use: Any = None, who: str = "Ann", arrived: bool = True) -> dict[str, Any]:
    return {"who": who, "tile": tile, "event": [who, "is", "tired", "resting"], "use": use, "arrived": arrived}


async def happening(*steps: list[dict[str, Any]]) -> dict[str, Any]:
    state: Any = None
    for moves in steps:
        state = (await run_node(Events, {}, {"map": TOWN, "state": state, "moves": moves})).state
    made: dict[str, Any] = state
    return made


async def test_a_thing_is_idle_until_somebody_uses_it_and_again_when_they_have_gone() -> None:
    bed = ["town:home:bedroom:bed", "be", "slept in", "being slept in"]
    idle = ["town:home:bedroom:bed", None, None, None]
    ann = ["Ann", "is", "tired", "resting"]

    assert (await happening([]))["at"]["1,1"] == [idle]
    assert (await happening([move([1, 1], bed)]))["at"]["1,1"] == [ann, bed]
    assert (await happening([move([1, 1], bed, arrived=False)]))["at"]["1,1"] == [idle, ann]
    gone = await happening([move([1, 1], bed)], [move([2, 1])])
    assert (gone["at"]["1,1"], gone["at"]["2,1"]) == ([idle], [ann])
    assert gone["people"] == {"Ann": [2, 1]}
    stays = await happening([move([1, 1], bed)], [move([1, 1], bed)])
    assert stays["at"]["1,1"] == [ann, bed]


@pytest.mark.parametrize("moves", [[3], [{"who": "Ann"}], [move([9, 9])], [move([1])]])
async def test_a_move_that_is_none_is_told(moves: list[Any]) -> None:
    with pytest.raises(NodeError):
        await happening(moves)


async def notice(tile: list[int], *, recent: Any = (), who: Any = None, **params: Any) -> Any:
    state = await happening([move([2, 1], who="Bob"), move(tile)])
    given = {"map": TOWN, "state": state, "who": {"tile": tile} | (who or {}), "recent": list(recent)}
    return await run_node(Perceive, params, given)


async def test_the_closest_new_events_are_noticed() -> None:
    out = await notice([2, 2])

    assert [one["text"] for one in out.events] == ["Ann is resting", "Bob is resting", "bed is idle"]
    assert out.events[0]["triple"] == ["Ann", "is", "tired"]
    assert out.events[2]["keywords"] == ["bed", "idle"]
    assert [one["distance"] for one in out.events] == [0.0, 1.0, 1.414214]
    assert [one["text"] for one in (await notice([2, 2], attention=1)).events] == ["Ann is resting"]
    assert [one["text"] for one in (await notice([2, 2], who={"radius": 0})).events] == ["Ann is resting"]


async def test_what_is_among_the_latest_is_not_new_and_what_is_noticed_counts_among_them() -> None:
    bed = ["town:home:bedroom:bed", "is", "idle"]

    assert [one["text"] for one in (await notice([2, 2], recent=[bed])).events] == ["Ann is resting", "Bob is resting"]
    pushed_out = await notice([2, 2], recent=[bed], retention=2)
    assert [one["text"] for one in pushed_out.events] == ["Ann is resting", "Bob is resting", "bed is idle"]


async def test_events_in_another_arena_are_not_noticed_but_its_places_are_seen() -> None:
    outdoors = await notice([3, 2])

    assert [one["text"] for one in outdoors.events] == ["Ann is resting"]
    assert "town:home:bedroom:sink" in outdoors.seen
    assert outdoors.here == "town"


async def test_what_stands_in_brackets_is_what_is_embedded() -> None:
    state = await happening([move([2, 1]) | {"event": ["Ann", "wash", "face", "morning routine (washing her face)"]}])
    out = await run_node(Perceive, {}, {"map": TOWN, "state": state, "who": {"tile": [2, 1]}})

    told = out.events[0]
    assert (told["text"], told["description"]) == ("washing her face", "Ann is morning washing her face")


@pytest.mark.parametrize("own", [{"radius": -1}, {"attention": "3"}, {"retention": 1001}, {"tile": None}])
async def test_a_limit_that_is_none_is_told(own: dict[str, Any]) -> None:
    with pytest.raises(NodeError):
        await notice([2, 2], who=own)


async def test_places_are_remembered_once() -> None:
    ctx = FakeContext(stores={"places": make_store("kv", {}, "places")})
    params, key = {"store": "places"}, {"key": "Ann"}
    first = await run_node(Remember, params, {"seen": ["town", "town:home:bedroom:bed"], **key}, ctx)
    again = await run_node(Remember, params, {"seen": ["town:home:bedroom", "town:home:bedroom:sink"], **key}, ctx)

    assert first.tree == {"town": {"home": {"bedroom": ["bed"]}}}
    assert (again.tree, again.new) == ({"town": {"home": {"bedroom": ["bed", "sink"]}}}, ["town:home:bedroom:sink"])
    other = await run_node(Remember, params, {"seen": [], "key": "Bob"}, ctx)
    assert other.tree == {}


async def walk(address: str, *, tile: Any = (2, 1), moves: Any = (), **fields: Any) -> Any:
    state = await happening(list(moves))
    walker = {"tile": list(tile), "address": address} | fields
    return await run_node(Walk, {}, {"map": TOWN, "state": state, "walker": walker})


async def test_one_goes_a_tile_towards_the_place_and_stays_there() -> None:
    first = await walk("town:home:bedroom:sink")

    assert (first.tile, first.path, first.arrived) == ([2, 2], [[3, 2], [4, 2], [4, 1]], False)
    assert first.changes == {"tile": [2, 2], "path": [[3, 2], [4, 2], [4, 1]], "planned": True}
    on = await walk("elsewhere", tile=(2, 2), path=[[3, 2]], planned=True)
    assert (on.tile, on.arrived) == ([3, 2], True)
    there = await walk("town:home:bedroom:sink", tile=(4, 1), planned=True)
    assert (there.tile, there.arrived) == ([4, 1], True)


async def test_where_there_is_nowhere_to_go_one_stays() -> None:
    for address in ("", "town:nowhere", "<persona> Nobody"):
        out = await walk(address)
        assert (out.tile, out.arrived) == ([2, 1], True)


async def test_one_goes_half_way_to_a_person_and_not_to_a_taken_tile() -> None:
    half = await walk("<persona> Bob", tile=(1, 1), moves=[move([5, 1], who="Bob")])
    near = await walk("<persona> Bob", tile=(2, 2), moves=[move([2, 1], who="Bob")])
    waits = await walk("<waiting> 2 2")
    taken = await walk("town:home:bedroom:bed", moves=[move([1, 1], who="Bob")])

    assert half.path[-1] == [3, 2]
    assert near.tile == [2, 2]
    assert (waits.tile, waits.path) == ([2, 2], [])
    assert taken.tile == [1, 1], "where no other tile is left it is taken nevertheless"


async def test_a_random_tile_lies_inside_the_place() -> None:
    out = await walk("town:home:bedroom:<random>")

    assert out.path == [] or out.path[-1] in ([1, 1], [1, 2], [2, 2], [4, 2], [5, 2], [5, 1], [4, 1])
    assert {len((await walk("town:home:bedroom:<random>", path=[[2, 2]], planned=True)).path)} == {0}


@pytest.mark.parametrize("walker", [{}, {"tile": [2, 1]}, {"tile": [0], "address": "x"}])
async def test_a_walker_that_is_none_is_told(walker: dict[str, Any]) -> None:
    with pytest.raises(NodeError):
        await run_node(Walk, {}, {"map": TOWN, "state": await happening([]), "walker": walker})
    with pytest.raises(NodeError):
        await walk("<waiting> here")
