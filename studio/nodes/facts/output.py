"""`facts.output`: takes what an agent wants done out of a working memory."""

from __future__ import annotations

from typing import Any

from studio.nodes.facts.input import at_path
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import facts_of
from studio.nodes.rules._terms import is_identifier
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("facts.output", title="Output facts", category="Facts", icon="output-facts", stores={"store": "read"})
class Output(Node):
    """Give what stands on the output link of a working memory as objects.

    An attribute with several values gives a list, a thing an object; what comes back to where it began is left out.
    """

    class Params(Fields):
        store: str = store_param("facts")
        path: str = param("io.output-link", help="Attributes that lead from the top state to what is put out.")

    class In(Fields):
        seen: list[Any] = port((), help="What `facts` gave last time, by a feedback wire, to tell what is new.")

    class Out(Fields):
        commands: dict[str, Any] = port(help="What stands there; {} if nothing does.")
        new: bool = port(help="True if something stands there that was not seen.")
        facts: list[Any] = port(help="The numbers of the facts that stand there.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        facts = facts_of(ctx, params.store)
        link = at_path(facts, params.path)
        standing = sorted(tags_below(facts, link, set()))
        new = set(standing) - set(inputs.seen)
        return self.Out(
            commands=as_object(facts, link, ()),
            new=bool(new),
            facts=standing,
        )


def tags_below(facts: Facts, id: str, seen: set[str]) -> set[int]:
    """Return the numbers of all facts that a thing leads to."""
    if id in seen:
        return set()
    seen.add(id)
    found: set[int] = set()
    for fact in facts.by_id.get(id, ()):
        found.add(fact.tag)
        if isinstance(fact.value, str) and fact.value in facts.by_id:
            found |= tags_below(facts, fact.value, seen)
    return found


def as_object(facts: Facts, id: str, above: tuple[str, ...]) -> dict[str, Any]:
    """Return a thing with all it leads to as an object."""
    made: dict[str, Any] = {}
    for fact in facts.by_id.get(id, ()):
        value: Any = fact.value
        if is_identifier(value):
            if value in (*above, id) or len(above) > 10:
                continue
            value = as_object(facts, value, (*above, id))
        elif isinstance(value, str) and value.startswith("|"):
            value = value[1:-1]
        name = str(fact.attribute)
        known = made.get(name)
        made[name] = value if name not in made else [*known, value] if isinstance(known, list) else [known, value]
    return made
