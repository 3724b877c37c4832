"""`facts.substate`: opens a state below another, in which an impasse may be resolved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from studio.nodes.preferences._procedure import Impasse
from studio.nodes.rules._firing import Names
from studio.nodes.rules._memories import facts_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError

CHOICES: Final[dict[str, str]] = {
    "tie": "multiple", "conflict": "multiple", "constraint-failure": "constraint-failure", "no-change": "none",
}  # fmt: skip


@node("facts.substate", title="Open a substate", category="Facts", icon="substate", stores={"store": "write"})
class Substate(Node):
    """Open a state below the one that is stuck, which says what it is stuck at.

    It gets `^type state`, `^superstate`, `^impasse` (tie, conflict, constraint-failure, no-change), `^attribute`,
    `^choices`, `^quiescence t`, the candidates as `^item` and `^item-count`, and links for rewards and memories.
    States that were below end.  Source: Soar manual 9.6, section 2.4.
    """

    class Params(Fields):
        store: str = store_param("facts")
        links: list[str] = param(("reward-link",), help="Attributes with an empty thing of their own.")
        memories: list[str] = param(("smem", "epmem"), help="Attributes with a thing that has a command and a result.")
        deepest: int = param(1000, ge=1, help="The number of states at which the run fails.")

    class In(Fields):
        impasse: dict[str, Any] = port(help="The impasse that *preferences.decide* gave.")

    class Out(Fields):
        state: str = port(help="The new state.")
        depth: int = port(help="How many states stand above it.")
        ended: list[Any] = port(help="States that ended.")
        gone: list[Any] = port(help="Reasons that hold no longer.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        facts = facts_of(ctx, params.store)
        found = Impasse(**inputs.impasse)
        if found.state not in facts.depth:
            raise NodeError(f"there is no state {found.state} to open one below.", code="facts")
        depth = facts.depth[found.state] + 1
        if depth >= params.deepest:
            raise NodeError(
                f"the stack of states has grown to {depth}.",
                hint="Nothing is known to do; give the agent rules, or end it earlier.",
                code="facts",
            )
        names = Names(ask(ctx, params.store, "facts", "names"))
        id = names.next("S")
        add = [[id, "type", "state"], [id, "superstate", found.state]]
        for link in params.links:
            add.append([id, link, names.next("R")])
        for memory in params.memories:
            thing = names.next("L" if memory == "smem" else memory)
            add += [[id, memory, thing], [thing, "command", names.next("C")], [thing, "result", names.next("R")]]
        add += [
            [id, "attribute", found.attribute], [id, "impasse", found.kind], [id, "choices", CHOICES[found.kind]],
            [id, "quiescence", "t"], *items(id, found.items, found.numeric),
        ]  # fmt: skip
        done = ask(
            ctx, params.store, "facts", "change", pop=facts.stack[depth : depth + 1],
            push=[{"id": id, "impasse": found.kind, "attribute": found.attribute}],
            add=[[*fact, False, "given", True] for fact in add],
        )  # fmt: skip
        return self.Out(state=id, depth=depth, ended=done["popped"], gone=done["gone"])


def items(state: str, candidates: Sequence[str], numeric: Sequence[str]) -> list[list[Any]]:
    """Return the facts that tell a state its candidates."""
    if not candidates:
        return []
    bare = [one for one in candidates if one not in numeric]
    made: list[list[Any]] = [[state, "item", one] for one in candidates]
    made.append([state, "item-count", len(candidates)])
    made += [[state, "non-numeric", one] for one in bare]
    return [*made, [state, "non-numeric-count", len(bare)]] if bare else made
