"""`rules.add`: reads rules into a memory of rules."""

from __future__ import annotations

from typing import Any

from studio.nodes.rules._language import read_one, split
from studio.nodes.rules._memories import rules_of
from studio.nodes.rules._numbers import meaning, number_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("rules.add", title="Keep rules", category="Rules", icon="rules", stores={"store": "write"})
class Add(Node):
    """Read rules and keep them in a memory of rules, a *kv* store.

    The text holds rules in the form of Soar's productions, `sp {name (state <s> …) --> (…)}`.  A rule replaces one of
    its name if its text is another; what was learned of a rule whose text is the same is kept.  A rule that says the
    same as another, its number aside, is ignored, as in Soar.  Facts come from a store
    of *facts*, rules are matched by *rules.match*.  Source: Soar manual 9.6, section 3.3.
    """

    class Params(Fields):
        store: str = store_param("kv")
        text: str = param("", help="The rules, if nothing is wired to `text`.", editor={"kind": "text", "rows": 12})

    class In(Fields):
        text: str = port(None, help="The rules; else the param of that name.")

    class Out(Fields):
        names: list[Any] = port(help="The names of all rules in memory, in the order they came.")
        count: int = port(help="How many there are.")
        numeric: Any = port(type="boolean", help="True if there is a rule whose number can be learned, else absent.")
        learned: list[Any] = port(help="The texts of the rules that were learned.")
        ignored: list[Any] = port(help="Rules that were not kept: `rule` says the same as `like`.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        text = params.text if inputs.text is None else inputs.text
        known = rules_of(ctx, params.store)
        twins = {meaning(one.rule): name for name, one in known.items()}
        ignored: list[dict[str, str]] = []
        for body in split(text):
            rule = read_one(body)
            twin = twins.setdefault(meaning(rule), rule.name)
            if twin != rule.name:
                ignored.append({"rule": rule.name, "like": twin})
            elif rule.name not in known or known[rule.name].text != body:
                ask(ctx, params.store, "kv", "set", key=rule.name, value={"text": body})
        known = rules_of(ctx, params.store)
        numeric = any(number_of(one.rule) is not None for one in known.values())
        learned = [one.text for one in known.values() if one.learned]
        return self.Out(
            names=list(known),
            count=len(known),
            numeric=True if numeric else Absent("no rule has a number that can be learned"),
            learned=learned,
            ignored=ignored,
        )
