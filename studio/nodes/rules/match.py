"""`rules.match`: which rules begin to hold, and which hold no longer."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.rules._firing import operator_supported
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._matching import Facts, Instance, denied, instances
from studio.nodes.rules._memories import facts_of, reasons_of, rules_of
from studio.nodes.rules._terms import Rule
from studio.nodes.store._ops import store_param
from studio.spec import Fields, Node, RunContext, node, param, port
from studio.support.values import Absent


@node("rules.match", title="Match rules", category="Rules", icon="match", stores={"facts": "read", "rules": "read"})
class Match(Node):
    """Tell which instantiations of rules are new and which hold no longer.

    All new ones of one wave are to fire together, without a choice among them; *rules.support* says what they make.
    What belongs to the highest state comes first.  In the phase `propose`, what applies an operator waits; in the phase
    `apply`, it waits for what merely elaborates.  Source: Soar manual 9.6, sections 2.2 and 2.3.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        rules: str = store_param("kv")
        phase: Literal["propose", "apply"] = param("apply", help="The phase, if nothing is wired to `phase`.")

    class In(Fields):
        phase: str = port("", help="`propose` or `apply`; else the param of that name.")

    class Out(Fields):
        found: Any = port(
            type="json",
            help="`fire`: new instantiations; `gone`: reasons that hold no longer. Absent if there are neither.",
        )
        depth: int = port(help="How many states stand above what is to fire; all of them if nothing is.")
        quiet: Any = port(type="boolean", help="True if nothing is new and nothing gone, else absent.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        facts = facts_of(ctx, params.facts)
        reasons = reasons_of(ctx, params.facts)
        holding: dict[str, tuple[Rule, Instance]] = {}
        for known in rules_of(ctx, params.rules).values():
            for one in instances(known.rule, facts):
                holding[one.key] = known.rule, one
        gone = [
            key
            for key, record in reasons.items()
            if "rule" in record and key not in holding and not still_holds(record, facts)
        ]
        new = [(rule, one, applies(rule, one, facts)) for key, (rule, one) in holding.items() if key not in reasons]
        if (inputs.phase or params.phase) == "propose":
            new = [one for one in new if not one[2]]
        depth = min((one.depth for _, one, _ in new), default=len(facts.stack))
        new = [one for one in new if one[1].depth == depth]
        if any(not applying for _, _, applying in new):
            new = [one for one in new if not one[2]]
        if not new and not gone:
            return self.Out(found=Absent("no rule begins or ceases to hold"), depth=depth, quiet=True)
        fire = [
            {"key": one.key, "rule": rule.name, "tags": list(one.tags), "bindings": one.bindings, "depth": one.depth}
            for rule, one, _ in new
        ]
        quiet = Absent("there is something to fire")
        return self.Out(found={"fire": fire, "gone": gone}, depth=depth, quiet=quiet)


def applies(rule: Rule, one: Instance, facts: Facts) -> bool:
    """Tell whether an instantiation applies the operator selected in its state."""
    matched = [facts.by_tag[tag] for tag in one.tags]
    return operator_supported(
        rule,
        [(fact.id, fact.attribute, fact.value, fact.proposal) for fact in matched],
        one.bindings,
        facts.stack[one.depth],
    )


def still_holds(record: dict[str, Any], facts: Facts) -> bool:
    """Tell whether a justification holds: what a result rested on, which no rule in memory says."""
    if not record.get("justification"):
        return False
    rule = read_rule(record["text"])
    return all(tag in facts.by_tag for tag in record["tags"]) and not any(
        denied(one, facts, record["bindings"]) for one in rule.conditions if one.negated
    )
