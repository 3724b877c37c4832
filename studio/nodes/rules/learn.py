"""`rules.learn`: makes rules of results (chunking)."""

from __future__ import annotations

from typing import Any, Literal

from studio.nodes.rules._chunking import body_of
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._memories import rules_of
from studio.nodes.store._ops import ask, store_param
from studio.spec import Fields, Node, RunContext, node, param, port


@node("rules.learn", title="Learn rules from results", category="Rules", icon="learn", stores={"rules": "write"})
class Learn(Node):
    """Make a rule of each result of a substate, so that the substate is not needed again.

    The conditions are the facts of the states above that the result was made from; what need not be what it was is a
    variable.  A rule that is known already under another name is not learned again, nor one that rests on there being
    nothing more to do (`^quiescence`).  Source: Soar manual 9.6, section 4 (explanation-based chunking).
    """

    class Params(Fields):
        rules: str = store_param("kv")
        when: Literal["always", "off"] = param(
            "always", help="`off`: learn nothing, if nothing is wired to `learning`."
        )

    class In(Fields):
        results: list[Any] = port(help="The results that *rules.support* gave.")
        changes: dict[str, Any] = port(help="The changes that it gave.")
        preferences: dict[str, Any] = port(help="The preferences that it gave.")
        cycle: int = port(0, help="The number of the decision, for the names of rules.")
        learning: str = port("", help="`always` or `off`; else the param `when`.")

    class Out(Fields):
        changes: dict[str, Any] = port(help="The changes, results standing on their new rules.")
        preferences: dict[str, Any] = port(help="The preferences, likewise.")
        learned: list[Any] = port(help="The texts of the rules that were learned.")

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Out:
        known = rules_of(ctx, params.rules)
        texts = {body_of(one.text): name for name, one in known.items()}
        names: dict[str, tuple[str, str]] = {}
        learned: list[str] = []
        for result in inputs.results if (inputs.learning or params.when) == "always" else ():
            body = body_of(result["text"])
            if not result["learnable"] or body in texts:
                continue
            name = _free(f"chunk*{result['rule']}*t{inputs.cycle}", {*known, *texts.values()})
            text = f"sp {{{name}{body}}}"
            read_rule(text)
            texts[body] = name
            names[result["key"]] = f"{name}@{'.'.join(map(str, result['tags']))}", text
            ask(ctx, params.rules, "kv", "set", key=name, value={"text": text, "learned": True})
            learned.append(text)
        return self.Out(
            changes=_renamed(inputs.changes, names), preferences=_renamed(inputs.preferences, names), learned=learned
        )


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _renamed(value: Any, names: dict[str, tuple[str, str]]) -> Any:
    """The changes with the instantiation of the new rule in the place of each justification."""
    made = dict(value)
    if "reasons" in made:
        made["reasons"] = {
            names[key][0] if key in names else key: (
                {**{name: one for name, one in record.items() if name != "justification"}, "text": names[key][1],
                 "rule": names[key][0].partition("@")[0]}
                if key in names else record
            )
            for key, record in made["reasons"].items()
        }  # fmt: skip
    rows = [
        ({**row, "reason": names[row["reason"]][0]} if row["reason"] in names else row) if isinstance(row, dict)
        else [names[part][0] if isinstance(part, str) and part in names else part for part in row]
        for row in made.get("add", [])
    ]  # fmt: skip
    return {**made, "add": rows}
