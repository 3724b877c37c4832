"""`files.path`: a name without detours, never outside its folder."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.nodes.files.path import Tidy, tidy
from tests.support.fake_context import present, run_node


@pytest.mark.parametrize(
    ("name", "path"),
    [("a.txt", "a.txt"), ("./a.txt", "a.txt"), ("a/./b/../c.txt", "a/c.txt"), ("a//b/", "a/b"), ("", ""), (".", "")],
)
async def test_a_name_inside_loses_its_detours(name: str, path: str) -> None:
    assert present(await run_node(Tidy, {}, {"name": name})) == {"path": path}


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "..", "a\0b"])
async def test_a_name_that_leads_outside_goes_the_other_way(name: str) -> None:
    assert present(await run_node(Tidy, {}, {"name": name})) == {"outside": name}


@given(st.text(alphabet="a./", max_size=12))
def test_it_agrees_with_the_rules_of_paths(name: str) -> None:
    plain = posixpath.normpath(posixpath.join("/top", name))
    path = tidy(name)

    if path is not None:
        assert posixpath.join("/top", path).rstrip("/") == plain
    elif not name.startswith("/"):
        steps, depth = [step for step in name.split("/") if step not in ("", ".")], 0
        depths = [depth := depth + (-1 if step == ".." else 1) for step in steps]
        assert min(depths) < 0
