"""`preferences.learn`: learns the numbers of rules from rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from studio.nodes.preferences._procedure import value_of
from studio.nodes.preferences._stack import of_state, rows_of
from studio.nodes.rules._matching import Fact, Facts
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
    between: the reward is discounted once more for each.  When a substate ends, only what its reward tells is learned,
    since nothing comes after it; when all ends, the next value is 0.  Source: Soar manual 9.6, section 5.
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
        lost: list[Any] = port((), many=True, help="Facts that went when states ended: the last rewards stand there.")
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
        past = Facts([Fact(*fact) for fact in _flat(inputs.lost)], [])
        rewards |= {
            state: reward for state in traces if state not in facts.depth and (reward := reward_of(past, state))
        }
        # As in Soar, a state whose substate has just ended takes no reward in this decision.
        resumed = {str(fact.value) for fact in past.all if fact.attribute == "superstate"}
        for state, reward in rewards.items():
            if state in traces and state not in resumed:
                traces[state]["reward"] += reward * discount ** traces[state]["gap"]
        ended = [state for state in traces if inputs.ending or state not in facts.depth]
        for state in ended:
            changed += settled(traces[state], rules, rate, 0.0 if state in facts.depth else None)
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
            value = {**known, "text": text, "value": one["after"], "now": one["now"], "updates": updates}
            ask(ctx, params.rules, "kv", "set", key=one["rule"], value=value)
            same = {"rule": one["rule"], "kind": "numeric"}
            ask(ctx, params.preferences, "table", "update", filter=same, values={"other": one["after"]})
        for state, trace in traces.items():
            if state in ended:
                ask(ctx, params.trace, "kv", "delete", key=state)
            else:
                ask(ctx, params.trace, "kv", "set", key=state, value=trace)
        return self.Out(changed=changed, rewards=rewards)


def _flat(lost: Sequence[Any]) -> Iterator[tuple[int, str, Any, Any, bool]]:
    """Yield the facts of lists of facts, however these are gathered."""
    for one in lost or ():
        if one and not isinstance(one[0], list):
            yield one[0], one[1], one[2], one[3], one[4]
        else:
            yield from _flat(one)


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


def settled(
    trace: Mapping[str, Any], rules: dict[str, Known], rate: float, following: float | None
) -> list[dict[str, Any]]:
    """Return how the numbers of the rules behind an operator change; they are put into `rules`, too.

    Soar keeps a number in two parts, what is expected at once (`now`) and what is expected later; without a value that
    follows (None) only the first is learned.
    """
    behind = [name for name in trace["rules"] if name in rules]
    values = {name: current(rules[name]) for name in behind}
    at_once = sum(rules[name].now for name in behind)
    first = rate * (trace["reward"] - at_once) / max(1, len(behind))
    second = 0.0 if following is None else rate * (following - (sum(values.values()) - at_once)) / max(1, len(behind))
    made: list[dict[str, Any]] = []
    for name, value in values.items():
        after, now = value + first + second, rules[name].now + first
        rules[name] = rules[name]._replace(value=after, now=now)
        made.append({"rule": name, "before": value, "after": after, "now": now})
    return made


def current(known: Known) -> float:
    """Return a rule's number as it is now."""
    written = number_of(known.rule)
    return known.value if known.value is not None else written if written is not None else 0.0
