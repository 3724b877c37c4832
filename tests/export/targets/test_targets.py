"""Targets: found by walking their folder, said completely, chosen by endings, with options that agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.export import targets
from studio.export.targets import GraphTarget, Option, Target, all_targets, find_target, guess_target, settled
from studio.support.errors import UsageError

MODULE = '''"""Nothing much."""
from studio.export.targets.declaring import GraphTarget

TARGET = GraphTarget(
    name="nothing", title="Nothing", summary="Nothing at all.", suffixes=(".nothing",), media_type="text/plain",
    make=lambda source, options, tell: [b""],
)
'''


def test_a_module_in_the_folder_is_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: before, there is none of that name."""
    assert "nothing" not in [one.name for one in all_targets()]
    (tmp_path / "nothing_much.py").write_text(MODULE)
    monkeypatch.setattr(targets, "__path__", [*targets.__path__, str(tmp_path)])

    found = all_targets.__wrapped__()

    assert "nothing" in [one.name for one in found]


def test_names_are_told_once() -> None:
    names = [one.name for one in all_targets()]

    assert len(set(names)) == len(names)
    assert {"svg", "mermaid", "notebook", "jsonl", "otlp", "finetune"} <= set(names)
    assert [one.of for one in all_targets()] == sorted(one.of for one in all_targets())


@pytest.mark.parametrize("target", all_targets(), ids=lambda one: one.name)
def test_every_target_says_what_it_is(target: Target) -> None:
    assert target.title[0].isupper()
    assert not target.title.endswith(".")
    assert target.summary.endswith(".")
    assert target.summary.count(". ") == 0
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in target.suffixes)
    assert target.suffixes
    assert "/" in target.media_type
    assert find_target(target.name) is target
    for ending, implied in target.implied.items():
        assert ending in target.suffixes
        assert settled(target, implied)


@pytest.mark.parametrize("target", all_targets(), ids=lambda one: one.name)
def test_defaults_are_values_that_the_options_can_have(target: Target) -> None:
    initial = settled(target)

    assert settled(target, initial) == initial
    for option in target.options:
        assert option.help
        assert not option.help.endswith(".")
        assert (option.kind == "choice") == bool(option.choices)


def test_options_of_one_name_are_of_one_kind() -> None:
    """The command line has one flag for them."""
    kinds: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for target in all_targets():
        for option in target.options:
            kinds.setdefault(option.name, set()).add((option.kind, option.choices))

    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.svg", "svg"), ("A.SVG", "svg"), ("a.mmd", "mermaid"), ("a.md", "mermaid"), ("a.ipynb", "notebook"),
        ("a.jsonl", "jsonl"), ("a.ndjson", "jsonl"), ("a.chat.jsonl", "finetune"), ("a.otlp.jsonl", "otlp"),
        ("folder.svg/a.otlp.json", "otlp"),
    ],
)  # fmt: skip
def test_the_longest_ending_that_fits_decides(file: str, name: str) -> None:
    assert guess_target(file).name == name


def test_an_ending_that_says_nothing_lists_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"\.svg"):
        guess_target("a.docx")
    with pytest.raises(UsageError) as told:
        guess_target("a.svg", of="run")
    assert ".jsonl" in str(told.value)


def test_a_misspelt_name_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="mermaid"):
        find_target("mermade")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [({"thme": "dark"}, "no option"), ({"theme": "blue"}, "cannot be"), ({"theme": True}, "cannot be")],
)
def test_options_that_are_none_are_refused(chosen: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        settled(find_target("svg"), chosen)


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [
        (Option("a", "x"), True, 1),
        (Option("a", "x", "text"), "t", None),
        (Option("a", "x", "number"), 1.5, True),
        (Option("a", "x", "number", whole=True, default=1), 3, 1.5),
        (Option("a", "x", "list"), ["b"], "b"),
        (Option("a", "x", "choice", default="p", choices=("p", "q")), "q", "r"),
    ],
    ids=["flag", "text", "number", "whole", "list", "choice"],
)
def test_each_kind_of_option_takes_its_values_only(option: Option, good: object, bad: object) -> None:
    target = GraphTarget(
        name="t", title="T", summary="T.", suffixes=(".t",), media_type="a/b", make=lambda *_: [], options=(option,)
    )

    assert settled(target, {"a": good}) == {"a": good}
    with pytest.raises(UsageError):
        settled(target, {"a": bad})


def test_the_ending_implies_options_unless_they_are_chosen() -> None:
    mermaid = find_target("mermaid")

    assert settled(mermaid, {}, "a.md")["page"] is True
    assert settled(mermaid, {}, "a.mmd")["page"] is False
    assert settled(mermaid, {"page": False}, "a.md")["page"] is False
