"""`facts.asked`: commands to a memory that stand in a state and are not answered yet."""

from __future__ import annotations

from typing import Any

from studio.nodes.facts.output import as_object, tags_below
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of, reasons_of
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("facts.asked", title="Commands to a memory", category="Facts", icon="asked", stores={"store": "read"})
class Asked(Node):
    """Give the commands to a memory that rules have put on a state and that were not answered yet.

    A state has `^smem` or `^epmem` (the param *link*) with a `^command` and a `^result`.  A command is new if what
    stands there is not what was answered last; an answer to what stands there no longer is to be withdrawn.
    """

    class Params(Fields):
        store: str = store_param("facts")
        link: str = param("smem", help="The attribute of states that leads to the command and the result.")

    class Out(Fields):
        commands: Any = port(
            type="list",
            help="New commands: `state`, `key`, `result` (what gets the answer), `command`, `ids`; else absent.",
        )
        withdrawn: Any = port(
            type="list", help="Reasons of answers to what is asked no longer; absent with `commands`."
        )

    def run(self, ctx: RunContext, params: Params, inputs: Fields) -> Out:
        facts = facts_of(ctx, params.store)
        answered = [name for name in reasons_of(ctx, params.store) if name.startswith(f"{params.link}@")]
        commands = [one for state in facts.stack if (one := command_of(facts, state, params.link))]
        keys = {one["key"] for one in commands}
        withdrawn = [name for name in answered if name not in keys]
        new = [one for one in commands if one["key"] not in answered]
        if not new and not withdrawn:
            quiet = Absent(f"nothing new is asked of ^{params.link}")
            return self.Out(commands=quiet, withdrawn=quiet)
        return self.Out(commands=new, withdrawn=withdrawn)


def command_of(facts: Facts, state: str, link: str) -> dict[str, Any] | None:
    """Return the command that stands in a state, or None."""
    for memory in facts.by_field.get((state, link), ()):
        holders = [one.value for one in facts.by_field.get((str(memory.value), "command"), ())]
        results = [one.value for one in facts.by_field.get((str(memory.value), "result"), ())]
        if not holders or not results or not facts.by_id.get(str(holders[0])):
            continue
        holder = str(holders[0])
        tags = sorted(tags_below(facts, holder, set()))
        return {
            "state": state,
            "key": f"{link}@{state}@{'.'.join(map(str, tags))}",
            "result": results[0],
            "command": as_object(facts, holder, ()),
            "ids": {str(one.attribute): one.value for one in facts.by_id[holder]},
        }
    return None
