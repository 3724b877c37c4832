"""The language of rules: Soar's productions (Soar manual 9.6, section 3.3), without what our memories do not have.

    sp {propose*inc
       (state <s> ^count <n> ^goal > <n> -^done true)
       -->
       (<s> ^operator <o> +)
       (<o> ^name inc ^from <n>)}

Conditions: variables, constants, `|quoted text|`, `<> < > <= >= <=>`, conjunctions `{ <x> > 3 }`, choices
`<< red blue >>`, variables as attributes, dotted paths `^a.b.c`, nested values `^a (^b c)`, `-^a`, `-(…)`, `-{ … }`,
and `^operator <o> +` for a proposal. Actions: facts with any preference, functions, `(halt)`, `(write …)`. Flags:
`:o-support`, `:i-support`, `:chunk`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from studio.nodes.rules._terms import (
    PREFERENCES,
    Call,
    Comparison,
    Condition,
    Make,
    Operand,
    Rule,
    Term,
    Tests,
    Value,
    bound_by,
    constant,
    variables,
)
from studio.support.errors import NodeError

MAX_LENGTH: Final = 200_000
MAX_RULES: Final = 2_000
MAX_DEPTH: Final = 20

FUNCTIONS: Final = (
    "+", "-", "*", "/", "div", "mod", "abs", "min", "max", "int", "float", "round", "sqrt", "concat", "ifeq", "strlen",
)  # fmt: skip
"""Functions of values in actions."""
DEEDS: Final = ("halt", "write", "crlf")
"""Functions that stand alone as an action (`crlf` only within `write`)."""

_TOKEN: Final = re.compile(
    r"""
    (?P<space>(?:\s|\#[^\n]*|;[^\n]*)+)
  | (?P<quoted>\|(?:\\.|[^|\\])*\|)
  | (?P<doc>"(?:\\.|[^"\\])*")
  | (?P<arrow>-->)
  | (?P<variable><[A-Za-z][\w*$%/:?!-]*>)
  | (?P<sign><<|>>|<=>|<=|>=|<>|[-+!~<>=&(){}^.,@](?![\w*$%/:?.])|[(){}^@,.~!]|-(?=[\^({])|[<>=&])
  | (?P<word>[+-]?(?:\d+\.(?![A-Za-z<{_])\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?[\w*$%/:?][\w*$%/:?+-]*|[-+](?=<))
    """,
    re.VERBOSE,
)
_NUMBER: Final = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?")


class RuleError(NodeError):
    """A rule that cannot be read: says which and where."""


def wrong(name: str, why: str, hint: str = "") -> RuleError:
    """Return the error for a rule."""
    where = f"the rule `{name}`" if name else "the rules"
    return RuleError(f"{where} cannot be read: {why}.", hint=hint, code="rules")


@lru_cache(maxsize=4096)
def read_rule(text: str) -> Rule:
    """Return the one rule that a text holds. Raises `RuleError`."""
    rules = [read_one(body) for body in split(text)]
    if len(rules) != 1:
        raise wrong("", f"there are {len(rules)} of them where one is needed")
    return rules[0]


def split(text: str) -> Iterator[str]:
    """Yield the text of each rule of a text, `sp {…}`. Raises `RuleError` for anything else between them."""
    if len(text) > MAX_LENGTH:
        raise wrong("", f"the text has {len(text)} characters and {MAX_LENGTH} are the most")
    place, count = 0, 0
    begin = re.compile(r"(?:\s|#[^\n]*|;[^\n]*)*(sp|gp)\s*\{")
    rest = re.compile(r"(?:\s|#[^\n]*|;[^\n]*)*")
    while found := begin.match(text, place):
        if found[1] == "gp":
            raise wrong("", "`gp` is not known", "Write the rules out as `sp {…}`.")
        depth, at = 1, found.end()
        for piece in re.finditer(r"\|(?:\\.|[^|\\])*\||\"(?:\\.|[^\"\\])*\"|\#[^\n]*|[{}]", text[at:]):
            depth += {"{": 1, "}": -1}.get(piece[0], 0)
            if not depth:
                break
        else:
            raise wrong(text[at : at + 40].split()[0] if text[at:].split() else "", "its closing brace is missing")
        yield f"sp {{{text[at : at + piece.start()].strip()}}}"
        place = at + piece.end()
        count += 1
        if count > MAX_RULES:
            raise wrong("", f"there are more than {MAX_RULES}")
    end = rest.match(text, place)
    if end is not None and end.end() != len(text):
        raise wrong(
            "",
            f"`{text[end.end() : end.end() + 30].strip()}` is no rule",
            "A rule reads `sp {name (state <s> …) --> …}`.",
        )


def read_one(text: str) -> Rule:
    """Return the rule of a text that `split` gave."""
    return _Reader(text[text.index("{") + 1 : text.rindex("}")]).rule()


class _Reader:
    """Reads one rule from left to right."""

    def __init__(self, text: str) -> None:
        self.name = ""
        head = re.match(r"\s*(\|[^|]*\||[^\s()\"]+)", text)
        if head is None:
            raise wrong("", "one has no name")
        self.name = head[1]
        self.tokens = list(self._tokens(text[head.end() :]))
        self.at = 0
        self.made_up = 0

    def _tokens(self, text: str) -> Iterator[tuple[str, str]]:
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                raise wrong(self.name, f"`{text[place : place + 20].strip()}` is not understood")
            if found.lastgroup != "space":
                yield found.lastgroup, found[0]
            place = found.end()
        yield "end", ""

    # -- tokens ---------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def text(self) -> str:
        return self.tokens[self.at][1]

    def sign(self, *texts: str) -> bool:
        """Is the next token one of these signs?"""
        return self.kind in ("sign", "word", "arrow") and self.text in texts

    def take(self) -> str:
        text = self.text
        if self.kind == "end":
            raise wrong(self.name, "it ends too early")
        self.at += 1
        return text

    def need(self, text: str) -> None:
        if not self.sign(text):
            raise wrong(self.name, f"`{text}` is expected and `{self.text or 'the end'}` stands there")
        self.at += 1

    def fresh(self, word: str) -> Term:
        self.made_up += 1
        letter = word[0].lower() if word[:1].isalpha() else "v"
        return Term(f"{letter}*{self.made_up}", True)

    def symbol(self) -> Value:
        kind, text = self.kind, self.take()
        if kind == "quoted":
            return constant(text[1:-1].replace("\\|", "|").replace("\\\\", "\\"))
        if kind != "word":
            raise wrong(self.name, f"a value is expected and `{text}` stands there")
        if _NUMBER.fullmatch(text):
            return _number(self.name, text)
        if constant(text) != text:
            raise wrong(
                self.name,
                f"`{text}` is the name of one thing in memory, which a rule cannot know",
                f"Write |{text}| for the text.",
            )
        return text

    def term(self) -> Term:
        if self.kind == "variable":
            return Term(self.take()[1:-1], True)
        return Term(self.symbol())

    # -- the rule -------------------------------------------------------------------------------

    def rule(self) -> Rule:
        note, support, learned = "", "", False
        while True:
            if self.kind == "doc":
                note = self.take()[1:-1]
            elif self.kind == "word" and self.text.startswith(":"):
                flag = self.take()
                if flag in (":o-support", ":i-support"):
                    support = flag[1]
                elif flag in (":chunk", ":justification"):
                    learned = True
                elif flag not in (":default",):
                    raise wrong(self.name, f"the flag `{flag}` is not known")
            else:
                break
        conditions = tuple(self.conditions("-->"))
        self.need("-->")
        makes: list[Make] = []
        calls: list[Call] = []
        while self.kind != "end":
            self.action(makes, calls)
        rule = Rule(self.name, conditions, tuple(makes), tuple(calls), support, learned, note)
        self.check(rule)
        return rule

    def check(self, rule: Rule) -> None:
        if not any(one.state for one in rule.conditions if not one.negated):
            raise wrong(self.name, "no condition is about a state", "Begin with `(state <s> …)`.")
        if not rule.makes and not rule.calls:
            raise wrong(self.name, "it has no action")
        bound = bound_by(rule.conditions)
        for make in rule.makes:
            for name in variables(make.id):
                linked = any(name in variables(other.value) for other in rule.makes)
                if name not in bound and not linked:
                    raise wrong(self.name, f"the action about <{name}> is linked to nothing", "Test it in a condition.")
        for one in rule.conditions:
            for test in (test for part in one.fields() for test in part if not one.negated):
                if test.relation != "=" and test.term and test.term.variable and test.term.value not in bound:
                    raise wrong(self.name, f"<{test.term.value}> is compared but never bound")

    # -- conditions -----------------------------------------------------------------------------

    def conditions(self, end: str, depth: int = 0) -> Iterator[Condition]:
        if depth > MAX_DEPTH:
            raise wrong(self.name, "its conditions are nested too deeply")
        while not self.sign(end):
            if self.sign("-"):
                self.take()
                if self.sign("{"):
                    self.take()
                    group = tuple(self.conditions("}", depth + 1))
                    self.need("}")
                    yield Condition(negated=True, group=group)
                    continue
                made = tuple(self.about(depth))
                yield _negation(made)
            else:
                yield from self.about(depth)

    def about(self, depth: int, given: Term | None = None) -> Iterator[Condition]:
        """Read `(state <s> ^a b …)`, or `(^a b …)` about a variable that is given."""
        self.need("(")
        state = False
        if self.kind == "word" and self.text in ("state", "impasse"):
            state = True
            self.take()
        if self.kind == "variable" or self.sign("{"):
            tests = self.tests()
            if given is not None:
                tests = (Comparison("=", given), *tests)
        elif given is not None:
            tests = (Comparison("=", given),)
        else:
            raise wrong(self.name, f"a variable is expected and `{self.text}` stands there")
        if self.sign(")") and state:
            self.take()
            yield Condition(tests, (Comparison("=", Term("type")),), (Comparison("=", Term("state")),), state=True)
            return
        first = True
        while not self.sign(")"):
            for condition in self.attribute(tests, depth):
                yield _as_state(condition) if state and first and not condition.negated else condition
                first = first and condition.negated
        self.need(")")
        if state and first:
            yield Condition(tests, (Comparison("=", Term("type")),), (Comparison("=", Term("state")),), state=True)

    def attribute(self, id: Tests, depth: int) -> Iterator[Condition]:
        negated = False
        if self.sign("-"):
            self.take()
            negated = True
        self.need("^")
        path = [self.tests()]
        while self.sign("."):
            self.take()
            path.append(self.tests())
        chain: list[Condition] = []
        for step in path[:-1]:
            between = self.fresh(_word(step))
            chain.append(Condition(id, step, (Comparison("=", between),)))
            id = (Comparison("=", between),)
        found: list[Condition] = []
        while not (self.sign("^", ")") or self.sign("-")):
            if self.sign("("):
                inner = self.fresh(_word(path[-1]))
                nested = tuple(self.about(depth + 1, inner))
                found += [Condition(id, path[-1], (Comparison("=", inner),)), *nested]
                continue
            value = self.tests()
            acceptable = self.sign("+")
            if acceptable:
                self.take()
            found.append(Condition(id, path[-1], value, acceptable))
        if not found:
            found = [Condition(id, path[-1])]
        if negated:
            yield _negation((*chain, *found))
        else:
            yield from (*chain, *found)

    def tests(self) -> Tests:
        if not self.sign("{"):
            return (self.test(),)
        self.take()
        tests: list[Comparison] = []
        while not self.sign("}"):
            tests.append(self.test())
        self.take()
        return tuple(tests)

    def test(self) -> Comparison:
        if self.sign("<<"):
            self.take()
            choices: list[Value] = []
            while not self.sign(">>"):
                choices.append(self.symbol())
            self.take()
            return Comparison("in", choices=tuple(choices))
        relation = "="
        if self.sign("<>", "<", ">", "<=", ">=", "<=>", "="):
            relation = self.take()
        return Comparison(relation, self.term())

    # -- actions --------------------------------------------------------------------------------

    def action(self, makes: list[Make], calls: list[Call]) -> None:
        self.need("(")
        if self.kind != "variable":
            call = self.call()
            if call.name not in DEEDS:
                raise wrong(
                    self.name, f"`{call.name}` is no action", "Actions are facts `(<s> ^a b)`, (halt), (write …)."
                )
            calls.append(call)
            return
        self.facts(self.term(), makes, 0)

    def facts(self, id: Operand, makes: list[Make], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise wrong(self.name, "its actions are nested too deeply")
        while not self.sign(")"):
            self.need("^")
            path: list[Operand] = [self.term()]
            while self.sign("."):
                self.take()
                path.append(self.term())
            holder = id
            for step in path[:-1]:
                between = self.fresh(str(step.value) if isinstance(step, Term) else "v")
                makes.append(Make(holder, step, between))
                holder = between
            while not self.sign("^", ")"):
                if self.sign("("):
                    self.take()
                    if self.sign("^"):
                        inner = self.fresh("i")
                        makes.append(Make(holder, path[-1], inner))
                        self.facts(inner, makes, depth + 1)
                        continue
                    value: Operand = self.call(depth)
                else:
                    value = self.term()
                makes += [Make(holder, path[-1], value, sign, other) for sign, other in self.preferences()]
                if self.sign(","):
                    self.take()
        self.need(")")

    def preferences(self) -> Iterator[tuple[str, Operand | None]]:
        any_yet = False
        while self.kind in ("sign", "word") and self.text in PREFERENCES:
            sign = self.take()
            any_yet = True
            other: Operand | None = None
            if sign in "><=&" and not (self.sign("^", ")", ",", "(") or self.text in PREFERENCES):
                other = self.term()
            elif sign in "><=&" and self.sign("("):
                self.take()
                other = self.call()
            yield sign, other
            if self.sign(","):
                self.take()
        if not any_yet:
            yield "+", None

    def call(self, depth: int = 0) -> Call:
        if depth > MAX_DEPTH:
            raise wrong(self.name, "its functions are nested too deeply")
        name = self.take()
        if name not in FUNCTIONS and name not in DEEDS:
            raise wrong(
                self.name, f"the function `{name}` is not known", f"There are {', '.join((*FUNCTIONS, *DEEDS))}."
            )
        arguments: list[Operand] = []
        while not self.sign(")"):
            if self.sign("("):
                self.take()
                arguments.append(self.call(depth + 1))
            else:
                arguments.append(self.term())
        self.need(")")
        return Call(name, tuple(arguments))


def _negation(made: tuple[Condition, ...]) -> Condition:
    """A negation of one condition, or of several together."""
    if len(made) == 1:
        one = made[0]
        return Condition(one.id, one.attribute, one.value, one.acceptable, True, (), one.state)
    return Condition(negated=True, group=made)


def _as_state(condition: Condition) -> Condition:
    return Condition(
        condition.id, condition.attribute, condition.value, condition.acceptable, condition.negated, (), True
    )


def _word(tests: Tests) -> str:
    for test in tests:
        if test.term is not None:
            return str(test.term.value)
    return "v"


def _number(name: str, text: str) -> Value:
    if re.fullmatch(r"[+-]?\d+", text):
        whole = int(text)
        if abs(whole) >= 2**63:
            raise wrong(name, f"the number {text} is too large")
        return whole
    return float(text)
