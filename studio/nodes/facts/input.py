"""`facts.input`: puts what a world shows into a working memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from studio.nodes.rules._firing import Names
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of
from studio.nodes.rules._terms import constant
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.errors import NodeError


@node("facts.input", title="Input facts", category="Facts", icon="input-facts", stores={"store": "write"})
class Input(Node):
    """Put what a world shows into a working memory, in the place of what it showed before.

    Each name of the object becomes an attribute.  A list gives the attribute several values, an object a thing with
    attributes of its own; true and false become `yes` and `no`.  What has not changed is left as it stands, so that
    rules which matched it go on to hold.
    """

    class Params(Fields):
        store: str = store_param("facts")
        path: str = param(
            "io.input-link", help="Attributes that lead from the top state to the thing that gets the input."
        )

    class In(Fields):
        world: dict[str, Any] = port(None, help="What the world shows now; without it nothing changes.")

    class Out(Fields):
        added: list[Any] = port(help="Facts that are new.")
        removed: list[Any] = port(help="Facts that are gone.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        if inputs.world is None:
            return self.Out(added=[], removed=[])
        facts = facts_of(ctx, params.store)
        holder = at_path(facts, params.path)
        names = Names(ask(ctx, params.store, "facts", "names"))
        world: dict[str, Any] = _plain(inputs.world)
        wanted = [(str(name), value) for name, one in world.items() for value in _several(one)]
        remove: list[list[Any]] = []
        for fact in facts.by_id.get(holder, ()):
            found = next((one for one in wanted if one == (fact.attribute, _seen(facts, fact.value))), None)
            if found is None:
                remove.append([fact.id, fact.attribute, fact.value])
            else:
                wanted.remove(found)
        add = [fact for name, value in wanted for fact in _facts(holder, name, value, names, 0)]
        done = ask(ctx, params.store, "facts", "change", remove=remove, add=add)
        return self.Out(added=done["added"], removed=done["removed"])


def at_path(facts: Facts, path: str) -> str:
    """Return the identifier to which attributes lead from the top state. Raises `NodeError` if there is none."""
    here = facts.stack[0] if facts.stack else ""
    for step in path.split("."):
        there = [fact.value for fact in facts.by_field.get((here, step), ()) if not fact.proposal]
        if len(there) != 1:
            raise NodeError(
                f"`{path}` leads nowhere from the top state: ^{step} of {here or 'nothing'} has {len(there)} values.",
                hint="Give the working memory the facts it begins with, under `stores`.",
                code="facts",
            )
        here = str(there[0])
    return here


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> Any:
    """What a world shows, in the values that facts can have."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return "nil" if value is None else value


def _facts(id: str, name: str, value: Any, names: Names, depth: int) -> Iterator[list[Any]]:
    if depth > 10:
        raise NodeError("the input is nested more than ten levels deep.", code="facts")
    if not isinstance(value, dict):
        yield [id, name, constant(value) if isinstance(value, str) else value, False, "given", True]
        return
    inner = names.next(name)
    yield [id, name, inner, False, "given", True]
    for word, one in value.items():
        for part in _several(one):
            yield from _facts(inner, str(word), part, names, depth + 1)


def _seen(facts: Facts, value: Any) -> Any:
    """What stands at a value, as the world would give it."""
    if not isinstance(value, str) or value not in facts.by_id:
        return value[1:-1] if isinstance(value, str) and value.startswith("|") else value
    made: dict[str, Any] = {}
    for fact in facts.by_id[value]:
        one = _seen(facts, fact.value)
        name = str(fact.attribute)
        made[name] = [*_several(made[name]), one] if name in made else one
    return made
