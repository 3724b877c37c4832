"""Gathering: definitions with all that they use, as they were written, in an order that runs."""

from __future__ import annotations

from typing import Any

import pytest

from studio.export.standalone.gathering import Gathered, NotStandalone, gather
from studio.export.standalone.runtime import values as twin
from studio.support.templates import render
from tests.export.standalone.gathering.conftest import Own
from tests.support.plain_functions import loaded, one_file


def run(gathered: Gathered) -> Any:
    return loaded(one_file(gathered))


def names(gathered: Gathered) -> list[str]:
    return [one.as_name for one in gathered.definitions]


def test_a_definition_comes_with_all_that_it_uses_and_with_nothing_else(own: Own) -> None:
    module = own(
        "import re\nimport json\nLIMIT = 3\nUNUSED = 4\n\n"
        "def shorten(text):\n    return re.sub(' +', ' ', text)[:LIMIT]\n\n"
        "def other():\n    return json.dumps(UNUSED)\n"
    )  # fmt: skip

    gathered = gather([(module, "shorten")])

    assert names(gathered) == ["LIMIT", "shorten"]
    assert gathered.import_lines() == ["import re"]
    assert run(gathered).shorten("a  bcd") == "a b"


def test_text_is_taken_as_it_was_written(own: Own) -> None:
    written = (
        "# How many at most,\n# for a start.\nMOST = 3  # not more\n\"\"\"Says what it means.\"\"\"\n\n\n"
        "@staticmethod\ndef few(\n    many: list[int],  # fmt: skip\n) -> list[int]:\n    \"\"\"Return a few.\"\"\"\n"
        "    # The first ones.\n    return many[:MOST]\n"
    )  # fmt: skip

    gathered = gather([(own(written), "few")])

    assert "\n\n\n".join(one.source for one in gathered.definitions) + "\n" == written


def test_what_is_needed_at_once_stands_before(own: Own) -> None:
    module = own(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass, field\nfrom functools import lru_cache\n"
        "from typing import NamedTuple, Protocol, TypeVar\n\n"
        "T = TypeVar('T')\nMOST = 2\n\n"
        "def wraps(function):\n    return lambda *given: (TAG, function(*given))\n\nTAG = 'tag'\n\n"
        "class Base(Protocol):\n    size: int\n\n"
        "class Pair(NamedTuple):\n    one: int\n    two: int = MOST\n\n"
        "def made():\n    return helper() + MOST\n\ndef helper():\n    return 40\n\nMADE = made()\n\n"
        "@dataclass\nclass Thing(Base):\n    size: int = MADE\n    more: list[T] = field(default_factory=list)\n\n"
        "def _long(text):\n    return Pair(len(text), Thing().size)\n\nlong = lru_cache(maxsize=2)(_long)\n\n"
        "TABLE = {'long': long}\n\n"
        "@wraps\ndef start(text, most=MOST):\n    return TABLE['long'](text), most\n"
    )  # fmt: skip

    assert run(gather([(module, "start")])).start("abc") == ("tag", ((3, 42), 2))


def test_imports_inside_of_functions_are_left_out(own: Own) -> None:
    helper = own("def double(number):\n    return 2 * number\n\ndef triple(number):\n    return 3 * number\n")
    module = own(
        f"def work(number):\n    import math\n\n    # Rarely needed.\n    from {helper} import double as twice\n\n"
        f"    if number:\n        from {helper} import triple\n\n        return triple(twice(math.ceil(number)))\n"
        f"    return 0\n\ndef only():\n    if True:\n        from {helper} import double\n    return double(2)\n"
    )  # fmt: skip

    gathered = gather([(module, "work"), (module, "only")])
    loaded = run(gathered)

    assert (loaded.work(0.5), loaded.only()) == (6, 4)
    assert "Rarely" not in one_file(gathered)
    assert "import math" in one_file(gathered)


def test_what_is_asked_of_a_module_of_ours_becomes_the_bare_name(own: Own) -> None:
    module = own(
        "from studio.support import nearest\nimport studio.support.nearest as near_by\n\n"
        "def hint(name):\n    return nearest.near(name, ['alpha']), f'{near_by.near(name, [\"beta\"])}'\n"
    )  # fmt: skip

    gathered = gather([(module, "hint")])

    assert run(gathered).hint("alpa") == ("Did you mean `alpha`?", "Known here: `beta`.")
    assert "nearest." not in gathered.definitions[-1].source


def twice_named(own: Own) -> Gathered:
    one = own("class Way:\n    is_first = True\n\ndef make():\n    return Way()\n")
    two = own(
        "from typing import TypeVar, cast\n\nT = TypeVar('T', bound='Way')\n\nclass Way:\n    is_first = False\n\n"
        "def make(kind: type[Way] = Way) -> 'Way':\n"
        "    ways: list[Way] = [cast('Way', kind())]\n    return f'{Way.__name__} {ways[0].is_first} {len(ways)}'\n"
    )  # fmt: skip
    root = own(f"from {one} import make as first\nfrom {two} import make\n\ndef start():\n    return first(), make()\n")
    return gather([(root, "start")])


def test_two_definitions_of_one_name_stay_two(own: Own) -> None:
    gathered = twice_named(own)

    assert names(gathered) == ["Way", "make", "Way_2", "make_2", "start"]
    first, second = run(gathered).start()
    assert first.is_first
    assert second == "Way_2 False 1"
    assert 'cast("Way_2"' in gathered.definitions[3].source.replace("'", '"')


