"""Who is there: modules of several kinds, how they are wired, and whether they fire in turn or together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tests.dynamics.generator.pen import Pen
from tests.dynamics.generator.phrasing import Family

KIND_OF: Final = {
    "planner": "llm", "thinker": "llm", "worker": "llm", "critic": "llm", "memory": "memory", "tool": "tool",
    "timer": "timer", "human": "human",
}  # fmt: skip
STAND_IN: Final = {
    "planner": "thinker", "worker": "thinker", "critic": "thinker", "memory": "tool", "timer": "tool",
        "human": "thinker",
}  # fmt: skip
"""Who speaks where a small architecture lacks a role."""
COMMON: Final = ("thinker", "tool", "worker", "critic", "memory", "planner")
MODES: Final = ("single", "lockstep", "mixed")
WIRINGS: Final = ("ring", "hub", "chain", "tangle")


@dataclass(frozen=True)
class Architecture:
    """Modules in graph order, the ids that play each role, and the mode of firing.

    `single`: one firing a tick. `lockstep`: as many as are ready share a tick. `mixed`: now so, now so.
    """

    modules: tuple[dict[str, Any], ...]
    by_role: dict[str, tuple[str, ...]]
    mode: str

    def speakers(self, role: str) -> tuple[str, ...]:
        """Return the ids that play the role, or its stand-in's."""
        return self.by_role.get(role) or self.by_role[STAND_IN[role]]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(str(module["id"]) for module in self.modules)


def draw(pen: Pen, family: Family, needs: tuple[str, ...] = (), most: int = 30) -> Architecture:
    """Return an architecture of 2 to `most` modules that has at least the roles `needs`."""
    count = pen.size(2, most)
    roles = ["thinker", "tool", *(role for role in needs if role not in ("thinker", "tool"))]
    rest = [role for role in COMMON if role not in roles]
    pen.rng.shuffle(rest)
    roles += rest[: max(0, count - len(roles))]
    if len(roles) < count and pen.chance(0.3):
        roles.append(pen.pick(("timer", "human")))
    while len(roles) < count:
        roles.append(pen.pick(COMMON))
    pen.rng.shuffle(roles)
    ids: list[str] = []
    for role in roles:
        name = pen.fill(pen.pick(family.roles[role]))
        while name in ids:
            name = f"{name}_{pen.word()}"
        ids.append(name)
    return Architecture(
        tuple(
            {"id": name, "kind": KIND_OF[role], "in": wires}
            for name, role, wires in zip(ids, roles, _wiring(pen, ids), strict=True)
        ),
        {
            role: tuple(name for name, its in zip(ids, roles, strict=True) if its == role)
            for role in dict.fromkeys(roles)
        },
        pen.pick(MODES),
    )


def _wiring(pen: Pen, ids: list[str]) -> list[list[str]]:
    count = len(ids)
    match pen.pick(WIRINGS):
        case "ring":
            return [[ids[at - 1]] for at in range(count)]
        case "hub":
            return [ids[1:] if at == 0 else [ids[0]] for at in range(count)]
        case "chain":
            return [[ids[at - 1]] if at else [ids[-1], ids[0]] for at in range(count)]
        case _:
            return [pen.some(ids, pen.between(1, min(4, count))) for _ in ids]
