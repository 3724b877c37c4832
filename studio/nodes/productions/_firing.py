"""What a rule does when it fires: changes of buffers, and requests to modules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from studio.nodes.productions._matching import bindings_of, put_in
from studio.nodes.productions._rules import is_variable
from studio.support.errors import NodeError
from studio.support.values import Json


class Done(NamedTuple):
    """What a rule did: changes of buffers, requests to modules, what its variables stood for, the slots of the chunks
    that it tested, by buffer, and what it said (`!output!`)."""

    changes: list[Json]
    requests: list[dict[str, Any]]
    bindings: dict[str, Json]
    tested: dict[str, Json]
    said: list[Json]


def fired(
    rule: Mapping[str, Any],
    buffers: Mapping[str, Any],
    strict: bool,
    keep: Collection[str],
    instant: Collection[str],
    clears: bool = True,
) -> Done | None:
    """Return what a rule does, or None if its conditions hold no more.

    Changes come in this order: modified slots, requests (each clears its buffer), clearings, and, if `strict`, the
    harvest: buffers that the rule tested and did nothing about are cleared, save those to `keep`. A request to a buffer
    of `instant` puts the chunk there at once. Without `clears` a request leaves what stands in the buffer until
    the answer comes.
    """
    bound = bindings_of(rule, buffers)
    if bound is None:
        return None
    modified: list[Json] = []
    asked: list[Json] = []
    cleared: list[Json] = []
    requests: list[dict[str, Any]] = []
    said: list[Json] = []
    for part in rule["then"]:
        buffer = part["buffer"]
        slots = [[sign, slot, _given(rule, value, bound)] for sign, slot, value in part["slots"]]
        plain = {slot: value for sign, slot, value in slots if sign == "="}
        if part["kind"] == "output":
            said.append([value for _, _, value in slots])
        elif part["kind"] == "modify":
            modified.append({"do": "modify", "buffer": buffer, "slots": plain})
        elif part["kind"] == "clear":
            cleared.append({"do": "clear", "buffer": buffer})
        elif buffer in instant:
            asked.append({"do": "put", "buffer": buffer, "chunk": {"name": buffer, "slots": plain}})
        else:
            asked.append({"do": "request", "buffer": buffer, "keep": not clears and buffer != "imaginal"})
            requests.append({"buffer": buffer, "slots": slots})
    if strict:
        touched = {part["buffer"] for part in rule["then"]} | set(keep)
        tested = dict.fromkeys(part["buffer"] for part in rule["if"] if part["kind"] == "test")
        cleared += [{"do": "clear", "buffer": buffer} for buffer in tested if buffer not in touched]
    tests = {part["buffer"]: buffers[part["buffer"]]["chunk"]["slots"] for part in rule["if"] if part["kind"] == "test"}
    return Done([*modified, *asked, *cleared], requests, bound, tests, said)


def _given(rule: Mapping[str, Any], value: Json, bound: Mapping[str, Json]) -> Json:
    made = put_in(value, bound)
    if is_variable(made) and made not in bound.values():
        raise NodeError(
            f"the rule `{rule['name']}` uses `{value}`, which none of its conditions binds.",
            hint="Name the variable in an equal test of a condition.",
            code="rules",
        )
    return made
