"""How production rules are written as text, and what they are as data.

A rule is `{name, if, then, utility, reward}`.  A part of `if` is `{kind: test | query, buffer, slots}`, a part of
`then` `{kind: modify | request | clear, buffer, slots}`; slots are triples `[operator, slot, value]`, in which a
value that begins with `=` is a variable.  `!output!` is an action of the kind `output`, with no buffer, whose slots
are what it says.
"""

from __future__ import annotations

import re
from typing import Any

from studio.nodes.chunks._buffers import BUFFERS, buffer_of
from studio.nodes.chunks._values import slot_of, value_of, words_of
from studio.support.errors import NodeError
from studio.support.nearest import did_you_mean
from studio.support.values import Json, preview

MAX_RULES = 1000
OPERATORS = ("=", "-", "<", ">", "<=", ">=")
LEFT = {"=": "test", "?": "query"}
RIGHT = {"=": "modify", "+": "request", "-": "clear", "~": "clear"}
KINDS = {"if": tuple(LEFT.values()), "then": (*dict.fromkeys(RIGHT.values()), "output")}
_PART = re.compile(r"([=?+\-~!@*])([\w-]+)>")
_COMMAND = re.compile(r"![\w-]+!")
_HEAD = re.compile(r"\(\s*p\s+", re.IGNORECASE)


def read_rules(source: Json, buffers: tuple[str, ...] = BUFFERS) -> list[dict[str, Any]]:
    """Return the rules of a text, or of a list of objects. Raises `NodeError` that says in which rule what is wrong."""
    if isinstance(source, list):
        made = [_of_object(item) for item in source]
    elif isinstance(source, str):
        made = _of_text(source, buffers)
    else:
        raise NodeError(f"{preview(source)} holds no rules: give a text, or a list of objects.", code="rules")
    if len(made) > MAX_RULES:
        raise NodeError(f"there are more than {MAX_RULES} rules.", hint="Give fewer.", code="rules")
    names = [rule["name"] for rule in made]
    for name in names:
        if names.count(name) > 1:
            raise NodeError(f"two rules are called `{name}`.", hint="Give each a name of its own.", code="rules")
    return made


def is_variable(value: Json) -> bool:
    """Tell whether a value of a rule is a variable."""
    return isinstance(value, str) and len(value) > 1 and value.startswith("=")


def _of_text(source: str, buffers: tuple[str, ...]) -> list[dict[str, Any]]:
    # Lisp writes `(p name … )`; we, `rule name …`.
    lines = _HEAD.sub("rule ", source).splitlines()
    words = [word for line in lines for word in words_of(line)]
    rules: list[list[str]] = []
    for word in _without_brackets(words):
        if word == "rule":
            rules.append([])
        elif rules:
            rules[-1].append(word)
        else:
            raise NodeError(
                f"the rules begin with `{preview(word, 40)}`.", hint="Each begins with `rule` and its name.",
                code="rules",
            )  # fmt: skip
    return [_one(rule, buffers) for rule in rules]


def _without_brackets(words: list[str]) -> list[str]:
    bare = [word.rstrip(")") if not word.startswith('"') else word for word in words]
    return [word for word in bare if word]


def _one(words: list[str], buffers: tuple[str, ...]) -> dict[str, Any]:
    if not words or words.count("==>") != 1:
        name = words[0] if words else ""
        raise NodeError(
            f"the rule `{name}` has {words.count('==>')} arrows.",
            hint="Write conditions, one `==>`, and actions.",
            code="rules",
        )
    arrow = words.index("==>")
    parts = [place for place, word in enumerate(words) if _PART.fullmatch(word) or _COMMAND.fullmatch(word)]
    head = words[1 : min([*parts, arrow])]
    rule: dict[str, Any] = {"name": words[0], "if": [], "then": [], "utility": 0.0, "reward": None}
    for key, word in zip(head[::2], [*head[1::2], ""][: len(head[::2])], strict=True):
        value = value_of(word)
        if key not in ("utility", "reward") or not isinstance(value, int | float):
            raise NodeError(
                f"the rule `{words[0]}` has `{key} {word}` after its name.",
                hint="There may stand `utility 5` and `reward 10`.",
                code="rules",
            )
        rule[key] = float(value)
    for start, end in zip(parts, [*parts[1:], len(words)], strict=True):
        left = start < arrow
        body = [word for word in words[start + 1 : end] if word != "==>"]
        made = _command if _COMMAND.fullmatch(words[start]) else _part
        rule["if" if left else "then"].append(made(words[0], words[start], body, left, buffers))
    return rule


