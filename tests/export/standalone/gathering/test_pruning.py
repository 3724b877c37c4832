"""Members and rows that nobody asks for stay behind; whoever asks, and in whichever way, finds what was asked for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from studio import nodes
from studio.export.standalone.gathering import Gathered, Pruning, gather, growing, members
from studio.export.standalone.gathering.twins import ASKING
from studio.plugins.loading import PREFIX
from tests.export.standalone.gathering.conftest import Own
from tests.support.plain_functions import loaded, one_file


@pytest.fixture(autouse=True)
def made_up_modules_are_pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "PRUNED", ("studio.", PREFIX))


def run(gathered: Gathered) -> Any:
    return loaded(one_file(gathered))


def pruned(module: str, root: str = "start", beside: str = "", **more: Any) -> Gathered:
    return gather([(module, root)], pruning=Pruning(beside, **more))


CLASS = """
import json
from abc import abstractmethod
from functools import cached_property
from typing import ClassVar, Protocol

class Base(Protocol):
    @abstractmethod
    def told(self): ...
    @abstractmethod
    def untold(self): ...

class Kind(Base):
    \"\"\"A kind.\"\"\"

    unit: ClassVar[str] = "m"
    \"\"\"What it is measured in.\"\"\"
    word = "kind"

    # -- what is said ------------------------------------

    def told(self):
        return f"told {self.inner}"

    @property
    def inner(self):
        return 1

    # -- what is not -------------------------------------

    # Nobody wants it.
    def untold(self):
        return json.dumps(self.hidden())

    def hidden(self):
        return LIMIT

    @cached_property
    def later(self):
        return self.hidden()

LIMIT = 3

def start():
    return Kind().told()
"""


def test_members_that_nobody_asks_for_stay_behind_with_all_that_only_they_use(own: Own) -> None:
    gathered = pruned(own(CLASS))
    source = one_file(gathered)

    assert run(gathered).start() == "told 1"
    for gone in ("untold", "hidden", "later", "LIMIT", "unit", "measured", "word", "json", "Nobody", "what is not"):
        assert gone not in source, gone
    assert "# -- what is said" in source
    assert [one.as_name for one in gathered.definitions] == ["Base", "Kind", "start"]


def test_without_pruning_all_members_come_along(own: Own) -> None:
    source = one_file(gather([(own(CLASS), "start")]))

    assert all(kept in source for kept in ("untold", "hidden", "later", "LIMIT", "measured", "json", "what is not"))


def test_what_the_script_itself_asks_for_comes_along(own: Own) -> None:
    gathered = pruned(own(CLASS), beside="def main(kind):\n    return kind.later\n")

    made = run(gathered)
    assert made.Kind().later == 3
    assert not hasattr(made.Kind, "untold")


WAYS = {
    "a name behind a dot": "return thing.wanted()",
    "a name behind a dot in a text": "return f'{thing.wanted()}'",
    "getattr": "return getattr(thing, 'wanted')()",
    "getattr by a beginning": "return getattr(thing, f'want{last(\"ed\")}')()",
    "getattr by a name worked out": "return [getattr(thing, one)() for one in ('wanted',)][0]",
    "hasattr": "return str(hasattr(thing, 'wanted') and 'yes')",
    "methodcaller": "return operator.methodcaller('wanted')(thing)",
    "a pattern": "match thing:\n        case Thing(wanted=method):\n            return method()",
    "another member": "return thing.other()",
    "a name in the body of the class": "return thing.alias()",
    "a subclass": "return Special().special()",
}

ASKED = """
import operator

def last(text):
    return text

class Thing:
    def wanted(self):
        return "yes"

    def unwanted(self):
        return "no"

    alias = wanted

    def other(self):
        return self.wanted()

class Special(Thing):
    def special(self):
        return super().wanted()

def start(thing=Thing()):
    BODY
"""


@pytest.mark.parametrize("way", WAYS)
def test_whoever_asks_finds_the_member(own: Own, way: str) -> None:
    gathered = pruned(own(ASKED.replace("BODY", WAYS[way])))

    assert run(gathered).start() == "yes"
    assert "unwanted" not in one_file(gathered)


def test_a_member_that_is_left_out_though_somebody_asks_is_noticed(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "mentions_of", lambda *given, **more: members.Mentions())

    with pytest.raises(AttributeError, match="wanted"):
        run(pruned(own(ASKED.replace("BODY", WAYS["a name behind a dot"])))).start()


LIBRARY = """
import ast
import enum
import json
from dataclasses import dataclass
from json import JSONEncoder
from typing import NamedTuple

class Coded(JSONEncoder):
    def default(self, o):
        return "coded"

    def gone(self):
        return 0

class Names(ast.NodeVisitor):
    def visit_Name(self, node):
        self.found = node.id

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

class Pair(NamedTuple):
    one: int = 1
    two: int = 2

@dataclass
class Held:
    first: int = 1
    second: int = 2

    def __len__(self):
        return 5

    def gone(self):
        return 0

def keeping(function):
    KEPT.append(function.__name__)
    return function

