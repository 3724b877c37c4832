"""`text.regex`: finds or replaces what matches a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

from studio.nodes._ports import name_problems
from studio.nodes.text._finding import REFERENCE, find_all, find_first, replace_all
from studio.spec import Fields, Node, RunContext, make_fields, node, param, port
from studio.spec.plain import Pattern, Plain
from studio.support.errors import UsageError
from studio.support.patterns import compile_pattern


@node(
    "text.regex",
    title="Regular expression",
    category="Text",
    icon="regex",
    library="google-re2",
    limits="2,000 characters of pattern, 10,000 matches, 20 MB",
)
class Regex(Node):
    """Find or replace what matches a regular expression.

    *First* gives the first match; each named group `(?P<name>…)` is an output.  *All* gives a list of the matches, or
    of objects if the pattern has named groups.  *Replace* gives the text with every match replaced; `\\1` and
    `\\g<name>` in the replacement stand for groups.  Patterns are those of RE2, which never hangs: there is no
    look-around and no back-reference, and `\\w` means ASCII letters (`\\p{L}` is any letter).
    """

    class Params(Fields):
        pattern: str = param(help="The regular expression.", editor={"kind": "regex"})
        find: Literal["first", "all", "replace"] = param(
            "first", choices=("first", "all", "replace"), help="What to do with what matches."
        )
        replacement: str = param("", help="What to put in place of each match, if *find* is replace.")
        ignore_case: bool = param(False, help="Capitals and small letters are the same.")

    class In(Fields):
        text: str = port(help="Where to look.")

    class Out(Fields):
        found: bool = port(help="True if something matched.")

    @classmethod
    def outputs(cls, params: Any) -> type[Fields]:
        return _outputs(params.find, _groups(params.pattern) if isinstance(params.pattern, str) else ())

    @classmethod
    def problems(cls, params: Any) -> Iterator[str]:
        try:
            pattern = compile_pattern(params.pattern)
        except UsageError as error:
            yield str(error)
            return
        if params.find == "first":
            yield from name_problems(pattern.groupindex, "group")
            for name in pattern.groupindex:
                if name in ("found", "match", "groups"):
                    yield f"The group `{name}` has the name of another output. Choose another name."
        if params.find == "replace":
            for number, name, _ in REFERENCE.findall(params.replacement):
                if (number and int(number) > pattern.groups) or (name and name not in pattern.groupindex):
                    yield f"`replacement` asks for the group `{number or name}`, which the pattern does not have."

    def run(self, ctx: RunContext, params: Params, inputs: In) -> Fields:
        pattern = compile_pattern(params.pattern, ignore_case=params.ignore_case)
        if params.find == "replace":
            return self.outputs(params)(**replace_all(inputs.text, pattern, params.replacement))
        return self.outputs(params)(**(find_all if params.find == "all" else find_first)(inputs.text, pattern))

    @classmethod
    def plain(cls, params: Any) -> Plain:
        constants = {"pattern": Pattern(params.pattern, params.ignore_case)}
        if params.find == "replace":
            return Plain(replace_all, {**constants, "replacement": params.replacement}, takes_firing=False)
        return Plain(find_all if params.find == "all" else find_first, constants, takes_firing=False)


@lru_cache(maxsize=128)
def _groups(pattern: str) -> tuple[str, ...]:
    try:
        return tuple(compile_pattern(pattern).groupindex)
    except UsageError:
        return ()


@lru_cache(maxsize=128)
def _outputs(find: str, groups: tuple[str, ...]) -> type[Fields]:
    found = {"found": port(type="boolean", help="True if something matched.")}
    if find == "replace":
        return make_fields(
            "Out",
            {
                "text": port(type="text", help="The text with every match replaced."),
                **found,
                "count": port(type="integer", help="How many matches were replaced."),
            },
        )
    if find == "all":
        return make_fields("Out", {"matches": port(type="list", help="The matches, in order."), **found})
    return make_fields(
        "Out",
        {
            "match": port(type="text", help="What matched."),
            **found,
            "groups": port(type="list", help="What each group matched, in order."),
            **{name: port(type="text", help="What this group matched.") for name in groups},
        },
    )