def _command(rule: str, head: str, body: list[str], left: bool, buffers: tuple[str, ...]) -> dict[str, Any]:
    if head.lower() != "!output!" or left:
        where = "before" if left else "after"
        raise NodeError(
            f"the rule `{rule}` has `{head}` {where} its arrow.",
            hint="Of such commands there is only `!output!`, among the actions; take the others out.",
            code="rules",
        )
    said = [word.lstrip("(") if not word.startswith('"') else word for word in body]
    return {"kind": "output", "buffer": "", "slots": [["=", "said", value_of(word)] for word in said if word]}


def _part(rule: str, head: str, body: list[str], left: bool, buffers: tuple[str, ...]) -> dict[str, Any]:
    found = _PART.fullmatch(head)
    assert found is not None, "only such words begin a part"
    kinds = LEFT if left else RIGHT
    sign, buffer = found.group(1), buffer_of(found.group(2))
    if sign not in kinds:
        where = "before" if left else "after"
        raise NodeError(
            f"the rule `{rule}` has `{head}` {where} its arrow.",
            hint=f"There stand {', '.join(f'`{one}{buffer}>`' for one in kinds)}.",
            code="rules",
        )
    if buffer not in buffers:
        raise NodeError(
            f"the rule `{rule}` names the buffer `{buffer}`.",
            hint=did_you_mean(buffer, buffers) or f"There are {', '.join(buffers)}.",
            code="rules",
        )
    slots: list[list[Json]] = []
    rest = list(body)
    while rest:
        word = rest.pop(0)
        operator = word if word in OPERATORS else "="
        slot = rest.pop(0) if word in OPERATORS and rest else word
        if not rest:
            raise NodeError(
                f"the slot `{slot}` of `{head}` in the rule `{rule}` has no value.", hint="Write `nil` for an empty "
                "slot.", code="rules",
            )  # fmt: skip
        value = rest.pop(0)
        if left and value.startswith("~"):  # pyactr writes `slot ~value`
            operator, value = "-", value[1:]
        slots.append([operator, slot_of(slot), value_of(value)])
    return {"kind": kinds[sign], "buffer": buffer, "slots": slots}


def _triple(sign: Json, slot: Json, value: Json) -> bool:
    return sign in OPERATORS and isinstance(slot, str) and not isinstance(value, list | dict)


def _of_object(item: Json) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise NodeError(f"{preview(item)} is no rule: it has no `name`.", code="rules")
    made: dict[str, Any] = {"name": item["name"], "utility": 0.0, "reward": None}
    for key in ("utility", "reward"):
        if (value := item.get(key)) is not None:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise NodeError(
                    f"the rule `{item['name']}` has the {key} {preview(value, 40)}, which is no number.", code="rules"
                )
            made[key] = float(value)
    for side, kinds in KINDS.items():
        parts = item.get(side, [])
        if not isinstance(parts, list):
            raise NodeError(
                f"the rule `{item['name']}` has {preview(parts, 40)} under `{side}`, which is no list.", code="rules"
            )
        for part in parts:
            if (
                not isinstance(part, dict)
                or part.get("kind") not in kinds
                or not isinstance(part.get("buffer"), str)
                or not isinstance(part.get("slots"), list)
                or not all(isinstance(one, list) and len(one) == 3 and _triple(*one) for one in part["slots"])
            ):
                raise NodeError(
                    f"the rule `{item['name']}` has {preview(part)} under `{side}`.",
                    hint=f"A part has a `kind` ({', '.join(sorted(kinds))}), a `buffer`, and `slots`: "
                    "triples of operator, slot, value.",
                    code="rules",
                )
        made[side] = parts
    return made