KEPT = []

class Keeps:
    @keeping
    def kept(self):
        return 0

def start():
    names = Names()
    names.visit(ast.parse("here"))
    Keeps()
    colours = [one.name for one in Colour]
    return [json.dumps({1}, cls=Coded), names.found, colours, *Pair(), len(Held()), repr(Held()), *KEPT]
"""


def test_what_a_library_calls_or_a_class_is_made_of_stays(own: Own) -> None:
    gathered = pruned(own(LIBRARY))

    assert run(gathered).start() == ['"coded"', "here", ["RED", "BLUE"], 1, 2, 5, "Held(first=1, second=2)", "kept"]
    assert "gone" not in one_file(gathered)


def test_a_class_of_which_nothing_is_left_is_still_a_class(own: Own) -> None:
    gathered = pruned(own("class Mark:\n    def gone(self):\n        return 0\n\ndef start():\n    return Mark()\n"))

    assert one_file(gathered).count("pass") == 1
    assert type(run(gathered).start()).__name__ == "Mark"


PUSHING = {
    "handed on": ("ask(ctx, 'todo', 'queue', 'push', value=value)", False),
    "asked of the store": ("ctx.store('todo').do('push', value=value)", False),
    "by its keyword": ("ctx.store('todo').do(op='push', value=value)", False),
    "worked out": ("ctx.store('todo').do('pu' + 'sh', value=value)", True),
}
"""How an operation is named, and whether it might be any."""


@pytest.mark.parametrize("way", PUSHING)
def test_operations_of_stores_come_along_that_some_code_names(way: str) -> None:
    call, may_be_any = PUSHING[way]
    snippet = f"from studio.nodes.store._ops import ask\n\ndef add(ctx, value):\n    return {call}\n"

    source = one_file(gather([("studio.stores.queue", "QueueStore")], [snippet], pruning=Pruning()))

    assert "def op_push" in source
    assert ("def op_peek" in source) is may_be_any


def operations_named() -> list[ast.expr]:
    """What stands in the code of node types where they name an operation of a store."""
    found = []
    for path in sorted(Path(nodes.__path__[0]).rglob("*.py")):
        if path.name == "_ops.py":
            continue  # hands on what it is given
        text = path.read_text(encoding="utf-8")
        by_ask = "studio.nodes.store._ops import" in text
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "do":
                found.append(node.args[0])
            elif by_ask and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ask":
                found.append(node.args[3])
    return found


def test_node_types_name_operations_as_they_stand() -> None:
    """One that is put together would not be found, and its method left out."""
    named = operations_named()

    assert len(named) > 20
    assert [ast.unparse(one) for one in named if not isinstance(one, ast.Constant)] == []


@pytest.mark.parametrize("call", ["ctx.now()", "self.ctx.now()", "getattr(ctx, 'now')()"])
def test_a_context_has_what_contexts_are_asked_for(own: Own, call: str) -> None:
    module = own(
        f"from studio.spec import RunContext\n\ndef start(ctx: RunContext, self):\n    return {call}, ctx.model\n"
    )

    source = one_file(pruned(module))

    assert "async def now" in source
    assert "def ask_human" not in source


def test_a_context_lacks_what_only_others_are_asked_for() -> None:
    source = one_file(gather([ASKING], pruning=Pruning("run.log(run.now)\n")))
    asked = one_file(gather([ASKING], pruning=Pruning("ctx.log(ctx.now)\n")))

    assert [one in source for one in ("    def log", "    async def now")] == [False, False]
    assert [one in asked for one in ("    def log", "    async def now")] == [True, True]


TABLE = """
def one(value):
    return "one"

def two(value):
    return "two"

TABLE = {
    "one": one,
    # Twice.
    "two": two,
    "twice": lambda value: two(
        value
    ),
}

def start(name):
    return TABLE.get(name)
"""


def test_of_a_table_the_rows_come_along_that_are_needed(own: Own) -> None:
    module = own(TABLE)
    gathered = pruned(module, rows={(module, "TABLE"): {"one"}})

    made = run(gathered)
    assert made.start("one")(0) == "one"
    assert made.start("two") is None
    assert "two" not in one_file(gathered)
    assert "Twice" not in one_file(gathered)


def test_all_rows_of_a_table_come_along_where_nobody_says_which(own: Own) -> None:
    made = run(pruned(own(TABLE)))

    assert [made.start(name)(0) for name in ("one", "two", "twice")] == ["one", "two", "two"]


def test_a_constant_that_is_known_is_written_as_it_is(own: Own) -> None:
    other = own("def half(number):\n    return number / 2\n")
    module = own("def all_there_is():\n    return {}\n\nWAYS = all_there_is()\n\ndef start(number):\n"
                 "    return WAYS['half'](number)\n")  # fmt: skip
    filled = {(module, "WAYS"): f"from {other} import half\n\nWAYS = {{'half': half}}\n"}

    gathered = pruned(module, filled=filled)

    assert run(gathered).start(3) == 1.5
    assert "all_there_is" not in one_file(gathered)
