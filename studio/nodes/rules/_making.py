"""What a wave of instantiations comes to: facts, preferences, and results with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio.nodes.rules._chunking import body_of, rule_of
from studio.nodes.rules._firing import OPERATOR, Made, Names, fire, operator_supported, said
from studio.nodes.rules._language import read_rule
from studio.nodes.rules._matching import Fact, Facts
from studio.nodes.rules._memories import Known
from studio.nodes.rules._numbers import number_of
from studio.nodes.rules._terms import BETWEEN, PREFERENCES, Rule, Value, is_identifier
from studio.nodes.rules._tracing import Tracer
from studio.support.errors import NodeError


class Making:
    """Fires instantiations one after the other and gathers what they make; nothing is changed until all are done."""

    def __init__(
        self, facts: Facts, reasons: dict[str, Any], rules: Mapping[str, Known], names: Mapping[str, int]
    ) -> None:
        self.facts = facts
        self.reasons = {key: self._with_text(record, rules) for key, record in reasons.items()}
        self.rules = rules
        self.names = Names(names)
        self.levels = facts.levels()
        self.fired: list[str] = []
        self.said: list[str] = []
        self.halted = False
        self.results: list[dict[str, Any]] = []
        self._bodies = {body_of(one.text): name for name, one in rules.items() if one.learned}
        self._new: dict[str, Any] = {}
        self._blocks: list[tuple[list[list[Any]], list[list[Any]], list[dict[str, Any]]]] = []
        self._reject: list[list[Any]] = []
        self._drop: list[list[Any]] = []

    @staticmethod
    def _with_text(record: dict[str, Any], rules: Mapping[str, Known]) -> dict[str, Any]:
        known = rules.get(record.get("rule", ""))
        return record if "text" in record or known is None else {**record, "text": known.text}

    def fire(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Fire instantiations, the newest first, as Soar does."""
        for one in reversed(found):
            known = self.rules[one["rule"]]
            bindings = dict(one["bindings"])
            made = [self._valued(known, make) for make in fire(known.rule, bindings, self.names)]
            self.fired.append(known.rule.name)
            self.said += said(known.rule, bindings, self.names)
            self.halted = self.halted or any(call.name == "halt" for call in known.rule.calls)
            matched = [self.facts.by_tag[tag] for tag in one["tags"]]
            record = self._record(known.text, known.rule, matched, bindings, made, one["depth"])
            self._place(made, one["depth"])
            self._register(one["key"], record)
            known_already = self._give_results(one["key"], record, made, known.rule.name)
            self._enter(one["key"], record, [make for make in made if make not in known_already])

    def changes(self) -> dict[str, Any]:
        """Return the changes of facts; those of what fired last come first."""
        add = [fact for facts, _, _ in reversed(self._blocks) for fact in facts]
        remove = [fact for _, facts, _ in reversed(self._blocks) for fact in facts]
        return {"remove": remove, "reject": self._reject, "reasons": self._new, "add": add}

    def preferences(self) -> dict[str, Any]:
        """Return the changes of preferences, in the same order."""
        return {"remove": self._drop, "add": [row for _, _, rows in reversed(self._blocks) for row in rows]}

    # -- one instantiation ----------------------------------------------------------------------

    def _valued(self, known: Known, made: Made) -> Made:
        """A numeric preference with what was learned of its number."""
        if known.value is None or number_of(known.rule) is None:
            return made
        return made._replace(other=known.value)

    def _record(
        self,
        text: str,
        rule: Rule,
        facts: Sequence[Fact],
        bindings: Mapping[str, Value],
        made: Sequence[Made],
        depth: int,
    ) -> dict[str, Any]:
        return {
            "rule": rule.name,
            "text": text,
            "state": self.facts.stack[depth],
            "depth": depth,
            "operator": operator_supported(
                rule,
                [(one.id, one.attribute, one.value, one.proposal) for one in facts],
                bindings,
                self.facts.stack[depth],
            ),
            "tags": [one.tag for one in facts],
            "bindings": dict(bindings),
            "facts": [
                [one.tag, one.id, one.attribute, one.value, one.proposal, self.levels.get(one.id, 0), self._source(one)]
                for one in facts
            ],
            "made": [list(one) for one in made],
        }

    def _source(self, fact: Fact) -> str | None:
        """The reason that made a fact; of a selected operator, the one that proposed it."""
        for name in fact.reasons:
            if name in self.reasons and "text" in self.reasons[name]:
                return name
        if fact.attribute == OPERATOR and not fact.proposal:
            for other in self.facts.by_field.get((fact.id, OPERATOR), ()):
                if other.proposal and other.value == fact.value:
                    return self._source(other)
        return None

    def _place(self, made: Sequence[Made], depth: int) -> None:
        """Give new identifiers their level: that of what leads to them."""
        news = {
            value for one in made for value in (one.id, one.value) if is_identifier(value) and value not in self.levels
        }
        for id in news:
            self.levels[str(id)] = depth

    def _register(self, key: str, record: dict[str, Any]) -> None:
        # The text of a rule that is in memory need not be kept with each of its instantiations.
        kept = {name: value for name, value in record.items() if name != "text"}
        self._new[key] = record if record["rule"] not in self.rules else kept
        self.reasons[key] = record

    def _enter(self, key: str, record: dict[str, Any], made: Sequence[Made]) -> None:
        """Take up what was made for a reason; the last make first."""
        stays = bool(record["operator"])
        add: list[list[Any]] = []
        remove: list[list[Any]] = []
        rows: list[dict[str, Any]] = []
        for one in reversed(made):
            if one.attribute == OPERATOR and one.id in self.facts.depth:
                if one.sign == "-" and stays:
                    remove.append([one.id, one.attribute, one.value])
                    self._drop.append([one.id, one.value])
                    continue
                rows.append(_row(one, key, stays, record["rule"]))
                if one.sign == "+":
                    add.append([one.id, one.attribute, one.value, True, key, stays])
            elif one.sign == "+":
                add.append([one.id, one.attribute, one.value, False, key, stays])
            elif one.sign == "-" and stays:
                remove.append([one.id, one.attribute, one.value])
            elif one.sign == "-":
                self._reject.append([one.id, one.attribute, one.value, key])
            else:
                raise NodeError(
                    f"the rule `{record['rule']}` gives ^{one.attribute} the preference `{one.sign}`, but only "
                    "operators of states are chosen by preferences.",
                    hint="Facts are made with `+` or nothing and taken away with `-`.",
                    code="rules",
                )
        self._blocks.append((add, remove, rows))

    # -- results --------------------------------------------------------------------------------

    def _give_results(self, key: str, record: dict[str, Any], made: Sequence[Made], name: str) -> list[Made]:
        """Let what was made for a state above stand on what stands there, one state further up each time.

        Returns what a rule that was learned before has made of the very same facts: it is not made again. A result that
        rests on nothing above stands only as long as the substate.
        """
        while record["depth"] > 0:
            depth = record["depth"]
            above = [(key, one) for one in made if self.levels.get(one.id, depth) < depth]
            if not above:
                return []
            above += self._leading(above, key, made, depth)
            explanation = Tracer(self.facts, self.levels, self.reasons, depth - 1).explain(above)
            if not explanation.grounded:
                return []
            new = f"justification-{self.names.next('J')}"
            learned = rule_of(explanation, new, self.facts.depth)
            same = self._bodies.get(body_of(learned.text))
            if same is not None:
                new = f"{same}@{'.'.join(str(one.tag) for one in learned.facts)}"
                learned = learned._replace(text=self.rules[same].text)
                if new in self.reasons:
                    return [one for _, one in above]
            rule = read_rule(learned.text)
            states = [self.facts.depth[fact.id] for fact in learned.facts if fact.id in self.facts.depth]
            given = [one._replace(place=place) for place, (_, one) in enumerate(above)]
            record = self._record(
                learned.text, rule, learned.facts, learned.bindings, given, max(states, default=depth - 1)
            )
            if same is None:
                record["justification"] = True
            for _, one in above:
                for value in (one.id, one.value):
                    if is_identifier(value) and self.levels.get(str(value), depth) >= depth:
                        self.levels[str(value)] = record["depth"]
            self._register(new, record)
            self._enter(new, record, given)
            self.results.append(
                {
                    "key": new, "rule": name, "text": learned.text, "tags": record["tags"],
                    "learnable": explanation.learnable, "made": [list(one[:5]) for one in given],
                }
            )  # fmt: skip
            key, made = new, given
        return []

    def _leading(
        self, above: Sequence[tuple[str, Made]], key: str, made: Sequence[Made], depth: int
    ) -> list[tuple[str, Made]]:
        """What results lead to in the substate becomes a result, too."""
        found: list[tuple[str, Made]] = []
        waiting = [str(value) for _, one in above for value in (one.value, one.other) if is_identifier(value)]
        seen = {one.id for _, one in above}
        while waiting:
            id = waiting.pop(0)
            if id in seen or self.levels.get(id, depth) < depth:
                continue
            seen.add(id)
            own = [(key, one) for one in made if one.id == id and one.sign == "+"]
            for fact in self.facts.by_id.get(id, ()):
                own += [
                    (source, Made(*one))
                    for source in [self._source(fact)]
                    if source is not None and source != key
                    for one in self.reasons[source]["made"]
                    if tuple(one[:3]) == (fact.id, fact.attribute, fact.value)
                ][:1]
            found += own
            waiting += [str(one.value) for _, one in own if is_identifier(one.value)]
        return found


def _row(made: Made, key: str, stays: bool, rule: str) -> dict[str, Any]:
    """A preference as a row of the table of preferences."""
    kind = PREFERENCES[made.sign]
    if made.other is not None:
        kind = "numeric" if isinstance(made.other, int | float) else BETWEEN[made.sign]
    return {
        "state": made.id, "operator": made.value, "kind": kind, "other": made.other, "reason": key, "stays": stays,
        "rule": rule,
    }  # fmt: skip
