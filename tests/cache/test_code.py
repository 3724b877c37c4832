"""The hash of a node type's code: it changes with every file of its own that the type depends on, and with no other."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.cache import code
from studio.cache.code import Code, code_of
from studio.spec.registry import default_registry

NODE = """
from studio.spec import Fields, Node, node, param, port
from {package}.helpers.sums import FACTOR

@node("plug.times", category="Tests")
class Times(Node):
    '''A product.'''

    class In(Fields):
        a: int = port()

    class Out(Fields):
        out: int = port()

    def run(self, ctx, params, inputs):
        from .late import plus
        return self.Out(out=plus(inputs.a * FACTOR))
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plugin of several files: a constant taken from one, a function imported late from another."""
    folder = tmp_path / "plug_in"
    (folder / "helpers").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "helpers" / "__init__.py").write_text("")
    (folder / "helpers" / "sums.py").write_text("FACTOR = 2\n")
    (folder / "late.py").write_text("def plus(x):\n    return x\n")
    (folder / "times.py").write_text(NODE.format(package="plug_in"))
    (folder / "other.py").write_text("UNUSED = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(code, "_started_ns", 2**63)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "plug_in"]:
        del sys.modules[name]


def hash_of() -> str:
    """The hash as a new process would find it."""
    code._of_module.cache_clear()
    found = code_of(importlib.import_module("plug_in.times").Times)
    assert found.why_not == ""
    return found.hash


@pytest.mark.parametrize("name", ["times.py", "helpers/sums.py", "late.py", "__init__.py"])
def test_an_edit_of_any_file_the_type_depends_on_changes_it(plugin: Path, name: str) -> None:
    before = hash_of()
    with (plugin / name).open("a") as file:
        file.write("# edited\n")

    assert hash_of() != before


def test_an_edit_elsewhere_does_not_change_it(plugin: Path) -> None:
    before = hash_of()
    (plugin / "other.py").write_text("UNUSED = 2\n")

    assert hash_of() == before


def test_a_new_process_finds_the_same_hash(plugin: Path) -> None:
    program = (
        "import sys, studio.cache.code as code; code._started_ns = 2**63; sys.path.insert(0, sys.argv[1]);"
        " import plug_in.times; print(code.code_of(plug_in.times.Times).hash)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(plugin.parent)], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == hash_of()


def test_a_file_that_changed_since_the_program_started_may_not_be_what_was_loaded(
    plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_of()
    code._of_module.cache_clear()
    monkeypatch.setattr(code, "_started_ns", 1)

    found = code_of(importlib.import_module("plug_in.times").Times)

    assert found.hash == ""
    assert "has changed since this program started" in found.why_not


def test_a_type_made_at_a_prompt_has_no_file_to_hash() -> None:
    made = type("Made", (), {"__module__": "nowhere"})

    assert code_of(made) == Code("", "its code stands in no file")


@pytest.mark.parametrize("asked", ["node", "tick", "run", "attempt"])
def test_a_type_that_asks_who_it_is_is_not_kept(asked: str) -> None:
    space: dict[str, type] = {}
    source = f"class Asks:\n    def run(self, ctx, params, inputs):\n        return [x for x in (ctx.{asked},)]\n"
    exec(compile(source, "asks.py", "exec"), space)  # noqa: S102 - the test's own text

    assert code_of(space["Asks"]).why_not == f"its code asks who or when it is (`{asked}`)"


def test_our_own_types_are_known_by_file_and_version_without_reading_all_of_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(code, "_started_ns", 2**63)
    code._of_module.cache_clear()
    sort, length = (default_registry().find(name) for name in ("list.sort", "list.length"))
    assert sort is not None
    assert length is not None

    assert code_of(sort).hash not in ("", code_of(length).hash)