def test_without_new_names_they_would_be_one(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.export.standalone.gathering.naming.fresh", lambda wanted, taken: wanted)

    first, _ = run(twice_named(own)).start()

    assert not hasattr(first, "is_first")  # what the other function of that name gives


def captured(own: Own) -> Gathered:
    helper = own("def near(text):\n    return f'near {text}'\n\ndef list(text):\n    return [text]\n")
    module = own(
        f"from {helper} import list as listed\nimport {helper} as helping\n\n"
        "def start(near):\n    return helping.near(near), list((listed(near), 1))\n"
    )  # fmt: skip
    return gather([(module, "start")])


def test_a_variable_of_the_same_name_hides_nothing(own: Own) -> None:
    assert run(captured(own)).start("x") == ("near x", [["x"], 1])


def test_a_name_that_looks_free_would_be_hidden(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.export.standalone.gathering.naming.fresh", lambda wanted, taken: wanted)

    with pytest.raises(TypeError):
        run(captured(own)).start("x")


def test_classes_bind_for_themselves_and_not_for_their_methods(own: Own) -> None:
    module = own(
        "size = 1\n\nclass Box:\n    size = 5\n    double = size * 2\n\n"
        "    def of(self):\n        return size, self.size, [size for size in (7,)], (lambda size=size: size)()\n"
    )  # fmt: skip

    gathered = gather([(module, "Box")])

    assert names(gathered) == ["size", "Box"]
    assert run(gathered).Box().of() == (1, 5, [7], 1)
    assert run(gathered).Box.double == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import numpy as np\ndef start():\n    return np.zeros(3)\n", "it uses the library numpy"),
        ("def start():\n    import orjson\n    return orjson\n", "it uses the library orjson"),
        ("from studio.gui.base import action\ndef start():\n    return action.Action\n", "it leans on the window"),
        ("from studio.sandbox import x\ndef start():\n    return x\n", "nobody can say"),
        ("from studio.tools.git import Git\ndef start():\n    return Git\n", "it runs git"),
        ("async def start(ctx):\n    return await ctx.outside.web.request()\n", "it asks the web"),
        ("async def start(ctx):\n    return await ctx.outside.sandbox.python()\n", "it asks the sandbox"),
        ("async def start(self):\n    return self._ctx.outside.servers\n", "it asks tool servers"),
        ("async def start(ctx):\n    return await ctx.use('x', {}, {})\n", "it lets other node types work"),
        ("KNOWN = {}\nKNOWN.update(a=1)\ndef start():\n    return KNOWN\n", "`KNOWN` is changed"),
        ("from studio.support import paths\ndef start():\n    return [paths]\n", "hands on the module"),
        ("def start():\n    return __file__\n", "nobody can say what `__file__` means"),
    ],
    ids=range(12),
)
def test_what_cannot_be_taken_is_said(own: Own, text: str, reason: str) -> None:
    with pytest.raises(NotStandalone) as caught:
        gather([(own(text), "start")])

    assert reason in caught.value.reason


def test_a_twin_stands_for_a_module_and_for_what_others_of_it_use() -> None:
    gathered = gather([("studio.support.values", "encode"), ("studio.support.templates", "render")])

    assert {one.module for one in gathered.definitions if one.name == "encode"} == {twin.__name__}
    assert "orjson" not in one_file(gathered)
    assert run(gathered).render("{a}", {"a": [1, 1e16]}) == render("{a}", {"a": [1, 1e16]})


def test_snippets_keep_their_names_and_have_what_they_need_before_them() -> None:
    job = (
        "from studio.nodes.llm._generate import TextJob\nfrom studio.support.templates import render\n\n"
        "LETTER = TextJob(instructions='x')\n\n\ndef TextJob_2():\n    return LETTER\n\n\n"
        "def as_text():\n    return render\n"
    )

    gathered = gather([], [job])

    assert gathered.snippets[0].startswith("LETTER = TextJob(")
    assert "as_text" in gathered.snippets[0]
    early = [one.as_name for one in gathered.definitions if one.early]
    assert "TextJob" in early
    assert "render" not in early
    assert gathered.name("studio.support.templates", "as_text") == "as_text_2"
    assert run(gathered).as_text()("{a}", {"a": 1}) == "1"


def test_what_is_given_is_named_and_not_taken() -> None:
    snippet = "from studio.support.errors import NodeError\n\ndef fail():\n    raise NodeError('x')\n"

    gathered = gather([], [snippet], given=[("studio.support.errors", "NodeError")])

    assert gathered.definitions == ()
    assert "raise NodeError('x')" in gathered.snippets[0]


def test_a_firing_that_asks_is_another_one() -> None:
    asks = "from studio.spec import RunContext\n\nasync def ask(ctx: RunContext) -> str:\n    return await ctx.now()\n"
    still = "from studio.spec import RunContext\n\ndef still(ctx: RunContext) -> str:\n    return ctx.node\n"
    given = [
        ("studio.export.standalone.runtime.firing", "Firing"),
        ("studio.export.standalone.runtime.outside", "AskingFiring"),
    ]

    gathered = gather([], [asks, still], given=given)

    assert "ctx: AskingFiring" in gathered.snippets[0]
    assert "ctx: Firing" in gathered.snippets[1]


def test_the_same_roots_give_the_same_text() -> None:
    assert one_file(gather([("studio.support.tables", "aligned")])) == one_file(
        gather([("studio.support.tables", "aligned")])
    )
