"""`preferences.learn`: learns the numbers of rules from rewards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from studio.nodes.preferences._procedure import value_of
from studio.nodes.preferences._stack import of_state, rows_of
from studio.nodes.rules._matching import Facts
from studio.nodes.rules._memories import Known, facts_of, rules_of
from studio.nodes.rules._numbers import number_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node(
    "preferences.learn", title="Learn numbers from rewards", category="Preferences", icon="reward",
    stores={"facts": "read", "preferences": "write", "rules": "write", "trace": "write"},
)  # fmt: skip
class Learn(Node):
    """Learn the numbers of the rules that spoke for an operator from the rewards that followed it.

    A rule whose only action is a numeric preference holds one number.  When the next operator is selected, the numbers
    behind the last one change together by rate × (reward + discount × value of the next operator - value), in equal
    shares.  *sarsa* takes the operator that was selected as the next one, *q-learning* the best candidate.  Rewards
    are the numbers at `(state ^reward-link.reward.value n)`, taken once a decision.  Operators without such rules stand
    between: the reward is discounted once more for each.  Source: Soar manual 9.6, section 5.
    """

    class Params(Fields):
        facts: str = store_param("facts")
        preferences: str = store_param("table")
        rules: str = store_param("kv")
        trace: str = store_param("kv")
        rate: float = param(0.3, ge=0, le=1, help="How far a number moves, if nothing is wired to `rate`.")
        discount: float = param(0.9, ge=0, le=1, help="What the next value counts, if nothing is wired to `discount`.")
        policy: Literal["sarsa", "q-learning"] = param("sarsa", help="What the next value is, if nothing is wired.")

    class In(Fields):
        state: str = port("", help="The state that was decided.")
        operator: str = port("", help="The operator that was selected there, if one was.")
        rate: float = port(None, help="The rate; else the param of that name.")
        discount: float = port(None, help="The discount; else the param of that name.")
        policy: str = port("", help="`sarsa` or `q-learning`; else the param of that name.")
        ending: bool = port(False, help="True if nothing will follow: what is open is settled with a next value of 0.")

    class Out(Fields):
        changed: list[Any] = port(help="Rules whose number changed: `rule`, `before`, `after`.")
        rewards: dict[str, Any] = port(help="The reward that was taken, by state.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        rate = params.rate if inputs.rate is None else inputs.rate
        discount = params.discount if inputs.discount is None else inputs.discount
        facts = facts_of(ctx, params.facts)
        rules = rules_of(ctx, params.rules)
        rows = rows_of(ctx, params.preferences)
        traces: dict[str, Any] = ask(ctx, params.trace, "kv", "all")
        changed: list[dict[str, Any]] = []
        rewards = {state: reward for state in facts.stack if (reward := reward_of(facts, state))}
        for state, reward in rewards.items():
            if state in traces:
                traces[state]["reward"] += reward * discount ** traces[state]["gap"]
        ended = [state for state in traces if inputs.ending or state not in facts.depth]
        for state in ended:
            changed += settled(traces[state], rules, rate, 0.0)
        chosen = inputs.operator and inputs.state in facts.depth and not inputs.ending
        if chosen:
            behind = sorted(
                {
                    row["rule"] for row in rows
                    if (row["state"], row["operator"], row["kind"]) == (inputs.state, inputs.operator, "numeric")
                    and row["rule"] in rules and number_of(rules[row["rule"]].rule) is not None
                }
            )  # fmt: skip
            trace = traces.get(inputs.state)
            if behind:
                if trace is not None:
                    following = next_value(rows, inputs.state, inputs.operator, inputs.policy or params.policy)
                    changed += settled(trace, rules, rate, discount ** (trace["gap"] + 1) * following)
                traces[inputs.state] = {"rules": behind, "reward": 0.0, "gap": 0}
            elif trace is not None:
                trace["gap"] += 1
        for one in changed:
            text = rules[one["rule"]].text
            known = ask(ctx, params.rules, "kv", "get", key=one["rule"])["value"]
            updates = known.get("updates", 0) + 1
            value = {**known, "text": text, "value": one["after"], "updates": updates}
            ask(ctx, params.rules, "kv", "set", key=one["rule"], value=value)
            same = {"rule": one["rule"], "kind": "numeric"}
            ask(ctx, params.preferences, "table", "update", filter=same, values={"other": one["after"]})
        for state, trace in traces.items():
            if state in ended:
                ask(ctx, params.trace, "kv", "delete", key=state)
            else:
                ask(ctx, params.trace, "kv", "set", key=state, value=trace)
        return self.Out(changed=changed, rewards=rewards)


def reward_of(facts: Facts, state: str) -> float:
    """Return the sum of the rewards on the link of a state."""
    found = 0.0
    for link in facts.by_field.get((state, "reward-link"), ()):
        for reward in facts.by_field.get((str(link.value), "reward"), ()):
            for value in facts.by_field.get((str(reward.value), "value"), ()):
                if isinstance(value.value, int | float):
                    found += value.value
    return found


def next_value(rows: list[dict[str, Any]], state: str, operator: str, policy: str) -> float:
    """Return the number that counts as the next one: of the selected operator, or of the best."""
    preferences = of_state(rows, state)
    if policy == "sarsa":
        return value_of(operator, preferences)
    return max(value_of(one.operator, preferences) for one in preferences if one.kind == "acceptable")


def settled(trace: Mapping[str, Any], rules: dict[str, Known], rate: float, following: float) -> list[dict[str, Any]]:
    """Return how the numbers of the rules behind an operator change; they are put into `rules`, too."""
    behind = [name for name in trace["rules"] if name in rules]
    values = {name: current(rules[name]) for name in behind}
    delta = trace["reward"] + following - sum(values.values())
    made: list[dict[str, Any]] = []
    for name, value in values.items():
        after = value + rate * delta / len(behind)
        rules[name] = rules[name]._replace(value=after)
        made.append({"rule": name, "before": value, "after": after})
    return made


def current(known: Known) -> float:
    """Return a rule's number as it is now."""
    written = number_of(known.rule)
    return known.value if known.value is not None else written if written is not None else 0.0
